"""A digest leaves once on each of its days at its hour of Paris, also where the clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.paris import paris
from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm, next_digest

INSTANTS = st.integers(1_577_836_800, 2_082_758_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAILY = st.builds(Rhythm, st.just(Pace.DAILY), st.integers(0, 23))
WEEKLY = st.builds(Rhythm, st.just(Pace.WEEKLY), st.integers(0, 23), st.integers(1, 7))


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        (Rhythm(Pace.DAILY, 8), "2024-10-01T05:59", "2024-10-01T06:00"),
        (Rhythm(Pace.DAILY, 8), "2024-10-01T06:00", "2024-10-02T06:00"),
        (Rhythm(Pace.DAILY, 8), "2024-12-01T06:30", "2024-12-01T07:00"),
        (Rhythm(Pace.DAILY, 0), "2024-12-01T22:59", "2024-12-01T23:00"),
        (Rhythm(Pace.WEEKLY, 8, 1), "2024-10-01T05:59", "2024-10-07T06:00"),
        (Rhythm(Pace.WEEKLY, 8, 1), "2024-10-07T06:00", "2024-10-14T06:00"),
        (Rhythm(Pace.DAILY, 2), "2024-03-30T02:00", "2024-03-31T01:00"),
        (Rhythm(Pace.DAILY, 2), "2024-03-31T01:00", "2024-04-01T00:00"),
        (Rhythm(Pace.DAILY, 2), "2024-10-26T23:59", "2024-10-27T00:00"),
        (Rhythm(Pace.DAILY, 2), "2024-10-27T00:00", "2024-10-28T01:00"),
        (Rhythm(Pace.WEEKLY, 2, 7), "2024-03-29T12:00", "2024-03-31T01:00"),
        (AT_ONCE, "2024-10-01T05:59", "2024-10-01T05:59"),
    ],
    ids=[
        "before-the-hour",
        "at-the-hour",
        "winter",
        "midnight",
        "on-monday",
        "a-week-later",
        "an-hour-that-does-not-exist",
        "the-day-after-it",
        "an-hour-that-comes-twice",
        "not-the-second-time",
        "weekly-on-the-day-of-the-change",
        "at-once",
    ],
)
def test_the_next_digest(rhythm: Rhythm, after: str, expected: str) -> None:
    assert at(expected) == next_digest(rhythm, at(after))


@given(DAILY, INSTANTS)
def test_a_daily_digest_leaves_once_on_every_day_of_paris(rhythm: Rhythm, after: datetime) -> None:
    leaving = [next_digest(rhythm, after)]
    for _ in range(6):
        leaving.append(next_digest(rhythm, leaving[-1]))
    assert after < leaving[0] <= after + timedelta(hours=25)
    for one, following in pairwise(moment.astimezone(paris()) for moment in leaving):
        assert timedelta(days=1) == following.date() - one.date()
        assert following.hour == rhythm.hour or (rhythm.hour, following.hour) == (2, 3)


@given(WEEKLY, INSTANTS)
def test_a_weekly_digest_leaves_on_its_day_within_a_week(rhythm: Rhythm, after: datetime) -> None:
    leaving = next_digest(rhythm, after)
    assert after < leaving <= after + timedelta(days=7, hours=1)
    assert rhythm.weekday == leaving.astimezone(paris()).isoweekday()


@given(st.one_of(DAILY, WEEKLY), INSTANTS, st.integers(0, 7 * 24 * 3600))
def test_what_is_chosen_between_two_digests_leaves_with_the_later_one(
    rhythm: Rhythm, after: datetime, seconds: int
) -> None:
    leaving = next_digest(rhythm, after)
    between = min(after + timedelta(seconds=seconds), leaving - timedelta(microseconds=1))
    assert leaving == next_digest(rhythm, between)


@pytest.mark.parametrize("rhythm", [Rhythm(Pace.DAILY), Rhythm(Pace.DAILY, 24), Rhythm(Pace.WEEKLY, 8)])
def test_a_digest_without_its_hour_or_weekday_is_a_fault(rhythm: Rhythm) -> None:
    with pytest.raises(ValueError, match="a digest has an hour"):
        next_digest(rhythm, at("2024-10-01T00:00"))
