"""Days that leave no instant out, marks that forget no offset, and a place for every state."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.paris import paris
from hub.domain.delivery.marks import Marks
from hub.domain.delivery.reconciliation import HELD_OUTCOMES, REACHED, Gap, Reached, day_bounds
from hub.domain.vocabulary import DeliveryStatus


@given(st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 1, 1)))
def test_a_day_ends_where_the_next_begins_and_both_are_midnights_of_paris(day: date) -> None:
    first, after = day_bounds(day)
    assert after == day_bounds(day + timedelta(days=1))[0]
    assert (day, 0, 0) == (first.astimezone(paris()).date(), *first.astimezone(paris()).timetuple()[3:5])


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="clocks-go-forward"),
        pytest.param(date(2026, 10, 25), 25, id="clocks-go-back"),
        pytest.param(date(2026, 6, 1), 24, id="any-other-day"),
    ],
)
def test_a_day_has_the_hours_of_its_clock(day: date, hours: int) -> None:
    first, after = day_bounds(day)
    assert timedelta(hours=hours) == after - first
    assert [UTC, UTC] == [first.tzinfo, after.tzinfo]


@given(
    st.integers(0, 10**12),
    st.integers(0, 60),
    st.lists(st.tuples(st.sampled_from(["add", "discard"]), st.integers(-5, 65)), max_size=80),
)
def test_marks_hold_what_a_set_of_the_offsets_inside_the_stretch_would(
    start: int, length: int, steps: list[tuple[str, int]]
) -> None:
    marks, expected = Marks(start, start + length), set[int]()
    for act, distance in steps:
        offset = start + distance
        if act == "add":
            new = 0 <= distance < length and offset not in expected
            assert new == marks.add(offset)
            if new:
                expected.add(offset)
        else:
            marks.discard(offset)
            expected.discard(offset)
    assert sorted(expected) == list(marks)
    assert all((offset in marks) == (offset in expected) for offset in range(start - 5, start + 65))


def test_every_state_of_a_delivery_has_its_place_in_the_count() -> None:
    assert set(DeliveryStatus) == set(REACHED)
    places = {
        Reached.OPEN: {"SCHEDULED", "SENDING", "RETRYING", "ESCALATED"},
        Reached.DELIVERED: {"ACCEPTED", "SHOWN"},
        Reached.ACKNOWLEDGED: {"TAKEN_IN_CHARGE", "CONCLUDED"},
        Reached.FAILED: {"FAILED"},
        Reached.STOPPED: {"CANCELLED", "REDIRECTED"},
    }
    assert places == {place: {s.value for s, reached in REACHED.items() if reached is place} for place in Reached}


def test_what_waits_for_a_human_is_held() -> None:
    assert {"INCOMPLETE", "HUMAN_QUALIFICATION"} == HELD_OUTCOMES


@pytest.mark.parametrize("gap", Gap, ids=str.lower)
def test_every_difference_says_what_it_means_and_what_to_do(gap: Gap) -> None:
    assert all(text.endswith(".") for text in (gap.meaning, gap.way_out))
