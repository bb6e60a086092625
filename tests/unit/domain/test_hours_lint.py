"""The hours of work in which nobody answers: what they are, and that ranges count the same as hours one by one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.calendar.entries import Entry, Opening
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.directory.absence import Absence
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.hours_lint import Desk, HourGap, Topic, Why, hours_without, without
from hub.domain.directory.lint import unreachable
from hub.domain.vocabulary import Role, Service

PARIS = ZoneInfo("Europe/Paris")
TERRITORY = load_territory()
USUAL = OfficeHours(tuple(Opening(day, opens, opens + 180) for day in range(1, 6) for opens in (9 * 60, 14 * 60)))
FRIDAY, SUNDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 29), date(2026, 11, 30)


@pytest.fixture(scope="module")
def demo_contacts() -> list[Contact]:
    receipts = plan_import(demo_directory_rows(), Directory(TERRITORY), FRIDAY)
    return [receipt.contact for receipt in receipts if receipt.contact is not None]


def directory_of(contacts: list[Contact], *absences: Absence) -> Directory:
    directory = Directory(TERRITORY)
    for contact in contacts:
        directory.apply(contact)
    for number, absence in enumerate(absences):
        directory.declare(f"absence:{number}", absence)
    return directory


def usual(_service: str, _cdas: str | None) -> OfficeHours:
    return USUAL


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def test_the_demo_answers_at_every_hour_of_work(demo_contacts: list[Contact]) -> None:
    assert [] == hours_without(directory_of(demo_contacts), FRIDAY, FRIDAY + timedelta(59), USUAL, usual)


def test_a_role_that_nobody_holds_is_one_range_over_nights_and_weekends(demo_contacts: list[Contact]) -> None:
    """The weekend in between is no end of it, and counts for nothing."""
    held = [contact for contact in demo_contacts if contact.service != Service.CAF_REFERENTS]
    (gap,) = hours_without(directory_of(held), FRIDAY, MONDAY, USUAL, usual)
    assert (Topic.NOTICES, Why.NOBODY, Role.REFERENT) == (gap.desk.topic, gap.desk.why, gap.desk.role)
    assert (at(FRIDAY, 9), at(MONDAY, 17), 12.0) == (gap.begin, gap.end, gap.hours)


def test_a_service_that_its_calendar_closes_is_told_for_the_hours_of_work_only(demo_contacts: list[Contact]) -> None:
    closure = Entry("CDAS", "CLOSURE", FRIDAY, SUNDAY)

    def hours(_service: str, cdas: str | None) -> OfficeHours:
        return OfficeHours(USUAL.usual, (closure,) if cdas == "CDAS-07" else ())

    found = hours_without(directory_of(demo_contacts), FRIDAY, MONDAY, USUAL, hours)
    desk = Desk(Topic.ALL, Why.CLOSED, Service.CDAS, None, "CDAS-07")
    assert [HourGap(desk, at(FRIDAY, 9), at(FRIDAY, 17), 6.0)] == found


def test_no_hour_of_a_public_holiday_is_missed(demo_contacts: list[Contact]) -> None:
    held = [contact for contact in demo_contacts if contact.service != Service.CAF_REFERENTS]
    armistice = date(2026, 11, 11)
    assert [] == hours_without(directory_of(held), armistice, armistice, USUAL, usual)


def test_nothing_is_left_of_what_is_taken() -> None:
    spans = [(at(FRIDAY, 9), at(FRIDAY, 12)), (at(FRIDAY, 14), at(FRIDAY, 17))]
    taken = [(at(FRIDAY, 8), at(FRIDAY, 10)), (at(FRIDAY, 11), at(FRIDAY, 15))]
    left = [(at(FRIDAY, 10), at(FRIDAY, 11)), (at(FRIDAY, 15), at(FRIDAY, 17))]
    assert left == list(without(spans, taken))
    assert [] == list(without(spans, spans))


@settings(max_examples=10, deadline=None)  # each looks at the whole département on thirteen days
@given(away=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=4), validity=st.integers(0, 12))
def test_ranges_count_the_same_as_hours_one_by_one(away: list[tuple[int, int]], validity: int) -> None:
    """Whatever the absences and validities: the hours of a role are those of the days on which nobody is reached."""
    only = Contact(
        contact="caf-referent",
        institution="CAF",
        service="CAF_REFERENTS",
        role="REFERENT",
        cdas=None,
        communes=(),
        epci=(),
        label="Référent",
        email="a@b.example",
        phone=None,
        webhook=None,
        deputy=None,
        valid_from=FRIDAY,
        valid_to=FRIDAY + timedelta(validity),
        opted_out=False,
    )
    absences = [
        Absence("caf-referent", FRIDAY + timedelta(start), FRIDAY + timedelta(start + length)) for start, length in away
    ]
    directory, last = directory_of([only], *absences), FRIDAY + timedelta(12)
    found = hours_without(directory, FRIDAY, last, USUAL, usual)
    by_range = sum(gap.hours for gap in found if gap.desk.service == Service.CAF_REFERENTS)
    by_hour = sum(
        any(opens <= at(day, hour) < closes for opens, closes in USUAL.periods(day))
        for day in (FRIDAY + timedelta(number) for number in range(13))
        if any(finding.service == Service.CAF_REFERENTS for finding in unreachable(directory, day))
        for hour in range(24)
    )
    assert by_hour == by_range
