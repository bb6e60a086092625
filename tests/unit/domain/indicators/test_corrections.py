from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact

CAF, CD35 = "urn:hub:caf35:si", "urn:hub:cd35:si"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fact(name: str, corrects: str | None = None, *, minutes: int = 0, source: str = CAF) -> Fact:
    moment = NOON + timedelta(minutes=minutes)
    return Fact(source, name, "meeting.held", moment, "2026-03", name, corrects, "1", {"kind": "SPECIAL"})


def test_what_is_corrected_no_longer_counts_arrived_or_not() -> None:
    assert {(CAF, "a")} == replaced([fact("b", "a")])


def test_without_a_correction_nothing_is_replaced() -> None:
    assert frozenset() == replaced([fact("a"), fact("b")])


def test_of_several_corrections_of_one_event_the_last_counts() -> None:
    early, late, last = (fact(name, "a", minutes=minutes) for name, minutes in (("d", 1), ("c", 2), ("b", 3)))
    assert {(CAF, "a"), (CAF, "d")} == replaced([early, late]) == replaced([late, early])
    assert {(CAF, "a"), (CAF, "c"), (CAF, "d")} == replaced([early, late, last]) == replaced([last, late, early])


def test_a_correction_that_is_corrected_gives_way() -> None:
    assert {(CAF, "a"), (CAF, "b")} == replaced([fact("b", "a"), fact("c", "b")])


def test_a_correction_reaches_its_own_source_only() -> None:
    assert {(CD35, "a")} == replaced([fact("b", "a", source=CD35), fact("a")])


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, *"abcdef"]), st.integers(0, 3))), st.randoms()
)
def test_order_and_repetition_change_nothing(rows: list[tuple[str, str | None, int]], random: object) -> None:
    facts = list({name: fact(name, corrects, minutes=minutes) for name, corrects, minutes in rows}.values())
    again = [*facts, *facts]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert replaced(facts) == replaced(again)
