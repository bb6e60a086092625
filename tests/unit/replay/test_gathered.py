"""Facts of a replay: each event once, whatever comes twice, contradicts itself or comes in another order."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.increments import increments
from hub.replay.counting import count
from hub.replay.gathered import Gathered, Seen, by_thread

NOW = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)


def message(number: int, thread: int, month: str = "2026-03", corrects: int | None = None, nature: str = "A") -> Fact:
    """A CDAP message: alone or in a thread, as the test likes."""
    return Fact(
        source="urn:hub:caf35:test",
        id=f"e-{number}",
        type="cdap_message.received",
        time=NOW + timedelta(minutes=number),
        month=month,
        thread=f"{thread:08x}aa",
        corrects=None if corrects is None else f"e-{corrects}",
        rules_version="2026.1",
        values={"nature": nature, "urgent": False, "information_available": "YES", "cdas": "CDAS-01"},
    )


def counted(rows: list[tuple[Fact, Seen]]) -> Counter[Cell]:
    gathered = Gathered(16)
    try:
        for fact, seen in rows:
            gathered.add(fact, seen)
        gathered.settle()
        return count(gathered, lambda *_: None)
    finally:
        gathered.close()


def pure(facts: list[Fact]) -> Counter[Cell]:
    """The same by the domain alone, for facts of which no key comes twice."""
    gone, total = replaced(facts), Counter[Cell]()
    for thread in by_thread(fact for fact in facts if fact.key not in gone).values():
        total.update(increments(thread))
    return total


FACTS = st.lists(
    st.builds(
        message,
        st.integers(0, 30),
        st.integers(0, 5),
        st.sampled_from(["2026-02", "2026-03"]),
        st.one_of(st.none(), st.integers(0, 30)),
        st.sampled_from(["A", "B"]),
    ),
    max_size=40,
    unique_by=lambda fact: fact.id,
)


@settings(max_examples=60, deadline=None)
@given(FACTS, st.data())
def test_order_and_repetition_change_nothing(facts: list[Fact], data: st.DataObject) -> None:
    rows = [(fact, Seen(0, 0, offset, offset)) for offset, fact in enumerate(facts)]
    again = data.draw(st.lists(st.sampled_from(rows), max_size=20)) if rows else []
    mixed = data.draw(st.permutations(rows + [(fact, seen._replace(offset=seen.offset + 100)) for fact, seen in again]))
    assert pure(facts) == counted(list(mixed))


@settings(max_examples=60, deadline=None)
@given(FACTS, FACTS, st.randoms(use_true_random=False))
def test_of_two_that_contradict_each_other_the_first_on_its_partition_stands(
    first: list[Fact], second: list[Fact], random: "object"
) -> None:
    """The second has another thread, month, correction or content under the same id."""
    known = {fact.id for fact in first}
    rows = [(fact, Seen(0, 1, offset, 5)) for offset, fact in enumerate(first)]
    rows += [(fact, Seen(0, 1, 100 + offset, 4)) for offset, fact in enumerate(second)]
    random.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert pure([*first, *(fact for fact in second if fact.id not in known)]) == counted(rows)


def test_of_two_on_different_partitions_the_older_record_stands() -> None:
    one, other = message(1, thread=1), message(1, thread=2, nature="B", month="2026-02")
    rows = [(one, Seen(0, 0, 9, timestamp=2_000)), (other, Seen(0, 1, 90, timestamp=1_000))]
    assert pure([other]) == counted(rows) == counted(rows[::-1])


def test_a_correction_that_does_not_stand_corrects_nothing() -> None:
    wrong = message(1, thread=1)
    standing, later = message(2, thread=2), message(2, thread=3, corrects=1)
    rows = [(wrong, Seen(0, 0, 0, 0)), (standing, Seen(0, 0, 1, 0)), (later, Seen(0, 0, 2, 0))]
    assert pure([wrong, standing]) == counted(rows)
    assert pure([later]) == counted([(wrong, rows[0][1]), (later, Seen(0, 0, 1, 0)), (standing, Seen(0, 0, 2, 0))])


def test_a_fact_comes_back_as_it_was_added() -> None:
    fact = replace(message(1, 1), values={"list": ["é", None, True, 3], "on": "2026-03-02"}, corrects="x")
    gathered = Gathered(3)
    try:
        gathered.add(fact, Seen(1, 2, 3, 4))
        (found,) = gathered.bucket(gathered.bucket_of(fact.thread)).values()
        assert (fact, Seen(1, 2, 3, 4)) == found
        assert fact.time.tzinfo is not None
    finally:
        gathered.close()
