"""The ledger that the stories of one file share, on the real PostgreSQL."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from tests.integration.model.interleaving import gated
from tests.integration.model.story import Bench


@pytest.fixture(scope="module")
def bench(database: str) -> Iterator[Bench]:
    """Give a ledger with its tables, whose transactions can be held between two statements."""
    settings = Settings(database_url=database)
    with asyncio.Runner() as runner:
        engine = gated(ledger_engine(settings))
        runner.run(_prepare(engine))
        yield Bench(runner, engine, settings)
        runner.run(engine.dispose())


async def _prepare(engine: AsyncEngine) -> None:
    """Make the tables. What a crash of PostgreSQL would lose is not asked here; a circle of locks is told soon."""
    await upgrade(engine)
    async with engine.begin() as connection:
        name = await connection.scalar(text("select quote_ident(current_database())"))
        for setting in ("synchronous_commit = off", "deadlock_timeout = '100ms'"):
            await connection.execute(text(f"alter database {name} set {setting}"))
    await engine.dispose()
