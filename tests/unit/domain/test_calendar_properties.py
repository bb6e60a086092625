"""What holds of the calendar whatever the CAF enters."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from hub.data import load_calendar
from hub.domain.calendar.entries import NO_END, Entry, Opening
from hub.domain.calendar.line import (
    Calendar,
)
from hub.domain.calendar.paris import paris
from tests.unit.domain.calendar_building import HOURS

INSTANTS = st.datetimes(timezones=st.timezones())
OFFSETS = [timezone(timedelta(hours=hours)) for hours in (-14, 0, 14)]
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
EDGES = st.sampled_from([edge.replace(tzinfo=zone) for edge in (FIRST, LAST) for zone in OFFSETS])
NEAR = st.datetimes(datetime(2024, 9, 1), datetime(2029, 6, 1), timezones=st.just(paris()))  # noqa: DTZ001 -- bounds
DAYS = st.dates(date(2024, 9, 1), date(2029, 6, 1))
MINUTES = st.integers(0, 1440)


@st.composite
def entries(draw: st.DrawFn, kinds: tuple[str, ...] = ("HOURS", "CLOSURE", "EXCEPTIONAL_OPENING", "UNKNOWN")) -> Entry:
    first = draw(DAYS)
    openings = st.builds(Opening, st.integers(1, 7), MINUTES, MINUTES)
    return Entry(
        draw(st.sampled_from(("PRIORITY_LINE", "PRIORITY_LINE", "CDAS", "UNKNOWN"))),
        draw(st.sampled_from(kinds)),
        first,
        draw(st.dates(first, date(2029, 7, 1)) | st.just(NO_END)),
        tuple(draw(st.lists(openings, max_size=4))),
        draw(st.sampled_from((None, "SCHOOL_HOLIDAY", "STRIKE", "OTHER", "UNKNOWN"))),
    )


REFERENCES = st.sampled_from(("a", "b", "c", HOURS, "school-holiday-zone-b-2026-hiver"))
MAINTAINED = st.dictionaries(REFERENCES, entries())


def made_of(maintained: list[tuple[str, Entry]]) -> Calendar:
    made = load_calendar()
    for reference, entry in maintained:
        made.apply(reference, entry)
    return made


@given(INSTANTS | EDGES, MAINTAINED)
def test_no_instant_raises_and_beyond_the_data_the_line_is_closed(
    instant: datetime, maintained: dict[str, Entry]
) -> None:
    line = made_of(list(maintained.items())).line(instant)
    assert line.sentence
    assert not (line.is_open and line.beyond_data)


@given(NEAR, MAINTAINED, entries(("CLOSURE",)))
def test_a_closure_more_opens_nothing_within_the_known_days(
    instant: datetime, maintained: dict[str, Entry], closure: Entry
) -> None:
    made = made_of(list(maintained.items()))
    before = made.line(instant)
    made.apply("one more", closure)
    assume(not before.beyond_data)
    assert before.is_open >= made.line(instant).is_open


@given(NEAR, MAINTAINED, entries(("EXCEPTIONAL_OPENING",)))
def test_an_exceptional_opening_more_closes_nothing(
    instant: datetime, maintained: dict[str, Entry], opening: Entry
) -> None:
    made = made_of(list(maintained.items()))
    before = made.line(instant)
    made.apply("one more", opening)
    assert before.is_open <= made.line(instant).is_open


@given(NEAR, MAINTAINED, st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(instant: datetime, maintained: dict[str, Entry], shuffle: Any) -> None:
    shuffled = list(maintained.items())
    shuffle.shuffle(shuffled)
    one, other = made_of(list(maintained.items())), made_of(shuffled)
    assert (one.line(instant), one.data_end) == (other.line(instant), other.data_end)


@given(NEAR, MAINTAINED)
def test_what_was_asked_before_changes_no_answer(instant: datetime, maintained: dict[str, Entry]) -> None:
    asked = load_calendar()
    asked.line(instant)
    for reference, entry in maintained.items():
        asked.apply(reference, entry)
        asked.line(instant)
    assert made_of(list(maintained.items())).line(instant) == asked.line(instant)
    for reference in maintained:
        asked.remove(reference)
    assert load_calendar().line(instant) == asked.line(instant)
