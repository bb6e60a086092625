"""The cells are what the facts come to, whatever their order, batches, repetitions, crashes and rivals."""

import random
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.indicators.facts import Fact
from hub.domain.indicators.periods import Period
from tests.integration.indicators.counting_bench import Bench, of_months
from tests.integration.indicators.mixed_facts import mixed, pure

_STORY = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_MONTHS = [Period("2025-12", "2025-12", "2025-12"), Period("2026-01", "2026-01", "2026-01")]
_YEAR = Period("2025", "2025-03", "2026-02")


def _tell(bench: Bench, facts: list[Fact], chance: random.Random) -> None:
    """Publish the facts in some order, some twice, in batches; some transactions crash, some counts have a rival."""
    waiting = facts + chance.sample(facts, len(facts) // 4)
    chance.shuffle(waiting)
    while waiting:
        size = chance.randrange(1, 12)
        batch, crash = waiting[:size], chance.choice((None, None, None, 0, 1))
        bench.add(batch, crash=crash)
        if crash is None:
            waiting = waiting[size:]
        limit = chance.randrange(1, 15)
        match chance.randrange(4):
            case 0:
                bench.count_twice_at_once(limit)
            case 1:
                bench.count(limit, crash=chance.randrange(9))
            case 2:
                bench.count(limit)


@_STORY
@given(seed=st.integers(0, 2**32 - 1))
def test_the_cells_are_the_sum_of_all_facts_however_they_came(bench: Bench, seed: int) -> None:
    chance, facts = random.Random(seed), mixed(seed, 40)
    bench.begin()

    _tell(bench, facts, chance)
    bench.settle()

    assert pure(facts) == bench.amounts()


@_STORY
@given(seed=st.integers(0, 2**32 - 1))
def test_a_frozen_period_stays_as_it_was_and_what_comes_later_stands_beside_it(bench: Bench, seed: int) -> None:
    chance, facts = random.Random(seed), mixed(seed, 40)
    bench.begin()
    frozen, told = [], 0

    for period in (*chance.sample(_MONTHS, chance.randrange(3)), *chance.sample([_YEAR], chance.randrange(2))):
        more = chance.randrange(len(facts) - told)
        _tell(bench, facts[told : told + more], chance)
        told += more
        frozen.append(bench.freeze(period))
        assert of_months(pure(facts[:told]), period.months) == frozen[-1].cells
    _tell(bench, facts[told:], chance)
    bench.settle()

    assert pure(facts) == bench.amounts()
    for then in frozen:
        assert then.cells == bench.shown(then.period)
        now = Counter(then.cells)
        for later in bench.beside(then.period).values():
            now.update(later)
        assert of_months(pure(facts), then.period.months) == Counter({cell: n for cell, n in now.items() if n})
    assert [True] * len(frozen) == [verified.stands for _, verified in bench.verify()]
