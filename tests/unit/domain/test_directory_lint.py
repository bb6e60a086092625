"""What the lint finds in a directory, and what it leaves alone."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.directory.absence import Absence, NotThere
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.lint import (
    CASE_ROLES,
    DAYS_AHEAD,
    NOTICE_ROLES,
    Finding,
    FindingKind,
    areas_on,
    lint,
    lint_absences,
)
from tests.unit.domain.domain_building import actor

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FIRST, LAST = date(2026, 8, 3), date(2026, 8, 9)
MONDAY, WEDNESDAY, FRIDAY = date(2026, 8, 3), date(2026, 8, 5), date(2026, 8, 7)
BETTON, REDON = "35024", "35236"
TERRITORY = load_territory()


def directory_of(contacts: list[Contact], *absences: Absence) -> Directory:
    directory = Directory(TERRITORY)
    for contact in contacts:
        directory.apply(contact)
    for number, absence in enumerate(absences):
        directory.declare(f"absence:{absence.contact}:{number}", absence)
    return directory


@pytest.fixture(scope="module")
def demo_contacts() -> list[Contact]:
    receipts = plan_import(demo_directory_rows(), Directory(TERRITORY), FIRST)
    return [receipt.contact for receipt in receipts if receipt.contact is not None]


def test_the_roles_that_are_checked_are_those_that_decisions_name() -> None:
    expected = [json.loads(path.read_text("utf-8"))["expect"] for path in SCENARIOS.glob("*.json")]
    named = {(r["service"], r["role"]) for answer in expected for r in answer.get("routings", ())}
    assert named - {("EXTERNAL_REFERENT", "SOCIAL_WORKER")} == {*CASE_ROLES, *NOTICE_ROLES}


def test_nothing_is_found_in_the_demo(demo_contacts: list[Contact]) -> None:
    assert [] == lint(directory_of(demo_contacts), FIRST, FIRST + timedelta(59))


def changed(contacts: list[Contact], reference: str, **fields: Any) -> list[Contact]:
    return [replace(c, **fields) if c.contact == reference else c for c in contacts]


def without(contacts: list[Contact], *references: str) -> list[Contact]:
    return [contact for contact in contacts if contact.contact not in references]


def test_a_role_that_ends_without_a_mailbox_is_found_from_the_day_after(demo_contacts: list[Contact]) -> None:
    contacts = without(demo_contacts, "caf-prestations-boite")
    found = lint(directory_of(changed(contacts, "caf-prestations-accueil", valid_to=WEDNESDAY)), FIRST, LAST)
    (finding,) = found
    thursday = WEDNESDAY + timedelta(1)
    assert (FindingKind.UNREACHABLE, thursday, LAST) == (finding.kind, finding.first, finding.last)
    assert ("CAF_BENEFITS", "FRONT_OFFICE", True) == (finding.service, finding.role, finding.unplaced)
    assert set(TERRITORY.communes) <= set(finding.places)


def test_an_absence_that_leaves_nobody_is_found_for_its_days_only(demo_contacts: list[Contact]) -> None:
    contacts = without(demo_contacts, "caf-prestations-boite")
    absence = Absence("caf-prestations-accueil", WEDNESDAY, FRIDAY)
    (finding,) = lint(directory_of(contacts, absence), FIRST, LAST)
    assert (FindingKind.UNREACHABLE, WEDNESDAY, FRIDAY) == (finding.kind, finding.first, finding.last)


def test_a_cdas_is_named_where_only_its_own_cases_reach_nobody(demo_contacts: list[Contact]) -> None:
    contacts = without(demo_contacts, "cdas-07-responsable")
    found = lint(directory_of(contacts, Absence("cdas-07", FIRST, FIRST)), FIRST, FIRST)
    assert [("CDAS", "MANAGER", ("CDAS-07",))] == [(f.service, f.role, f.cdas) for f in found]
    assert all("CDAS-07" == directory_of(contacts).home_cdas(place, FIRST) for place in found[0].places)


def test_a_sector_without_worker_and_mailbox_is_found_by_its_communes() -> None:
    worker = actor("north", institution="CAF", service="CAF_SOCIAL_WORK", role="SOCIAL_WORKER", communes=(BETTON,))
    found = lint(directory_of([worker]), FIRST, FIRST)
    (sector,) = [f for f in found if (f.service, f.role) == ("CAF_SOCIAL_WORK", "SOCIAL_WORKER") and f.places]
    assert (set(TERRITORY.communes) - {BETTON}, True) == (set(sector.places), sector.unplaced)


def test_actors_of_some_communes_leave_the_others_uninformed(demo_contacts: list[Contact]) -> None:
    contacts = [c for c in demo_contacts if c.service != "ASIP"]
    local = actor("here", communes=(BETTON, "352380101"), email="a@b.example")
    (finding,) = lint(directory_of([*contacts, local]), FIRST, FIRST)
    told = {place for place in finding.places if place.startswith(("35024", "35238"))}
    assert (("ASIP", "ACTOR"), set()) == ((finding.service, finding.role), told)
    assert REDON in finding.places


def test_places_of_no_cdas_and_of_two_are_found(demo_contacts: list[Contact]) -> None:
    home = directory_of(demo_contacts).home_cdas(REDON, FIRST)
    assert home is not None
    contacts = [
        replace(c, communes=tuple(p for p in c.communes if p != REDON)) if c.cdas == home else c for c in demo_contacts
    ]
    found = lint(directory_of(contacts), FIRST, FIRST)
    assert [Finding(FindingKind.UNHELD, FIRST, FIRST, places=(REDON,))] == found
    other = "cdas-01" if home != "CDAS-01" else "cdas-02"
    doubled = changed(demo_contacts, other, communes=(REDON,))
    (contested,) = [f for f in lint(directory_of(doubled), FIRST, LAST) if f.kind is FindingKind.CONTESTED]
    assert (tuple(sorted((home, other.upper()))), (REDON,)) == (contested.cdas, contested.places)
    assert (FIRST, LAST) == (contested.first, contested.last)


def test_a_contact_without_address_is_found_for_the_days_of_its_validity(demo_contacts: list[Contact]) -> None:
    contacts = changed(demo_contacts, "cdas-03-accueil", email=None, valid_from=WEDNESDAY)
    found = [f for f in lint(directory_of(contacts), FIRST, LAST) if f.kind is FindingKind.NO_ADDRESS]
    assert [(WEDNESDAY, LAST, ("cdas-03-accueil",))] == [(f.first, f.last, f.contacts) for f in found]
    gone = changed(demo_contacts, "cdas-03-accueil", email=None, valid_to=FIRST - timedelta(1))
    assert [] == [f for f in lint(directory_of(gone), FIRST, LAST) if f.kind is FindingKind.NO_ADDRESS]


TEAM = [
    actor("a", deputy="b"),
    actor("b"),
    actor("c"),
    actor("alone"),
]
Told = tuple[FindingKind, date, date, tuple[str, ...], str | None]
AWAY: dict[str, tuple[list[Absence], list[Told]]] = {
    "nobody away": ([], []),
    "replaced": ([Absence("a", FIRST, LAST)], []),
    "without any deputy": ([Absence("alone", FIRST, LAST)], []),
    "before the period": ([Absence("a", date(2026, 7, 1), date(2026, 8, 2), "nobody")], []),
    "a deputy who is away on some of the days": (
        [Absence("a", FIRST, LAST), Absence("b", WEDNESDAY, FRIDAY)],
        [(FindingKind.GAP, WEDNESDAY, FRIDAY, ("a",), None)],
    ),
    "another deputy for those days": (
        [Absence("a", FIRST, LAST), Absence("b", WEDNESDAY, FRIDAY, "c")],
        [(FindingKind.DEPUTY_AWAY, WEDNESDAY, FRIDAY, ("a",), "c")],
    ),
    "a loop on the common days": (
        [Absence("a", FIRST, FRIDAY), Absence("b", WEDNESDAY, LAST, "a")],
        [(FindingKind.LOOP, WEDNESDAY, FRIDAY, ("a", "b"), None)],
    ),
    "somebody whose deputy is in a loop": (
        [Absence("a", FIRST, FIRST), Absence("b", FIRST, FIRST, "a"), Absence("c", FIRST, FIRST, "b")],
        [(FindingKind.GAP, FIRST, FIRST, ("c",), None), (FindingKind.LOOP, FIRST, FIRST, ("a", "b"), None)],
    ),
    "two absences at once, two deputies": (
        [Absence("c", FIRST, FRIDAY, "a"), Absence("c", WEDNESDAY, LAST, "b")],
        [(FindingKind.OVERLAP, WEDNESDAY, FRIDAY, ("c", "a", "b"), "a")],
    ),
    "two absences at once, the same deputy": ([Absence("a", FIRST, FRIDAY), Absence("a", WEDNESDAY, LAST, "b")], []),
    "of a contact that the directory does not know": ([Absence("nobody", FIRST, LAST, "a")], []),
}


@pytest.mark.parametrize(("absences", "expected"), AWAY.values(), ids=AWAY)
def test_absences_that_do_not_hold_are_found_for_their_days(absences: list[Absence], expected: list[Told]) -> None:
    found = lint_absences(directory_of(TEAM, *absences), FIRST, LAST)
    assert expected == sorted((f.kind, f.first, f.last, f.contacts, f.stand_in) for f in found)


def test_a_finding_about_an_absence_names_the_service_the_role_and_the_cdas_of_its_contact() -> None:
    mailbox = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "cdas": "CDAS-07"}
    team = [actor("m", deputy="n", **mailbox), actor("n", **mailbox), actor("a", deputy="b"), actor("b")]
    away = [Absence(name, WEDNESDAY, WEDNESDAY) for name in ("m", "n", "a", "b")]
    found = lint_absences(directory_of(team, *away), FIRST, LAST)
    expected = {
        Finding(
            *(FindingKind.GAP, WEDNESDAY, WEDNESDAY, "CDAS", "GENERIC_MAILBOX", ("CDAS-07",)),
            contacts=("m",),
            tried=(("n", NotThere.AWAY),),
        ),
        Finding(
            *(FindingKind.GAP, WEDNESDAY, WEDNESDAY, "ASIP", "ACTOR"),
            contacts=("a",),
            tried=(("b", NotThere.AWAY),),
        ),
    }
    assert expected == set(found)


def test_a_contact_without_address_is_named_with_its_service_its_role_and_its_cdas() -> None:
    mailbox = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "cdas": "CDAS-07"}
    team = [actor("m", **mailbox), actor("a", valid_to=FIRST), actor("gone", opted_out=True)]
    found = [f for f in lint(directory_of(team), FIRST, LAST) if f.kind is FindingKind.NO_ADDRESS]
    expected = [
        Finding(FindingKind.NO_ADDRESS, FIRST, FIRST, "ASIP", "ACTOR", (), contacts=("a",)),
        Finding(FindingKind.NO_ADDRESS, FIRST, LAST, "CDAS", "GENERIC_MAILBOX", ("CDAS-07",), contacts=("m",)),
    ]
    assert expected == found


def test_findings_of_one_kind_and_day_come_by_service_then_role() -> None:
    worker = {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "email": None}
    team = [
        actor("1", service="CAF_SOCIAL_WORK", role="SOCIAL_WORKER", institution="CAF"),
        actor("2", service="CAF_REFERENTS", role="REFERENT", institution="CAF"),
        actor("3", role="MANAGER", **worker),
    ]
    found = [f.contacts for f in lint(directory_of(team), FIRST, LAST) if f.kind is FindingKind.NO_ADDRESS]
    assert [("2",), ("3",), ("1",)] == found


def test_a_cdas_whose_mailbox_alone_is_missing_leaves_its_notices_unread(demo_contacts: list[Contact]) -> None:
    contacts = without(demo_contacts, *(c.contact for c in demo_contacts if c.role == "GENERIC_MAILBOX"))
    mailbox = actor(
        "m", institution="CD35", service="CDAS", role="GENERIC_MAILBOX", cdas="CDAS-07", email="m@b.example"
    )
    found = lint(directory_of([*contacts, mailbox]), FIRST, FIRST)
    lost = {f.cdas for f in found if f.role == "GENERIC_MAILBOX"}
    assert ("CDAS-07",) not in lost
    assert all(f.unplaced for f in found if f.role == "GENERIC_MAILBOX")


def test_areas_name_the_parts_that_sectors_or_cdas_name() -> None:
    north, south = "352380101", "352380102"
    mailbox = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "cdas": "CDAS-07"}
    worker = {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "role": "SOCIAL_WORKER"}
    team = [actor("m", communes=(BETTON, north), **mailbox), actor("w", communes=(south,), **worker)]
    areas = areas_on(directory_of(team), FIRST)
    assert [north, south] == [place for place in areas.places if len(place) > 5]
    assert (("CDAS-07", (BETTON, north)),) == areas.by_cdas


def test_an_empty_directory_informs_nobody_anywhere() -> None:
    found = {(f.service, f.role): f for f in lint(directory_of([]), FIRST, FIRST)}
    for role in NOTICE_ROLES[:2]:
        assert (True, set(TERRITORY.communes)) == (found[role].unplaced, set(found[role].places))
    assert found[NOTICE_ROLES[3]].unplaced is True


def test_a_period_is_cut_where_something_begins_or_ends_inside_it() -> None:
    contacts = [actor("a", valid_from=FIRST), actor("b", valid_to=WEDNESDAY)]
    directory = directory_of(contacts, Absence("a", LAST, LAST))
    thursday, saturday = WEDNESDAY + timedelta(1), LAST - timedelta(1)
    assert [(FIRST, WEDNESDAY), (thursday, saturday), (LAST, LAST)] == directory.stretches(FIRST, LAST)
    assert [(thursday, thursday)] == directory.stretches(thursday, thursday)


def test_the_lint_looks_two_months_ahead() -> None:
    assert 60 == DAYS_AHEAD


def test_a_finding_of_which_nothing_more_is_said_is_about_everybody() -> None:
    made = Finding(FindingKind.UNHELD, FIRST, LAST)
    told = (made.service, made.role, made.cdas, made.places, made.unplaced, made.contacts, made.tried, made.stand_in)
    assert (None, None, (), (), False, (), (), None) == told


def test_a_gap_names_each_deputy_and_why_it_is_not_there() -> None:
    team = [*TEAM, actor("far", service="CAF_REFERENTS")]
    (found,) = lint_absences(
        directory_of(team, Absence("a", FIRST, FIRST, "far"), Absence("b", FIRST, FIRST)), FIRST, LAST
    )
    assert (("far", NotThere.OTHER_SERVICE), ("b", NotThere.AWAY)) == found.tried


def test_the_worst_comes_first(demo_contacts: list[Contact]) -> None:
    contacts = changed(without(demo_contacts, "caf-prestations-boite"), "caf-referent-01", email=None)
    absences = (Absence("caf-prestations-accueil", FRIDAY, FRIDAY), Absence("caf-referent-02", FIRST, LAST, "nobody"))
    kinds = [f.kind for f in lint(directory_of(contacts, *absences), FIRST, LAST)]
    assert [FindingKind.UNREACHABLE, FindingKind.NO_ADDRESS, FindingKind.DEPUTY_AWAY] == kinds


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        lint(directory_of([]), LAST, FIRST)


SOME_ABSENCES = st.lists(
    st.builds(
        lambda contact, deputy, days: Absence(contact, min(days), max(days), deputy if deputy != contact else None),
        st.sampled_from(["a", "b", "c", "alone"]),
        st.sampled_from([None, "a", "b", "c"]),
        st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)),
    ),
    max_size=6,
)


@given(SOME_ABSENCES)
def test_a_period_finds_what_each_of_its_days_finds(absences: list[Absence]) -> None:
    directory = directory_of(TEAM, *absences)

    def by_day(findings: list[Finding]) -> set[Finding]:
        days = (
            (finding, date.fromordinal(n))
            for finding in findings
            for n in range(finding.first.toordinal(), finding.last.toordinal() + 1)
        )
        return {replace(finding, first=day, last=day) for finding, day in days}

    whole = lint_absences(directory, FIRST, LAST)
    days = [FIRST + timedelta(number) for number in range(7)]
    assert by_day([f for day in days for f in lint_absences(directory, day, day)]) == by_day(whole)
    ends = {(replace(f, first=FIRST, last=FIRST), f.last) for f in whole}
    assert not [f for f in whole if (replace(f, first=FIRST, last=FIRST), f.first - timedelta(1)) in ends]
