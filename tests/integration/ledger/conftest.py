"""A ledger on the real PostgreSQL, empty for each test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from tests.empty_ledger import empty_ledger


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine of a ledger with its tables and without rows."""
    found = ledger_engine(Settings(database_url=database))
    await upgrade(found)
    async with found.begin() as connection:
        await empty_ledger(connection)
    yield found
    await found.dispose()
