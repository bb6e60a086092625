"""Working time of a service: opening hours, holidays, closures, and clocks that never stand still."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.entries import Entry, Opening, openings_from_cell
from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import LONGEST_CLOSURE, OfficeHours

USUAL = openings_from_cell("12345 09:00-12:00|12345 13:30-17:00")
OFFICE = OfficeHours(USUAL)
TUESDAY = date(2026, 3, 3)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=paris())


def entry(kind: str, *openings: Opening, first: date = TUESDAY, last: date = TUESDAY) -> Entry:
    return Entry("CDAS", kind, first, last, openings)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        pytest.param("2026-03-02 09:30", 15, "2026-03-02 09:45", id="in the morning"),
        pytest.param("2026-03-02 11:50", 15, "2026-03-02 13:35", id="over lunch"),
        pytest.param("2026-03-02 16:50", 15, "2026-03-03 09:05", id="over night"),
        pytest.param("2026-03-06 16:50", 15, "2026-03-09 09:05", id="over a weekend"),
        pytest.param("2026-03-02 11:00", 60, "2026-03-02 13:30", id="to closing time: as it opens again"),
        pytest.param("2026-03-07 12:00", 0, "2026-03-09 09:00", id="nothing to wait for, and closed"),
        pytest.param("2026-04-30 16:50", 15, "2026-05-04 09:05", id="over 1 May and a weekend"),
        pytest.param("2026-05-13 16:50", 15, "2026-05-18 09:05", id="over Ascension day and its Friday"),
        pytest.param("2026-03-27 16:50", 15, "2026-03-30 09:05", id="over the night of summer time"),
    ],
)
def test_time_passes_while_the_office_is_open(start: str, minutes: int, expected: str) -> None:
    assert at(expected) == OFFICE.after(at(start), minutes * 60)


def test_a_closure_of_the_service_is_no_working_time() -> None:
    office = OfficeHours(USUAL, (entry("CLOSURE"),))
    assert at("2026-03-04 09:05") == office.after(at("2026-03-02 16:50"), 15 * 60)


def test_an_exceptional_opening_opens_in_spite_of_a_closure() -> None:
    office = OfficeHours(USUAL, (entry("CLOSURE"), entry("EXCEPTIONAL_OPENING", Opening(2, 600, 660))))
    assert at("2026-03-03 10:05") == office.after(at("2026-03-02 16:50"), 15 * 60)


def test_declared_hours_take_the_place_of_the_usual_ones_and_the_latest_hold() -> None:
    older = entry("HOURS", Opening(2, 480, 720), first=date(2026, 1, 1), last=date(2026, 12, 31))
    newer = entry("HOURS", Opening(2, 840, 900), first=TUESDAY, last=date(2026, 12, 31))
    opens = OfficeHours(USUAL, (older, newer)).periods(TUESDAY)
    assert [(at("2026-03-03 14:00"), at("2026-03-03 15:00"))] == opens


def test_openings_that_overlap_count_once() -> None:
    office = OfficeHours((Opening(2, 540, 660), Opening(2, 600, 720)))
    assert [(at("2026-03-03 09:00"), at("2026-03-03 12:00"))] == office.periods(TUESDAY)


def test_the_clock_of_a_service_that_never_opens_goes_on() -> None:
    start = at("2026-03-02 09:30")
    assert start + timedelta(minutes=15) == OfficeHours(()).after(start, 15 * 60)


def open_only(*days: tuple[date, int, int]) -> OfficeHours:
    """A service that opens on these days, from one minute to another."""
    made = (
        entry("EXCEPTIONAL_OPENING", Opening(day.isoweekday(), opens, closes), first=day, last=day)
        for day, opens, closes in days
    )
    return OfficeHours((), tuple(made))


MIDNIGHT = 24 * 60


@pytest.mark.parametrize(
    ("start", "office", "expected"),
    [
        pytest.param(
            "2026-06-01 11:00",
            open_only((date(2026, 6, 1), 600, 660), (date(2026, 7, 31), 660, 720)),
            "2026-07-31 11:15",
            id="after sixty days to the minute the service is waited for",
        ),
        pytest.param(
            "2026-06-01 11:00",
            open_only((date(2026, 6, 1), 600, 660), (date(2026, 7, 31), 661, 720)),
            "2026-06-01 11:15",
            id="after a minute more it counts as open",
        ),
        pytest.param(
            "2026-06-01 23:00",
            open_only((date(2026, 7, 31), 600, 660)),
            "2026-07-31 10:15",
            id="the sixtieth day after one without opening",
        ),
        pytest.param(
            "2026-06-01 23:55",
            open_only((date(2026, 6, 1), 600, MIDNIGHT), (date(2026, 8, 1), 0, 60)),
            "2026-08-01 00:10",
            id="sixty days from midnight to midnight",
        ),
    ],
)
def test_a_service_is_waited_for_sixty_days(start: str, office: OfficeHours, expected: str) -> None:
    assert 60 == LONGEST_CLOSURE
    assert at(expected) == office.after(at(start), 15 * 60)


def test_instants_are_told_in_utc() -> None:
    open_, never = OFFICE.after(at("2026-03-02 09:30"), 60), OfficeHours(()).after(at("2026-03-02 09:30"), 60)
    opens, closes = OFFICE.periods(TUESDAY)[0]
    assert [UTC] * 4 == [told.tzinfo for told in (open_, never, opens, closes)]


def test_the_minute_of_closing_is_no_opening_any_more() -> None:
    assert OFFICE.is_open(at("2026-03-03 11:59"))
    assert not OFFICE.is_open(at("2026-03-03 12:00"))


OPENINGS = {
    "none without a length": ([(600, 600)], []),
    "one without a length before another": ([(600, 600), (660, 720)], [("11:00", "12:00")]),
    "those that touch are one": ([(540, 600), (600, 660)], [("09:00", "11:00")]),
    "the ones after two that overlap": ([(540, 660), (600, 720), (840, 900)], [("09:00", "12:00"), ("14:00", "15:00")]),
    "one inside another": ([(540, 720), (600, 660)], [("09:00", "12:00")]),
}


@pytest.mark.parametrize(("openings", "expected"), OPENINGS.values(), ids=OPENINGS)
def test_openings_are_told_in_order_and_apart(openings: list[tuple[int, int]], expected: list[tuple[str, str]]) -> None:
    office = OfficeHours(tuple(Opening(2, opens, closes) for opens, closes in openings))
    told = [tuple(f"{instant.astimezone(paris()):%H:%M}" for instant in period) for period in office.periods(TUESDAY)]
    assert expected == told


def test_midnight_is_the_begin_of_the_next_day() -> None:
    (period,) = OfficeHours((Opening(2, 1380, MIDNIGHT),)).periods(TUESDAY)
    assert (at("2026-03-03 23:00"), at("2026-03-04 00:00")) == period


BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 365 * 86_400).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


@given(INSTANTS, st.integers(0, 200_000), st.integers(0, 200_000))
def test_waiting_twice_is_waiting_once_for_both_and_never_ends_before_it_began(
    start: datetime, first: int, then: int
) -> None:
    once = OFFICE.after(start, first + then)
    assert once == OFFICE.after(OFFICE.after(start, first), then)
    assert once >= start + timedelta(seconds=first + then)
    assert OFFICE.is_open(once)
