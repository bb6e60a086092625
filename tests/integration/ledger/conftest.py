"""A ledger on the real PostgreSQL, empty for each test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.ledger.tables import metadata
from hub.settings import Settings


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine of a ledger with its tables and without rows."""
    found = ledger_engine(Settings(database_url=database))
    await upgrade(found)
    async with found.begin() as connection:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        await connection.execute(text(f"truncate {names} restart identity cascade"))
    yield found
    await found.dispose()
