"""The processors' timer counts what waits, leaves aside what it cannot count, and says how old the figures are."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from hub.health import Health
from hub.ledger.indicators.counting import hold_lock
from hub.processors.indicators import IndicatorCounter
from hub.processors.parts import Parts
from hub.wire.schemas import load_catalogue
from tests.integration.indicators.counting_bench import Bench
from tests.integration.indicators.mixed_facts import mixed, pure

FACTS = mixed(7, 60)


@pytest.fixture
def ledger(bench: Bench) -> Iterator[Bench]:
    """Give a ledger in which all facts wait."""
    bench.begin()
    bench.add(FACTS)
    yield bench
    bench.begin()


def _counter(ledger: Bench) -> IndicatorCounter:
    return IndicatorCounter(Parts(ledger.engine, load_catalogue(), Health("processors"), lambda: ledger.now))


def _told(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0


def _counted_at() -> float:
    return _told("hub_indicators_counted_timestamp_seconds")


def _waiting() -> float:
    return _told("hub_indicator_facts_waiting")


def test_a_turn_counts_everything_that_waits_and_says_that_nothing_does(ledger: Bench) -> None:
    counter, started = _counter(ledger), ledger.now.timestamp()
    assert started == _counted_at()
    ledger.now = ledger.now.replace(minute=1)

    ledger.run(counter.turn())

    assert pure(FACTS) == ledger.amounts()
    assert (0, started + 60) == (_waiting(), _counted_at())


def test_a_fact_that_cannot_be_counted_holds_no_other_back_and_is_told(ledger: Bench) -> None:
    ledger.add_poison()
    ledger.add(mixed(8, 60))
    counter, started = _counter(ledger), ledger.now.timestamp()
    ledger.now = ledger.now.replace(minute=1)

    for _ in range(20):
        ledger.run(counter.turn())

    assert pure([*FACTS, *mixed(8, 60)]) == ledger.amounts()
    assert (1, started) == (_waiting(), _counted_at())


def test_while_another_process_counts_a_turn_does_nothing_and_claims_nothing(ledger: Bench) -> None:
    counter, started = _counter(ledger), ledger.now.timestamp()
    ledger.now = ledger.now.replace(minute=1)

    async def meanwhile() -> None:
        async with ledger.engine.begin() as other:
            await hold_lock(other)
            await counter.turn()

    ledger.run(meanwhile())

    assert not ledger.amounts()
    assert (len(FACTS), started) == (_waiting(), _counted_at())


def test_turns_that_postgresql_refuses_change_nothing_and_the_next_one_counts_all(ledger: Bench) -> None:
    counter = _counter(ledger)
    ledger.execute("alter table indicator_cell rename to indicator_cell_away")
    try:
        for _ in range(20):
            ledger.run(counter.turn())
        waiting = ledger.act(lambda c: c.scalar(text("select count(*) from indicator_fact where counted_at is null")))
        assert len(FACTS) == waiting
    finally:
        ledger.execute("alter table indicator_cell_away rename to indicator_cell")
    ledger.run(counter.turn())
    assert pure(FACTS) == ledger.amounts()
