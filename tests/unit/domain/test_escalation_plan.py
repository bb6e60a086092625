"""The plan of an escalation: who is asked when, and why."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.calendar.entries import openings_from_cell
from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.delivery.escalation import (
    CHAINS,
    Asked,
    Desk,
    Nature,
    Rank,
    StepReason,
    Waits,
    administrators_of,
    nature_of,
    next_contacts,
    plan,
    present,
)
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.vocabulary import Service

START = datetime(2026, 3, 2, 9, 30, tzinfo=paris())
NIGHT = datetime(2026, 3, 2, 20, 0, tzinfo=paris())
DAY = START.date()
OFFICE = OfficeHours(openings_from_cell("12345 09:00-12:00|12345 13:30-17:00"))
WAITS = Waits((900, 900, 1800, 3600), 7200)
CDAS = Desk("CDAS", "CDAS-01")


def contact(reference: str, place: str, **more: Any) -> Contact:
    service, role = place.split("/")
    fields: dict[str, Any] = {"institution": "CD35", "label": reference, "valid_from": date(2024, 1, 1)}
    if service == "CDAS":
        fields["cdas"] = "CDAS-01"
    return Contact(**({"contact": reference, "service": service, "role": role} | fields | more))


def directory(*contacts: Contact) -> Directory:
    held = Directory(load_territory())
    for one in contacts:
        held.apply(one)
    return held


WORKER = contact("worker", "CDAS/SOCIAL_WORKER", deputy="deputy")
DEPUTY = contact("deputy", "CDAS/SOCIAL_WORKER")
MAILBOX = contact("mailbox", "CDAS/GENERIC_MAILBOX")
MANAGER = contact("manager", "CDAS/MANAGER")
CAF = contact("caf", "CAF_REFERENTS/REFERENT", institution="CAF")
CD35 = contact("cd35", "CD35_SOCIAL_LIFE_REFERENTS/REFERENT")
EVERYBODY = (WORKER, DEPUTY, MAILBOX, MANAGER, CAF, CD35)


def planned(
    known: Directory,
    *contacts: str,
    nature: Nature = Nature.SOCIAL,
    start: datetime = START,
    named: tuple[str, ...] = (),
) -> list[tuple[str, tuple[str, ...], str, str]]:
    steps = plan(Asked(nature, (CDAS,), contacts), known, [OFFICE], WAITS, named, start)
    return [(s.rank.value, s.contacts, f"{s.due_at.astimezone(paris()):%d %H:%M}", s.reason.value) for s in steps]


def test_each_rank_follows_the_one_before_after_its_wait() -> None:
    assert [
        ("SUBSTITUTE", ("deputy",), "02 09:45", "NOT_TAKEN"),
        ("SECRETARIAT", ("mailbox",), "02 10:00", "NOT_TAKEN"),
        ("MANAGER", ("manager",), "02 10:30", "NOT_TAKEN"),
        ("ADMINISTRATORS", ("caf", "cd35"), "02 11:30", "NOT_TAKEN"),
        ("REPEAT", ("caf", "cd35"), "02 15:00", "NOT_TAKEN"),
        ("REPEAT", ("caf", "cd35"), "03 09:00", "NOT_TAKEN"),
        ("REPEAT", ("caf", "cd35"), "03 11:00", "NOT_TAKEN"),
    ] == planned(directory(*EVERYBODY), "worker")


def test_a_rank_without_anybody_hands_its_instant_on() -> None:
    assert [
        ("SUBSTITUTE", (), "02 09:45", "NOBODY"),
        ("SECRETARIAT", (), "02 09:45", "ALREADY_ASKED"),
        ("MANAGER", ("manager",), "02 09:45", "STEP_BEFORE_EMPTY"),
        ("ADMINISTRATORS", ("cd35",), "02 10:45", "NOT_TAKEN"),
    ] == planned(directory(MAILBOX, MANAGER, CD35), "mailbox")[:4]


def test_a_contact_that_is_away_is_replaced_at_once() -> None:
    known = directory(*EVERYBODY)
    known.declare("a", Absence("worker", DAY, DAY))
    assert ("SUBSTITUTE", ("deputy",), "02 09:30", "CONTACT_ABSENT") == planned(known, "worker")[0]


def test_nobody_asked_climbs_at_once() -> None:
    steps = planned(directory(MANAGER))
    assert ("MANAGER", ("manager",), "02 09:30", "STEP_BEFORE_EMPTY") == steps[2]


@pytest.mark.parametrize(
    ("nature", "when", "why"),
    [
        (Nature.SOCIAL, "02 20:00", "SERVICE_CLOSED"),
        (Nature.CHILD_PROTECTION, "02 20:00", "SERVICE_CLOSED"),
        (Nature.BENEFIT, "03 09:15", "NOT_TAKEN"),
    ],
    ids=["social", "child protection", "benefit"],
)
def test_at_night_only_a_benefit_urgency_waits_for_the_morning(nature: Nature, when: str, why: str) -> None:
    steps = planned(directory(*EVERYBODY), "worker", nature=nature, start=NIGHT)
    assert (when, why) == steps[0][2:]
    assert steps[1][2].startswith("03 ")


def test_nobody_is_asked_twice_before_the_reminders() -> None:
    steps = planned(directory(*EVERYBODY), "worker", named=("manager", "caf"))
    asked = [one for rank, contacts, _, _ in steps if rank != "REPEAT" for one in contacts]
    assert ["deputy", "mailbox", "manager", "caf"] == asked


def test_a_concern_for_a_child_stays_with_the_departement() -> None:
    steps = planned(directory(*EVERYBODY), "worker", nature=Nature.CHILD_PROTECTION)
    assert {"cd35"} == {one for rank, contacts, _, _ in steps[3:] for one in contacts}


def test_a_manager_of_another_cdas_is_never_asked() -> None:
    other = contact("other", "CDAS/MANAGER", cdas="CDAS-02")
    assert () == planned(directory(WORKER, other), "worker")[2][1]


def test_administrators_are_those_named_and_valid_else_the_referents() -> None:
    known = directory(*EVERYBODY, contact("gone", "CDAS/MANAGER", valid_to=DAY - timedelta(days=1)))
    assert ("manager",) == administrators_of(known, ("manager", "gone", "unknown"), DAY)
    assert ("caf", "cd35") == administrators_of(known, (), DAY)


def test_who_left_or_opted_out_is_not_asked() -> None:
    known = directory(contact("out", "CDAS/MANAGER", opted_out=True), MANAGER)
    assert ("manager",) == present(("out", "unknown", "manager"), known, DAY)


def test_two_who_name_each_other_and_are_away_are_nobody() -> None:
    known = directory(WORKER, contact("deputy", "CDAS/SOCIAL_WORKER", deputy="worker"))
    for reference in ("worker", "deputy"):
        known.declare(reference, Absence(reference, DAY, DAY))
    assert () == present(("worker", "deputy"), known, DAY)


@pytest.mark.parametrize(
    ("event_type", "urgency", "expected"),
    [
        ("benefit_urgency.reported", "BENEFIT", Nature.BENEFIT),
        ("benefit_urgency.reported", "NONE", None),
        ("social_urgency.reported", "SOCIAL", Nature.SOCIAL),
        ("social_urgency.reported", "NONE", None),
        ("child_protection.reported", "NONE", Nature.CHILD_PROTECTION),
    ],
)
def test_what_climbs_is_what_the_decision_calls_urgent(event_type: str, urgency: str, expected: Nature | None) -> None:
    assert expected is nature_of(event_type, urgency)


@pytest.mark.parametrize("service", [Service.CAF_BENEFITS, Service.CAF_SOCIAL_WORK, Service.CDAS])
@pytest.mark.parametrize("rank", [Rank.SECRETARIAT, Rank.MANAGER])
def test_each_service_that_receives_urgencies_has_one_row_for_each_rank(service: Service, rank: Rank) -> None:
    rows = [row for row in CHAINS if (row.service, row.rank) == (service, rank)]
    assert [True] == [all(asked is service for asked, _ in row.asks) for row in rows]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param(EVERYBODY, (Rank.SUBSTITUTE, ("deputy",)), id="a substitute"),
        pytest.param((WORKER, MAILBOX, MANAGER), (Rank.SECRETARIAT, ("mailbox",)), id="no substitute"),
        pytest.param((WORKER, MANAGER), (Rank.MANAGER, ("manager",)), id="a manager alone"),
        pytest.param((WORKER, CAF), None, id="nobody of the service"),
    ],
)
def test_the_next_contact_after_one_that_was_not_reached_is_of_its_service(
    there: tuple[Contact, ...], expected: tuple[Rank, tuple[str, ...]] | None
) -> None:
    assert expected == next_contacts(CDAS, "worker", directory(*there), DAY)


def test_every_reason_is_said_in_french() -> None:
    assert all(reason.label for reason in StepReason)


@pytest.mark.parametrize("hour", ["00:30", "23:30"])
def test_the_day_of_an_escalation_is_that_of_paris(hour: str) -> None:
    """Whatever the day is meanwhile in UTC, or on the machine."""
    only_today = contact("today", "CDAS/MANAGER", valid_from=DAY, valid_to=DAY)
    steps = planned(
        directory(WORKER, only_today), "worker", start=datetime.fromisoformat(f"{DAY}T{hour}").replace(tzinfo=paris())
    )
    assert ("today",) in [contacts for _, contacts, _, _ in steps]


def test_a_wait_that_is_not_said_is_refused() -> None:
    asked = Asked(Nature.SOCIAL, (CDAS,), ("worker",))
    with pytest.raises(ValueError, match="zip"):
        plan(asked, directory(WORKER), [OFFICE], Waits((900, 900, 1800), 7200), (), START)


def test_the_mailbox_is_no_manager() -> None:
    """Where no manager is known, nobody is asked in its place: the mailbox had its turn."""
    steps = planned(directory(WORKER, MAILBOX), "worker")
    assert [("SECRETARIAT", ("mailbox",)), ("MANAGER", ())] == [(rank, asked) for rank, asked, _, _ in steps[1:3]]
    assert "NOBODY" == steps[2][3]


def test_steps_are_numbered_from_one() -> None:
    steps = plan(Asked(Nature.SOCIAL, (CDAS,), ("worker",)), directory(WORKER), [OFFICE], WAITS, (), START)
    assert list(range(1, 8)) == [step.number for step in steps]
