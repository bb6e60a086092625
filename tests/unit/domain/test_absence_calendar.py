"""What a calendar changes in the directory: what is new, what is gone, and what somebody ended by hand."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.directory.absence_calendar import (
    AHEAD,
    BEFORE,
    MOST,
    Changes,
    Days,
    Declared,
    changes,
    everything_withdrawn,
    joined,
)

TODAY = date(2026, 7, 8)
NOTHING = Changes((), (), (), ())


def july(first: int, last: int) -> Days:
    """Days of July."""
    return Days(date(2026, 7, first), date(2026, 7, last))


HELD = Declared(july(6, 10), "k", seen=True)
NEW = Declared(july(6, 10), "k")
ENDED = Declared(july(6, 10), "k", seen=True, ended=True)
OVER = Declared(july(1, 7), "k", seen=True)
LONG_OVER = Declared(Days(date(2026, 5, 1), TODAY - BEFORE - timedelta(1)), "k", seen=True)
OVER_FOR_A_MONTH = Declared(Days(date(2026, 5, 1), TODAY - BEFORE), "k", seen=True)
LAST_DAY = Declared(july(6, 8), "k", seen=True)


@pytest.mark.parametrize(
    ("wanted", "declared", "held", "expected"),
    [
        ([july(6, 10)], [], "", Changes((july(6, 10),), (), (), ())),
        ([july(6, 10)], [HELD], "k", NOTHING),
        ([july(6, 10)], [NEW], "", NOTHING),
        ([july(6, 12)], [HELD], "k", Changes((july(6, 12),), (HELD,), (), ())),
        ([], [HELD], "k", Changes((), (HELD,), (), ())),
        ([], [NEW], "", Changes((), (NEW,), (), ())),
        ([july(6, 10)], [HELD], "", Changes((), (), (HELD,), ())),
        ([july(6, 10)], [ENDED], "", NOTHING),
        ([july(6, 12)], [ENDED], "", Changes((july(6, 12),), (), (), (ENDED,))),
        ([july(1, 7)], [], "", NOTHING),
        ([], [OVER], "k", NOTHING),
        ([], [OVER_FOR_A_MONTH], "k", NOTHING),
        ([], [LONG_OVER], "k", Changes((), (LONG_OVER,), (), ())),
        ([july(6, 8)], [], "", Changes((july(6, 8),), (), (), ())),
        ([], [LAST_DAY], "k", Changes((), (LAST_DAY,), (), ())),
    ],
    ids=[
        "new",
        "known",
        "on its way",
        "longer",
        "gone",
        "gone before it arrived",
        "ended by hand",
        "ended, and still in the calendar",
        "ended, then changed",
        "over when first seen",
        "over since yesterday",
        "over for a month to the day",
        "over for long",
        "new on its last day",
        "gone on its last day",
    ],
)
def test_a_calendar_changes_the_directory_by_its_differences(
    wanted: list[Days], declared: list[Declared], held: str, expected: Changes
) -> None:
    assert expected == changes(wanted, declared, frozenset(held), TODAY)


def test_a_calendar_is_read_from_a_month_back_to_three_ahead_and_declares_no_more_than_a_person_is_absent() -> None:
    assert (timedelta(days=30), timedelta(days=90), 100) == (BEFORE, AHEAD, MOST)
    assert (False, False) == (NEW.seen, NEW.ended)


def test_a_calendar_that_is_removed_withdraws_all_but_what_was_ended() -> None:
    assert Changes((), (HELD,), (), (ENDED,)) == everything_withdrawn([HELD, ENDED])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=12))
def test_joined_days_are_the_same_days_apart_from_each_other(drawn: list[tuple[int, int]]) -> None:
    found = [Days(TODAY + timedelta(start), TODAY + timedelta(start + length)) for start, length in drawn]
    one = joined(found)
    assert _each(found) == _each(one)
    assert all(before.last + timedelta(1) < after.first for before, after in itertools.pairwise(one))


def _each(found: list[Days]) -> set[date]:
    return {days.first + timedelta(n) for days in found for n in range((days.last - days.first).days + 1)}
