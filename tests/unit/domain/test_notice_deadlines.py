"""By when a notice is to be acknowledged: working hours after its publication, or days before its effect."""

from datetime import UTC, date, datetime

import pytest

from hub.data import load_parameters
from hub.data.matrix_file import shipped_matrix
from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.notices.deadlines import acknowledge_by

ROWS = shipped_matrix()
HOURS = OfficeHours(load_parameters().on(date(2026, 3, 2)).service_opening_hours)


def at(text: str) -> datetime:
    """An instant of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=paris())


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026-03-02T09:00", "2026-03-02T11:00"),
        ("2026-03-02T11:30", "2026-03-02T15:00"),
        ("2026-03-02T10:00", "2026-03-02T13:30"),
        ("2026-03-06T16:00", "2026-03-09T10:00"),
        ("2026-05-13T17:00", "2026-05-18T11:00"),
        ("2026-07-13T15:30", "2026-07-15T09:30"),
        ("2026-10-24T23:00", "2026-10-26T11:00"),
    ],
    ids=[
        "morning",
        "over-lunch",
        "at-closing-time",
        "over-a-weekend",
        "over-ascension",
        "over-a-holiday",
        "clocks-go-back",
    ],
)
def test_two_working_hours_count_in_opening_hours_only(published: str, expected: str) -> None:
    found = acknowledge_by(ROWS["O2"], "ASIP", date(2026, 3, 2), at(published).astimezone(UTC), HOURS)
    assert at(expected) == found


@pytest.mark.parametrize(
    ("published", "effective", "expected"),
    [
        ("2026-03-02T09:00", date(2026, 5, 1), "2026-04-26T00:00"),
        ("2026-03-02T09:00", date(2026, 3, 31), "2026-03-26T00:00"),
        ("2026-03-02T10:00", date(2026, 3, 4), "2026-03-03T10:00"),
        ("2026-03-02T10:00", date(2020, 1, 1), "2026-03-03T10:00"),
    ],
    ids=["in-time", "across-a-change-of-clocks", "late", "long-past"],
)
def test_five_days_before_the_effect_begin_at_midnight_and_leave_a_working_day(
    published: str, effective: date, expected: str
) -> None:
    assert at(expected) == acknowledge_by(ROWS["O4"], "CDAS", effective, at(published).astimezone(UTC), HOURS)


def test_nobody_is_asked_where_the_row_asks_nobody() -> None:
    asked = [("O6", "CDAS"), ("D1", "CDAS"), ("L1", "ASIP"), ("L3", "CAF_REFERENTS")]
    assert [None] * 4 == [
        acknowledge_by(ROWS[code], s, date(2026, 5, 1), at("2026-03-02T09:00"), HOURS) for code, s in asked
    ]
    assert acknowledge_by(None, "CDAS", date(2026, 5, 1), at("2026-03-02T09:00"), HOURS) is None


def test_a_deadline_is_told_in_utc_and_a_service_without_hours_has_no_day_to_leave() -> None:
    since = at("2026-03-02T10:00")
    found = acknowledge_by(ROWS["O4"], "CDAS", date(2026, 3, 4), since, OfficeHours(()))
    assert since == found
    assert [UTC, UTC] == [
        told.tzinfo
        for told in (found, acknowledge_by(ROWS["O4"], "CDAS", date(2026, 5, 1), since, HOURS))
        if told is not None
    ]
