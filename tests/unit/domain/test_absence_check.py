"""What a person is told before an absence is declared."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory.absence import Absence
from hub.domain.directory.absence_check import LONGEST, Outlook, outlook, replacing
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.lint import FindingKind

START = date(2023, 1, 1)
PLANNED = Absence("anne", date(2026, 3, 9), date(2026, 3, 13), "ben")


def contact(reference: str, role: str = "SOCIAL_WORKER", **changes: object) -> Contact:
    made = Contact(reference, "CD35", "CDAS", role, reference.title(), START, cdas="CDAS-07")
    return replace(made, **changes)  # type: ignore[arg-type]  # whatever fields a test names


def team(*absences: Absence, mailbox: bool = True, worker: bool = True) -> Directory:
    """A team of three, with a mailbox and a manager where wanted."""
    found = Directory(load_territory())
    for one in (contact("anne"), contact("head", "MANAGER"), *((contact("ben"),) if worker else ())):
        found.apply(one)
    if mailbox:
        found.apply(contact("box", "GENERIC_MAILBOX"))
    for number, absence in enumerate(absences):
        found.declare(f"absence:{number}", absence)
    return found


def kinds(found: Outlook) -> list[FindingKind]:
    return [finding.kind for finding in found.findings]


def test_a_substitute_who_is_there_leaves_nothing_to_say() -> None:
    assert Outlook((), (), nobody=False, uncovered=False) == outlook(team(), PLANNED)


def test_two_who_name_each_other_are_a_loop() -> None:
    found = outlook(team(Absence("ben", date(2026, 3, 12), date(2026, 3, 20), "anne")), PLANNED)
    assert [FindingKind.LOOP] == kinds(found)
    assert (date(2026, 3, 12), date(2026, 3, 13)) == (found.findings[0].first, found.findings[0].last)


def test_whoever_counted_on_the_absent_person_is_told_too() -> None:
    directory = team(Absence("head", date(2026, 3, 9), date(2026, 3, 9), "anne"))
    found = outlook(directory, replace(PLANNED, deputy=None))
    assert [("head", FindingKind.GAP)] == [(finding.contacts[0], finding.kind) for finding in found.findings]


def test_absences_that_have_nothing_to_do_with_it_are_not_told() -> None:
    gap = Absence("head", date(2026, 3, 9), date(2026, 3, 9), "nobody")
    assert [] == kinds(outlook(team(gap), PLANNED))


def test_without_a_substitute_the_mailbox_has_what_comes() -> None:
    found = outlook(team(worker=False), replace(PLANNED, deputy=None))
    assert (True, False) == (found.uncovered, found.nobody)


def test_without_a_mailbox_either_nobody_is_reached() -> None:
    found = outlook(team(worker=False, mailbox=False), replace(PLANNED, deputy=None))
    assert (True, True) == (found.uncovered, found.nobody)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(7, 8, 0), (7, 9, 1), (10, 11, 1), (13, 20, 1), (14, 20, 0)],
    ids=["before", "to-its-first-day", "inside", "from-its-last-day", "after"],
)
def test_an_absence_that_was_declared_already_is_found_to_the_day(first: int, last: int, expected: int) -> None:
    known = Absence("anne", date(2026, 3, first), date(2026, 3, last), "ben")
    assert expected == len(outlook(team(known), PLANNED).twice)


def test_an_unknown_contact_is_an_error() -> None:
    with pytest.raises(KeyError):
        outlook(team(), replace(PLANNED, contact="nobody"))


def test_a_contact_knows_for_whom_it_stands_in() -> None:
    directory = team(PLANNED, Absence("head", date(2026, 4, 1), date(2026, 4, 2), "anne"))
    assert [PLANNED] == list(replacing(directory, "ben"))


DAYS = st.dates(date(2026, 3, 1), date(2026, 3, 31))
ABSENCES = st.builds(
    lambda who, days, deputy: Absence(who, min(days), max(days), deputy),
    st.sampled_from(["anne", "ben", "head"]),
    st.tuples(DAYS, DAYS),
    st.sampled_from([None, "anne", "ben", "head", "box"]),
)


@given(st.lists(ABSENCES, max_size=4), ABSENCES)
def test_looking_ahead_changes_nothing(known: list[Absence], planned: Absence) -> None:
    directory = team(*known)
    before = sorted(directory.absences, key=repr)
    first = outlook(directory, planned)
    assert before == sorted(directory.absences, key=repr)
    assert first == outlook(directory, planned)


def test_an_absence_of_a_whole_leap_year_is_the_longest() -> None:
    assert date(2024, 12, 31) - date(2023, 12, 31) == LONGEST


def test_an_unknown_contact_is_named() -> None:
    with pytest.raises(KeyError, match="nobody"):
        outlook(team(), replace(PLANNED, contact="nobody"))


def test_a_colleague_with_the_same_role_is_somebody_without_any_mailbox() -> None:
    assert not outlook(team(mailbox=False), PLANNED).nobody
