"""The ledger knows how far it follows the directory."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.contacts import DirectoryRecord, advance_directory, apply_directory, directory_revision

TOPIC = "hub.directory"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(("end", "expected"), [(9, 9), (2, 4)], ids=["behind the end", "already further"])
async def test_the_position_reaches_the_end_although_compaction_took_the_last_records(
    engine: AsyncEngine, end: int, expected: int
) -> None:
    async with engine.begin() as connection:
        await apply_directory(connection, TOPIC, [DirectoryRecord(3, "calendar-1", None)], NOW)
        await advance_directory(connection, TOPIC, end)
        assert expected == await directory_revision(connection, TOPIC)


async def test_an_empty_directory_is_followed_to_its_end_too(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await apply_directory(connection, TOPIC, [], NOW)
        await advance_directory(connection, TOPIC, 5)
        assert 5 == await directory_revision(connection, TOPIC)
