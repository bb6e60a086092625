"""When the priority line is open by the shipped calendar: boundaries first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.data import load_calendar
from hub.domain.calendar.holidays import public_holidays
from hub.domain.calendar.line import BEFORE, BEYOND, BRIDGE, OPEN, OUTSIDE_HOURS, WEEKEND, Line
from hub.domain.calendar.paris import paris
from tests.unit.domain.calendar_building import SCHOOL, at, calendar, data

SHIPPED: dict[str, tuple[str, str]] = {
    "a microsecond before nine": ("2026-03-10T08:59:59.999999", OUTSIDE_HOURS),
    "nine": ("2026-03-10T09:00", OPEN),
    "a microsecond before noon": ("2026-03-10T11:59:59.999999", OPEN),
    "noon": ("2026-03-10T12:00", OUTSIDE_HOURS),
    "a microsecond before half past one": ("2026-03-10T13:29:59.999999", OUTSIDE_HOURS),
    "half past one": ("2026-03-10T13:30", OPEN),
    "a microsecond before half past four": ("2026-03-10T16:29:59.999999", OPEN),
    "half past four": ("2026-03-10T16:30", OUTSIDE_HOURS),
    "midnight": ("2026-03-10T00:00", OUTSIDE_HOURS),
    "Monday": ("2026-03-09T10:00", OPEN),
    "Friday": ("2026-03-13T10:00", OPEN),
    "Saturday": ("2026-03-14T10:00", WEEKEND),
    "Sunday": ("2026-03-15T10:00", WEEKEND),
    "the day before the line opened": ("2024-10-01T10:00", BEFORE),
    "years before the line opened": ("1999-12-31T10:00", BEFORE),
    "the day that the line opened": ("2024-10-02T09:00", OPEN),
    "the last day before the holidays": ("2026-02-13T16:29", OPEN),
    "the first day of the holidays": ("2026-02-14T10:00", SCHOOL),
    "the first working day of the holidays": ("2026-02-16T10:00", SCHOOL),
    "the last working day of the holidays": ("2026-02-27T10:00", SCHOOL),
    "the last day of the holidays": ("2026-03-01T10:00", SCHOOL),
    "the day that school starts again": ("2026-03-02T09:00", OPEN),
    "Easter Monday in the holidays": ("2025-04-21T10:00", "jour férié (lundi de Pâques)"),
    "the Tuesday that school starts again": ("2025-04-22T10:00", OPEN),
    "a public holiday": ("2025-11-11T10:00", "jour férié (armistice de 1918)"),
    "the day after a public holiday": ("2025-11-12T10:00", OPEN),
    "the day before Ascension": ("2026-05-13T10:00", OPEN),
    "Ascension": ("2026-05-14T10:00", "jour férié (Ascension)"),
    "the Friday after Ascension": ("2026-05-15T10:00", BRIDGE),
    "the Monday after Ascension": ("2026-05-18T10:00", OPEN),
    "a Friday after Ascension that is a school holiday too": ("2027-05-07T10:00", BRIDGE),
    "the last day that is known": ("2028-08-31T23:59:59.999999", SCHOOL),
    "the day after the last known": ("2028-09-01T00:00", BEYOND),
    "a public holiday beyond": ("2028-12-25T10:00", BEYOND),
    "a weekend beyond": ("2100-01-02T10:00", BEYOND),
}


@pytest.mark.parametrize(("local", "sentence"), SHIPPED.values(), ids=SHIPPED)
def test_the_shipped_calendar_opens_and_closes_at_its_boundaries(local: str, sentence: str) -> None:
    assert Line(sentence == OPEN, sentence == BEYOND, sentence) == at(local)


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-03-10T08:00:00Z", True),
        ("2026-03-10T07:59:59Z", False),
        ("2026-03-10T21:00:00+13:00", True),
        ("2026-03-09T22:00:00-10:00", True),
        ("2026-03-10T13:30:00+05:30", True),
        ("2026-03-27T08:00:00Z", True),
        ("2026-03-27T07:00:00Z", False),
        ("2026-03-30T07:00:00Z", True),
        ("2026-03-30T10:00:00Z", False),
        ("2026-10-16T07:00:00Z", True),
        ("2026-11-02T07:00:00Z", False),
        ("2026-11-02T08:00:00Z", True),
    ],
    ids=[
        "UTC",
        "UTC before opening",
        "Auckland",
        "Honolulu the day before",
        "Delhi",
        "winter time, eight UTC",
        "winter time, seven UTC",
        "summer time, seven UTC",
        "summer time, ten UTC",
        "before winter time, seven UTC",
        "winter time again, seven UTC",
        "winter time again, eight UTC",
    ],
)
def test_an_instant_counts_in_the_time_of_paris_whatever_its_own_offset(instant: str, *, is_open: bool) -> None:
    assert is_open == load_calendar().line(datetime.fromisoformat(instant)).is_open


@pytest.mark.parametrize("fold", [0, 1], ids=["summer time", "winter time"])
def test_an_hour_that_comes_twice_is_open_twice(fold: int) -> None:
    night = data("EXCEPTIONAL_OPENING", "2026-10-25", hours=[{"weekday": 7, "opens": "02:00", "closes": "03:00"}])
    instant = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=paris())
    assert calendar(night).line(instant).is_open
    assert not calendar(night).line(instant - timedelta(hours=1 + fold)).is_open


def test_an_answer_holds_for_its_own_minute_alone() -> None:
    asked = load_calendar()
    minutes = [datetime(2026, 3, 10, 11, 59, tzinfo=paris()) + timedelta(minutes=n) for n in range(100)]
    assert [True] + 90 * [False] + 9 * [True] == [asked.line(instant).is_open for instant in minutes]


def test_zone_b_takes_as_many_working_days_of_a_year_as_its_source_says() -> None:
    holidays = [entry for entry in load_calendar().entries.values() if entry.reason == "SCHOOL_HOLIDAY"]

    def working_days(year: int) -> list[date]:
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        return [day for day in days if day.isoweekday() <= 5 and day not in public_holidays(year)]

    counted = [(sum(any(e.covers(d) for e in holidays) for d in working_days(y)), y) for y in (2025, 2026, 2027)]
    assert [(77, 2025), (79, 2026), (81, 2027)] == counted
    assert [251, 252, 254] == [len(working_days(year)) for year in (2025, 2026, 2027)]


def test_the_shipped_data_end_with_the_summer_of_2028() -> None:
    assert date(2028, 8, 31) == load_calendar().data_end


def test_what_one_reader_maintains_is_not_in_the_calendar_of_another() -> None:
    calendar(data("CLOSURE", "2026-03-10"))
    assert load_calendar().line(datetime(2026, 3, 10, 9, tzinfo=UTC)).is_open
