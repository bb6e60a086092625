"""What the CAF enters changes when the priority line is open, and how far the calendar goes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.data import load_calendar
from hub.domain.calendar.line import (
    BEFORE,
    BEYOND,
    NO_HOURS,
    OPEN,
    OPEN_EXCEPTIONALLY,
    OUTSIDE_HOURS,
    WEEKEND,
    Line,
    entry_from_data,
)
from tests.unit.domain.calendar_building import HOURS, SCHOOL, at, calendar, data


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("STRIKE", "grève"),
        ("BREAKDOWN", "panne"),
        ("BRIDGE_DAY", "pont"),
        ("PUBLIC_HOLIDAY", "jour férié"),
        ("SCHOOL_HOLIDAY", SCHOOL),
        ("OTHER", "fermeture exceptionnelle"),
        ("UNKNOWN", "fermeture exceptionnelle"),
        (None, "fermeture exceptionnelle"),
    ],
)
def test_a_closure_closes_its_days_and_says_why(reason: str | None, sentence: str) -> None:
    closure = data("CLOSURE", "2026-03-10", "2026-03-12", reason=reason)
    found = [at(f"2026-03-{day:02}T10:00", closure).sentence for day in range(9, 14)]
    assert [OPEN, sentence, sentence, sentence, OPEN] == found


def test_closures_of_one_day_add_up_and_say_the_more_general_reason() -> None:
    strike = data("CLOSURE", "2026-03-10", "2026-03-11", reason="STRIKE")
    bridge = data("CLOSURE", "2026-03-11", "2026-03-12", reason="BRIDGE_DAY")
    found = [at(f"2026-03-{day:02}T10:00", strike, bridge).sentence for day in range(10, 14)]
    assert ["grève", "pont", "pont", OPEN] == found


@pytest.mark.parametrize(
    ("local", "sentence"),
    [
        ("2026-03-13T10:00", OPEN),
        ("2026-03-16T09:59", OPEN),
        ("2026-03-16T10:00", OUTSIDE_HOURS),
        ("2026-03-17T09:30", NO_HOURS),
        ("2026-03-21T09:30", WEEKEND),
        ("2026-03-30T10:00", OUTSIDE_HOURS),
        ("2026-04-01T10:00", OPEN),
    ],
    ids=["day before", "first day", "first day later", "Tuesday", "Saturday", "last Monday", "day after"],
)
def test_newer_hours_win_over_the_shipped_ones_from_their_first_day_to_their_last(local: str, sentence: str) -> None:
    assert sentence == at(local, data("HOURS", "2026-03-16", "2026-03-31", weekdays="16")).sentence


def test_hours_from_the_first_day_of_the_shipped_ones_win_over_them_and_stand_together() -> None:
    monday = data("HOURS", "2024-10-02", "2199-12-31", weekdays="1")
    tuesday = data("HOURS", "2024-10-02", "2199-12-31", weekdays="2")
    found = [at(f"2026-03-{day:02}T09:30", monday, tuesday).sentence for day in range(9, 12)]
    assert [OPEN, OPEN, NO_HOURS] == found
    assert OUTSIDE_HOURS == at("2026-03-09T11:00", monday, tuesday).sentence


@pytest.mark.parametrize(
    ("day", "weekday"),
    [("2026-03-14", 6), ("2026-05-14", 4), ("2026-05-15", 5), ("2026-02-16", 1)],
    ids=["a Saturday", "Ascension", "the bridge", "a school holiday"],
)
def test_an_exceptional_opening_opens_a_closed_day_within_its_own_hours(day: str, weekday: int) -> None:
    opening = data("EXCEPTIONAL_OPENING", day, weekdays=str(weekday))
    strike = data("CLOSURE", day, reason="STRIKE")
    found = [at(f"{day}T{time}", opening, strike) for time in ("08:59", "09:00", "09:59", "10:00")]
    assert [False, True, True, False] == [line.is_open for line in found]
    assert OPEN_EXCEPTIONALLY == found[1].sentence


def test_an_exceptional_opening_speaks_of_its_days_alone_and_closes_nothing() -> None:
    evening = data(
        "EXCEPTIONAL_OPENING",
        "2026-03-10",
        "2026-03-11",
        hours=[{"weekday": 2, "opens": "17:00", "closes": "24:00"}],
    )
    found = {
        time: at(f"2026-03-{time}", evening).sentence
        for time in ("10T11:00", "10T16:45", "10T17:00", "10T23:59", "11T11:00", "11T17:00", "17T17:00")
    }
    assert {
        "10T11:00": OPEN,
        "10T16:45": OUTSIDE_HOURS,
        "10T17:00": OPEN_EXCEPTIONALLY,
        "10T23:59": OPEN_EXCEPTIONALLY,
        "11T11:00": OPEN,
        "11T17:00": OUTSIDE_HOURS,
        "17T17:00": OUTSIDE_HOURS,
    } == found


def test_nothing_opens_before_the_first_day_nor_after_the_last() -> None:
    week = "1234567"
    early = data("EXCEPTIONAL_OPENING", "2024-10-01", weekdays=week)
    late = data("EXCEPTIONAL_OPENING", "2028-09-01", weekdays=week)
    assert BEFORE == at("2024-10-01T09:30", early).sentence
    assert Line(is_open=False, beyond_data=True, sentence=BEYOND) == at("2028-09-01T09:30", late)


def test_hours_that_begin_earlier_move_the_first_day() -> None:
    assert OPEN == at("2024-09-30T09:30", data("HOURS", "2024-09-30", "2024-10-01", weekdays="1")).sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"scope": "CDAS", "cdas": "CDAS-07"},
        {"scope": "CAF_SITE", "site": "rennes"},
        {"scope": "UNKNOWN"},
        {"kind": "UNKNOWN"},
    ],
    ids=["of a CDAS", "of a site", "of an unknown scope", "of an unknown kind"],
)
def test_an_entry_that_is_not_about_the_line_is_kept_and_changes_nothing_for_it(changed: dict[str, Any]) -> None:
    made = load_calendar()
    entry = entry_from_data(data("CLOSURE", "2026-03-10", "2031-03-10", reason="SCHOOL_HOLIDAY") | changed)
    made.apply(HOURS, entry)
    assert made.line(datetime(2026, 3, 10, 9, tzinfo=UTC)).is_open
    assert date(2028, 8, 31) == made.data_end
    assert entry == made.entries[HOURS]


def test_an_entry_replaces_the_shipped_one_of_its_reference_until_it_is_removed() -> None:
    made, instant = load_calendar(), datetime(2026, 2, 16, 9, tzinfo=UTC)
    shorter = entry_from_data(data("CLOSURE", "2026-02-14", "2026-02-15", reason="SCHOOL_HOLIDAY"))
    made.apply("school-holiday-zone-b-2026-hiver", shorter)
    assert made.line(instant).is_open
    made.remove("school-holiday-zone-b-2026-hiver")
    assert SCHOOL == made.line(instant).sentence
    made.remove("school-holiday-zone-b-2026-hiver")
    made.remove("never-heard-of")
    assert load_calendar().entries == made.entries


def test_an_entry_applied_again_is_replaced_by_its_new_state() -> None:
    made, instant = load_calendar(), datetime(2026, 3, 10, 9, tzinfo=UTC)
    made.apply("strike", entry_from_data(data("CLOSURE", "2026-03-10")))
    assert not made.line(instant).is_open
    made.apply("strike", entry_from_data(data("CLOSURE", "2026-03-11")))
    assert made.line(instant).is_open


def test_without_any_hours_the_line_is_closed() -> None:
    made = load_calendar()
    made.apply(HOURS, entry_from_data(data("CLOSURE", "2024-10-02")))
    assert NO_HOURS == made.line(datetime(2026, 3, 10, 9, tzinfo=UTC)).sentence


# The end of the data


AUTUMN = data("CLOSURE", "2028-10-21", "2028-11-05", reason="SCHOOL_HOLIDAY")
CHRISTMAS = data("CLOSURE", "2028-12-23", "2029-01-07", reason="SCHOOL_HOLIDAY")


def test_a_school_holiday_beyond_the_end_moves_the_end_to_its_last_day() -> None:
    assert date(2028, 11, 5) == calendar(AUTUMN).data_end
    found = [at(local, AUTUMN).sentence for local in ("2028-09-01T10:00", "2028-10-23T10:00", "2028-11-06T10:00")]
    assert [OPEN, SCHOOL, BEYOND] == found


@pytest.mark.parametrize("entries", [(AUTUMN, CHRISTMAS), (CHRISTMAS, AUTUMN)], ids=["in order", "out of order"])
def test_school_holidays_that_follow_each_other_extend_the_calendar(entries: tuple[dict[str, Any], ...]) -> None:
    assert date(2029, 1, 7) == calendar(*entries).data_end


def test_after_a_school_holiday_that_is_missing_nothing_is_known() -> None:
    assert date(2028, 8, 31) == calendar(CHRISTMAS).data_end


@pytest.mark.parametrize(("first", "end"), [("2028-11-23", "2028-11-30"), ("2028-11-24", "2028-08-31")])
def test_a_term_has_at_most_twelve_weeks(first: str, end: str) -> None:
    assert date.fromisoformat(end) == calendar(data("CLOSURE", first, "2028-11-30", reason="SCHOOL_HOLIDAY")).data_end


@pytest.mark.parametrize("changed", [{"reason": "OTHER"}, {"kind": "HOURS"}], ids=["another closure", "hours"])
def test_nothing_else_moves_the_end(changed: dict[str, Any]) -> None:
    assert date(2028, 8, 31) == calendar(AUTUMN | changed).data_end


def test_the_end_comes_back_when_its_school_holiday_is_removed_and_never_falls_below_what_ships() -> None:
    made = calendar(AUTUMN)
    made.remove("maintained-0")
    assert date(2028, 8, 31) == made.data_end
    made.apply("school-holiday-zone-b-2028-ete", entry_from_data(data("CLOSURE", "2028-07-04", reason="STRIKE")))
    assert date(2028, 8, 31) == made.data_end
