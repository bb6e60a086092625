"""By when a notice is to be acknowledged: working hours after its publication, or days before its effect."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data.matrix_file import shipped_matrix
from hub.domain.notice_deadlines import acknowledge_by, after_working_time
from hub.domain.paris import paris

ROWS = shipped_matrix()


def at(text: str) -> datetime:
    """An instant of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=paris())


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026-03-02T09:00", "2026-03-02T11:00"),
        ("2026-03-02T11:30", "2026-03-02T15:00"),
        ("2026-03-02T10:00", "2026-03-02T12:00"),
        ("2026-03-06T16:00", "2026-03-09T10:30"),
        ("2026-05-13T16:30", "2026-05-18T11:00"),
        ("2026-07-13T15:30", "2026-07-15T10:00"),
        ("2026-10-24T23:00", "2026-10-26T11:00"),
    ],
    ids=["morning", "over-lunch", "to-noon", "over-a-weekend", "over-ascension", "over-a-holiday", "clocks-go-back"],
)
def test_two_working_hours_count_in_opening_hours_only(published: str, expected: str) -> None:
    found = acknowledge_by(ROWS["O2"], "ASIP", date(2026, 3, 2), at(published).astimezone(UTC))
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
    assert at(expected) == acknowledge_by(ROWS["O4"], "CDAS", effective, at(published).astimezone(UTC))


def test_nobody_is_asked_where_the_row_asks_nobody() -> None:
    asked = [("O6", "CDAS"), ("D1", "CDAS"), ("L1", "ASIP"), ("L3", "CAF_REFERENTS")]
    assert [None] * 4 == [acknowledge_by(ROWS[code], s, date(2026, 5, 1), at("2026-03-02T09:00")) for code, s in asked]
    assert acknowledge_by(None, "CDAS", date(2026, 5, 1), at("2026-03-02T09:00")) is None


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 -- strategies take naive bounds
LENGTHS = st.integers(1, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(MOMENTS, LENGTHS, LENGTHS)
def test_working_time_adds_up(moment: datetime, one: timedelta, other: timedelta) -> None:
    assert after_working_time(moment, one + other) == after_working_time(after_working_time(moment, one), other)


@given(MOMENTS, LENGTHS)
def test_working_time_ends_inside_opening_hours_and_no_sooner_than_the_time_itself(
    moment: datetime, length: timedelta
) -> None:
    found = after_working_time(moment, length)
    local = found.astimezone(paris())
    assert moment + length <= found
    assert local.isoweekday() <= 5
    assert 9 * 60 < local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 6e7 <= 16 * 60 + 30
