"""A ledger on the real PostgreSQL that the tests of a file share; whoever begins finds it without facts."""

import asyncio
from collections.abc import Iterator

import pytest

from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from tests.integration.indicators.counting_bench import Bench


@pytest.fixture(scope="module")
def bench(database: str) -> Iterator[Bench]:
    """Give the ledger and the loop that its connections live in."""
    engine = ledger_engine(Settings(database_url=database))
    with asyncio.Runner() as runner:
        made = Bench(runner, engine)
        runner.run(upgrade(engine))
        made.execute("alter database {name} set synchronous_commit = off")
        yield made
        runner.run(engine.dispose())
