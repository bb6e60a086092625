"""The ledger follows the directory, with its absences and calendars, and knows how far."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.directory.absence import Absence
from hub.ledger.contacts import (
    ABSENCE,
    CALENDAR,
    DirectoryRecord,
    absences_of,
    advance_directory,
    apply_directory,
    directory_revision,
    forget_directory,
)
from hub.ledger.tables import calendar_entry

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


def _absence(offset: int, key: str, contact: str, last: int, deputy: str | None = None) -> DirectoryRecord:
    data = {"contact": contact, "from": date(2026, 5, 4), "to": date(2026, 5, last), "deputy": deputy}
    return DirectoryRecord(offset, key, data, ABSENCE)


def _closure(offset: int, key: str) -> DirectoryRecord:
    data: dict[str, Any] = {
        "calendar": key, "scope": "CDAS", "cdas": "CDAS-07", "site": None, "kind": "CLOSURE",
        "from": date(2026, 5, 15), "to": date(2026, 5, 15), "hours": [], "reason": "BRIDGE_DAY",
    }  # fmt: skip
    return DirectoryRecord(offset, key, data, CALENDAR)


async def test_absences_are_kept_under_their_keys_and_replaced_and_withdrawn(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        records = [_absence(1, "k1", "a", 8), _absence(2, "k2", "a", 20, "b"), _absence(3, "k3", "b", 9)]
        await apply_directory(connection, TOPIC, records, NOW)
        await apply_directory(connection, TOPIC, [_absence(4, "k1", "a", 6), DirectoryRecord(5, "k3", None)], NOW)
        found = await absences_of(connection, ["a", "b"], date(2026, 5, 6))
        assert [
            ("k1", Absence("a", date(2026, 5, 4), date(2026, 5, 6))),
            ("k2", Absence("a", date(2026, 5, 4), date(2026, 5, 20), "b")),
        ] == found
        assert ["k2"] == [key for key, _ in await absences_of(connection, ["a"], date(2026, 5, 7))]


async def test_calendars_are_kept_and_withdrawn(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await apply_directory(connection, TOPIC, [_closure(1, "bridge"), _closure(2, "strike")], NOW)
        await apply_directory(connection, TOPIC, [DirectoryRecord(3, "strike", None)], NOW)
        (row,) = (await connection.execute(select(calendar_entry))).all()
        assert ("bridge", "2026-05-15", "CDAS-07", 2) == (row.key, row.data["from"], row.data["cdas"], row.revision)


async def test_a_directory_that_began_anew_leaves_no_absence_and_no_calendar(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await apply_directory(connection, TOPIC, [_absence(1, "k1", "a", 8), _closure(2, "bridge")], NOW)
        await forget_directory(connection, TOPIC)
        assert [] == await absences_of(connection, ["a"], date(2026, 5, 1))
        assert [] == (await connection.execute(select(calendar_entry))).all()
