"""The hub's figures against a second, independent reading of the indicators, and what holds for every set of events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.increments import increments
from tests.indicators.comparing import differences
from tests.indicators.drawn import PERIODS, drawn_events
from tests.indicators.hub_reading import cells_of, fact, hub_reading
from tests.indicators.second_reading import second_reading
from tests.indicators.told_events import Told

SETS = 3_000
SHOWN = 3
EXAMPLES = settings(max_examples=50, deadline=None)
WORLDS = st.randoms(use_true_random=False)


def _facts(events: Iterable[Told]) -> list[Fact]:
    return [one for one in map(fact, events) if one is not None]


def _disagreements(events: Sequence[Told], periods: Sequence[tuple[str, str]] = PERIODS) -> str:
    cells = cells_of(_facts(events))
    told = [differences(second_reading(events, *period), hub_reading(cells, *period)) for period in periods]
    return "\n".join(line for line in told if line)


def test_the_hub_counts_thousands_of_drawn_sets_as_the_text_reads() -> None:
    told = []
    for seed in range(SETS):
        differs = _disagreements(drawn_events(Random(seed)), (PERIODS[seed % len(PERIODS)],))
        if differs:
            told.append(f"set {seed}:\n{differs}")
    assert not told, f"{len(told)} sets differ\n" + "\n".join(told[:SHOWN])


@EXAMPLES
@given(WORLDS)
def test_the_hub_counts_a_drawn_set_as_the_text_reads(random: Random) -> None:
    assert not _disagreements(drawn_events(random, at_most=12))


def test_the_drawn_sets_reach_every_figure() -> None:
    reached = set()
    for seed in range(400):
        cells = cells_of(_facts(drawn_events(Random(seed))))
        reached |= {name[:2] for period in PERIODS[:1] for name in hub_reading(cells, *period)}
    assert {
        "V1.1": 5,
        "V1.2": 6,
        "V1.3": 4,
        "V1.4": 16,
        "V1.5": 4,
        "V1.6": 3,
        "V2.1": 4,
        "V2.2": 3,
        "V2.3": 9,
        "V2.4": 3,
        "V2.5": 3,
        "A1": 7,
        "A2": 5,
    } == Counter(indicator for indicator, _ in reached)


@EXAMPLES
@given(WORLDS)
def test_order_and_repetition_never_change_a_cell(random: Random) -> None:
    facts = _facts(drawn_events(random))
    again = facts + random.choices(facts, k=len(facts)) if facts else []
    random.shuffle(again)
    assert cells_of(facts) == cells_of(again)


@EXAMPLES
@given(WORLDS)
def test_the_order_of_a_thread_never_changes_its_increments(random: Random) -> None:
    threads: dict[str, list[Fact]] = {}
    for one in _facts(drawn_events(random)):
        threads.setdefault(one.thread, []).append(one)
    for thread in threads.values():
        assert increments(thread) == increments(random.sample(thread, len(thread)))


@EXAMPLES
@given(WORLDS)
def test_counting_in_batches_of_any_size_comes_to_the_same_cells(random: Random) -> None:
    """Each batch adds what its threads, and those of what it corrects, come to now less what they came to before."""
    facts = _facts(drawn_events(random))
    arriving = facts + random.sample(facts, len(facts) // 3)
    random.shuffle(arriving)
    known: dict[tuple[str, str], Fact] = {}
    cells: Counter[Cell] = Counter()
    while arriving:
        size = random.randint(1, 7)
        batch, arriving = arriving[:size], arriving[size:]
        new = {one.key: one for one in batch if one.key not in known}
        after = known | new
        threads = _touched(new.values(), after.values())
        delta = _standing(after.values(), threads)
        delta.subtract(_standing(known.values(), threads))
        for cell, amount in delta.items():
            cells[cell] += amount
        known = after
    assert cells_of(facts) == {cell: amount for cell, amount in cells.items() if amount}


def _touched(new: Iterable[Fact], known: Iterable[Fact]) -> set[str]:
    """The threads of the new facts, of what they correct, and of other corrections of the same."""
    arrived = list(new)
    targets = {(one.source, one.corrects) for one in arrived if one.corrects is not None}
    others = {one.thread for one in known if one.key in targets or (one.source, one.corrects) in targets}
    return {one.thread for one in arrived} | others


def _standing(facts: Iterable[Fact], threads: set[str]) -> Counter[Cell]:
    everything = list(facts)
    gone = replaced(everything)
    counted: Counter[Cell] = Counter()
    for thread in threads:
        counted.update(increments([one for one in everything if one.thread == thread and one.key not in gone]))
    return counted


@EXAMPLES
@given(WORLDS)
def test_threads_counted_apart_add_up(random: Random) -> None:
    facts = _facts(drawn_events(random))
    gone = replaced(facts)
    stand = [one for one in facts if one.key not in gone]
    parts: list[list[Fact]] = [[], [], []]
    for one in stand:
        parts[int(one.thread, 16) % 3].append(one)
    assert cells_of(stand) == sum((cells_of(part) for part in parts), Counter())


@EXAMPLES
@given(WORLDS)
def test_no_amount_is_below_one(random: Random) -> None:
    assert all(amount > 0 for amount in cells_of(_facts(drawn_events(random))).values())


@EXAMPLES
@given(WORLDS)
def test_child_protection_and_situations_are_in_no_cell(random: Random) -> None:
    events = drawn_events(random)
    words = {word for cell in cells_of(_facts(events)) for word in cell.dims}
    assert not words & {"CHILD_PROTECTION", "child_protection.reported", *(told.thread for told in events)}
