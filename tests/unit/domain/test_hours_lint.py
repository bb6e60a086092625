"""The hours of work in which nobody answers: what they are, and that ranges count the same as hours one by one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
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


def test_days_after_the_last_one_are_not_told(demo_contacts: list[Contact]) -> None:
    closure = Entry("CDAS", "CLOSURE", FRIDAY, FRIDAY + timedelta(30))

    def hours(_service: str, cdas: str | None) -> OfficeHours:
        return OfficeHours(USUAL.usual, (closure,) if cdas == "CDAS-07" else ())

    (gap,) = hours_without(directory_of(demo_contacts), FRIDAY, MONDAY, USUAL, hours)
    assert (at(MONDAY, 17), 12.0) == (gap.end, gap.hours)


def held_by(reference: str, place: str, **changed: Any) -> Contact:
    service, role = place.split("/")
    fields: dict[str, Any] = {"institution": "CD35", "label": reference, "valid_from": date(2024, 1, 1)}
    return Contact(**({"contact": reference, "service": service, "role": role} | fields | changed))


def test_a_desk_of_a_cdas_without_anybody_is_told_with_its_places() -> None:
    """One CDAS without a mailbox, where only the reception is held: who asks for its manager reaches nobody."""
    reception = held_by("reception", "CDAS/RECEPTION", cdas="CDAS-01", communes=("35024", "35051"))
    found = hours_without(directory_of([reception]), FRIDAY, FRIDAY, USUAL, usual)
    desks = {gap.desk for gap in found if gap.desk.service == Service.CDAS}
    places = ("35024", "35051")
    cases = [Role.RECEPTION_SECOND_LEVEL, Role.SOCIAL_WORKER, Role.MANAGER, Role.CONCERTATION]
    expected = {Desk(Topic.CASES, Why.NOBODY, "CDAS", role, "CDAS-01", places, unplaced=True) for role in cases}
    expected.add(Desk(Topic.NOTICES, Why.NOBODY, "CDAS", Role.GENERIC_MAILBOX, "CDAS-01", places, unplaced=True))
    assert expected == desks


def test_a_desk_of_which_nothing_more_is_said_is_that_of_a_whole_service() -> None:
    desk = Desk(Topic.ALL, Why.CLOSED, "CDAS")
    assert (None, None, (), False) == (desk.role, desk.cdas, desk.places, desk.unplaced)


def test_a_cdas_that_ends_within_the_period_is_looked_at_too() -> None:
    ends = held_by("ends", "CDAS/GENERIC_MAILBOX", cdas="CDAS-01", communes=("35024",), valid_to=FRIDAY)
    stays = held_by("stays", "CDAS/GENERIC_MAILBOX", cdas="CDAS-02", communes=("35051",))
    asked: list[tuple[str, str | None]] = []

    def hours(service: str, cdas: str | None) -> OfficeHours:
        asked.append((service, cdas))
        return USUAL

    hours_without(directory_of([ends, stays]), FRIDAY, MONDAY, USUAL, hours)
    expected = [("CDAS", "CDAS-01"), ("CDAS", "CDAS-02"), ("CAF_BENEFITS", None), ("CAF_SOCIAL_WORK", None)]
    assert expected == asked


def closed_at(**closed: tuple[int, int]) -> Callable[[str, str | None], OfficeHours]:
    """The usual hours, and services or CDAS (by its number, after `_`) that are closed from one minute to another."""

    def hours(service: str, cdas: str | None) -> OfficeHours:
        begin, end = closed.get(service if cdas is None else f"_{cdas[-2:]}", (0, 0))
        spans = [(opening.weekday, opening.opens, opening.closes) for opening in USUAL.usual]
        left = [(day, opens, min(closes, begin)) for day, opens, closes in spans]
        left += [(day, max(opens, end), closes) for day, opens, closes in spans]
        return OfficeHours(tuple(Opening(*span) for span in left))

    return hours


def test_a_service_is_told_with_every_gap_of_its_own(demo_contacts: list[Contact]) -> None:
    """Two gaps of one day, with an hour of work between them, are two; hours are told to the hundredth."""
    morning, evening = at(FRIDAY, 9), at(FRIDAY, 16)

    def hours(service: str, _cdas: str | None) -> OfficeHours:
        opens = (9 * 60 + 20, 12 * 60), (14 * 60, 15 * 60), (15 * 60 + 40, 16 * 60)
        return OfficeHours(tuple(Opening(5, *span) for span in opens)) if service == "CAF_BENEFITS" else USUAL

    found = hours_without(directory_of(demo_contacts), FRIDAY, FRIDAY, USUAL, hours)
    desk = Desk(Topic.ALL, Why.CLOSED, "CAF_BENEFITS")
    minutes = timedelta(minutes=20)
    expected = [
        HourGap(desk, evening, at(FRIDAY, 17), 1.0),
        HourGap(desk, at(FRIDAY, 15), at(FRIDAY, 15) + 2 * minutes, 0.67),
        HourGap(desk, morning, morning + minutes, 0.33),
    ]
    assert expected == found


def test_gaps_come_longest_first_then_earliest_then_by_service_and_cdas(demo_contacts: list[Contact]) -> None:
    noon, nine, three = 12 * 60, 9 * 60, 15 * 60
    closed = closed_at(
        _01=(three, three + 60),
        _02=(nine, nine + 60),
        _03=(nine, noon),
        _04=(nine, nine + 60),
        CAF_BENEFITS=(nine, nine + 60),
        CAF_SOCIAL_WORK=(nine, nine + 120),
    )
    found = hours_without(directory_of(demo_contacts), FRIDAY, FRIDAY, USUAL, closed)
    expected = ["CDAS-03", "CAF_SOCIAL_WORK", "CAF_BENEFITS", "CDAS-02", "CDAS-04", "CDAS-01"]
    assert expected == [gap.desk.cdas or gap.desk.service for gap in found]


def test_gaps_of_equal_length_come_by_cdas_before_they_come_by_role() -> None:
    receptions = [
        held_by(f"r{code}", "CDAS/RECEPTION", cdas=f"CDAS-{code}", communes=(commune,))
        for code, commune in (("01", "35024"), ("02", "35051"))
    ]
    found = hours_without(directory_of(receptions), FRIDAY, FRIDAY, USUAL, usual)
    told = [gap.desk.cdas for gap in found if gap.desk.service == Service.CDAS]
    assert ["CDAS-01"] * 5 + ["CDAS-02"] * 5 == told


def test_gaps_of_one_desk_come_by_role_and_the_whole_service_among_them() -> None:
    closed = hours_without(directory_of([]), FRIDAY, FRIDAY, USUAL, closed_at(CAF_SOCIAL_WORK=(0, 24 * 60)))
    told = [(gap.desk.service, str(gap.desk.role)) for gap in closed if gap.desk.service == "CAF_SOCIAL_WORK"]
    assert [("CAF_SOCIAL_WORK", role) for role in ("MANAGER", "None", "SECRETARIAT", "SOCIAL_WORKER")] == told


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
