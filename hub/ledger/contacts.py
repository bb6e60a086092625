"""The directory in the ledger: contacts as they are looked up when a message leaves, absences and calendars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Table, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.directory.absence import Absence
from hub.ledger.tables import absence, calendar_entry, contact, directory_position
from hub.ledger.webhooks import follow_directory

CONTACT: Final = "contact.changed"
ABSENCE: Final = "absence.declared"
CALENDAR: Final = "calendar.changed"


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """One record of hub.directory: what its key is from now on, or None in `data` where the key is deleted.

    `type` is the event's type. A record without a key, or of a type that this version does not know, moves the
    position only.
    """

    offset: int
    key: str | None
    data: Mapping[str, Any] | None
    type: str = CONTACT


async def directory_revision(connection: AsyncConnection, topic: str) -> int:
    """How far the contacts follow the directory: offset of the last record applied plus one; 0 before the first."""
    revision = await connection.scalar(select(directory_position.c.revision).where(directory_position.c.topic == topic))
    return revision or 0


async def apply_directory(
    connection: AsyncConnection, topic: str, records: Sequence[DirectoryRecord], now: datetime
) -> int:
    """Apply records of the directory's one partition, in order of offset, and return how many were new.

    What the position already covers is left out, so that reading again never brings back an older state.
    """
    await connection.execute(
        insert(directory_position).values(topic=topic, revision=0, updated_at=now).on_conflict_do_nothing()
    )
    position = await connection.scalar(
        select(directory_position.c.revision).where(directory_position.c.topic == topic).with_for_update()
    )
    new = [record for record in records if record.offset >= (position or 0)]
    if not new:
        return 0
    latest = {record.key: record for record in new if record.key is not None}
    removed = [key for key, record in latest.items() if record.data is None]
    if removed:
        for table, key, _ in _TABLES.values():
            await connection.execute(delete(table).where(table.c[key].in_(removed)))
    for type_, (table, key, row_of) in _TABLES.items():
        rows = [row_of(record, now) for record in latest.values() if record.data is not None and record.type == type_]
        if rows:
            statement = insert(table)
            changes = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
            await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes), rows)
    await follow_directory(connection, now)
    await connection.execute(
        directory_position.update()
        .where(directory_position.c.topic == topic)
        .values(revision=new[-1].offset + 1, updated_at=now)
    )
    return len(new)


async def advance_directory(connection: AsyncConnection, topic: str, revision: int) -> None:
    """Say that everything before `revision` is applied, also where compaction left no record to show it.

    Without it, a delivery whose decision used a revision that was compacted away would wait for ever.
    """
    await connection.execute(
        directory_position.update()
        .where(directory_position.c.topic == topic, directory_position.c.revision < revision)
        .values(revision=revision)
    )


async def forget_directory(connection: AsyncConnection, topic: str) -> None:
    """Start from nothing: the topic was created anew and counts its offsets from 0 again."""
    for table, _, _ in _TABLES.values():
        await connection.execute(delete(table))
    await connection.execute(text("delete from directory_position where topic = :topic"), {"topic": topic})


async def absences_of(connection: AsyncConnection, contacts: Sequence[str], since: date) -> list[tuple[str, Absence]]:
    """The absences of some contacts that end on `since` or later, by key, the earliest first."""
    query = (
        select(absence)
        .where(absence.c.contact.in_(list(contacts)), absence.c.last >= since)
        .order_by(absence.c.first, absence.c.last, absence.c.key)
    )
    return [(row.key, Absence(row.contact, row.first, row.last, row.deputy)) for row in await connection.execute(query)]


def _contact_row(record: DirectoryRecord, now: datetime) -> dict[str, Any]:
    data = record.data or {}
    same = {column.name: data[column.name] for column in contact.c if column.name in data}
    return same | {"ref": data["contact"], "revision": record.offset + 1, "updated_at": now}


def _absence_row(record: DirectoryRecord, _now: datetime) -> dict[str, Any]:
    data = record.data or {}
    return {
        "key": record.key,
        "contact": data["contact"],
        "first": data["from"],
        "last": data["to"],
        "deputy": data["deputy"],
        "revision": record.offset + 1,
    }


def _calendar_row(record: DirectoryRecord, _now: datetime) -> dict[str, Any]:
    days = {name: value.isoformat() for name, value in (record.data or {}).items() if isinstance(value, date)}
    return {"key": record.key, "data": dict(record.data or {}) | days, "revision": record.offset + 1}


_TABLES: Final[dict[str, tuple[Table, str, Callable[[DirectoryRecord, datetime], dict[str, Any]]]]] = {
    CONTACT: (contact, "ref", _contact_row),
    ABSENCE: (absence, "key", _absence_row),
    CALENDAR: (calendar_entry, "key", _calendar_row),
}
"""Type of event → the table that holds what it says, its key column, and how a row is made."""
