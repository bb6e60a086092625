"""The directory's contacts, as the dispatcher looks them up when a message leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import contact, directory_position


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """One record of hub.directory: the contact's new data, or None where its key is deleted.

    `key` is None where the record is no contact's (a calendar, an absence): it moves the position only.
    """

    offset: int
    key: str | None
    data: Mapping[str, Any] | None


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
        await connection.execute(delete(contact).where(contact.c.ref.in_(removed)))
    rows = [_row(record.data, record.offset + 1, now) for record in latest.values() if record.data is not None]
    if rows:
        statement = insert(contact)
        changes = {column.name: statement.excluded[column.name] for column in contact.c if column.name != "ref"}
        await connection.execute(statement.on_conflict_do_update(index_elements=["ref"], set_=changes), rows)
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
    await connection.execute(delete(contact))
    await connection.execute(text("delete from directory_position where topic = :topic"), {"topic": topic})


def _row(data: Mapping[str, Any], revision: int, now: datetime) -> dict[str, Any]:
    return {
        "ref": data["contact"],
        "institution": data["institution"],
        "service": data["service"],
        "role": data["role"],
        "cdas": data["cdas"],
        "communes": data["communes"],
        "epci": data["epci"],
        "actor_kind": data["actor_kind"],
        "label": data["label"],
        "email": data["email"],
        "phone": data["phone"],
        "webhook": data["webhook"],
        "deputy": data["deputy"],
        "valid_from": data["valid_from"],
        "valid_to": data["valid_to"],
        "opted_out": data["opted_out"],
        "revision": revision,
        "updated_at": now,
    }
