"""hub.directory → the contacts, absences and calendars of the ledger."""

from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka import TopicPartition

from hub import metrics
from hub.errors import HubError
from hub.ledger.contacts import (
    DirectoryRecord,
    advance_directory,
    apply_directory,
    directory_revision,
    forget_directory,
)
from hub.ledger.webhooks import follow_directory
from hub.processors.parts import Parts
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.faults import EventInvalid
from hub.wire.schemas import Catalogue
from hub.wire.topics import DIRECTORY

log = structlog.get_logger()


class DirectoryUnreadable(HubError):
    """hub.directory holds a record that this version cannot read."""


def read_directory_record(catalogue: Catalogue, key: bytes | None, value: bytes | None, offset: int) -> DirectoryRecord:
    """Read one record of hub.directory.

    Raises DirectoryUnreadable: contacts that miss one change must not be used as if they did not.
    """
    if key is None:
        return DirectoryRecord(offset, None, None)
    if value is None:
        return DirectoryRecord(offset, key.decode(), None)
    try:
        schema, data = decode(catalogue, value)
    except EventInvalid as error:
        message = f"{DIRECTORY} cannot be read at offset {offset}: {error.faults[0].code}."
        raise DirectoryUnreadable(message, "Was it written by a newer router, or by somebody else?") from error
    return DirectoryRecord(offset, key.decode(), data, schema.type)


async def take_directory(parts: Parts, events: Sequence[Any]) -> None:
    """Apply one batch of Faust events; returns when it is in the ledger.

    A record that cannot be read ends the process: a later address must never be hidden by an earlier one.
    """
    with metrics.INTAKE_BATCH_SECONDS.labels(DIRECTORY).time():
        records = [
            read_directory_record(parts.catalogue, event.message.key, event.message.value, event.message.offset)
            for event in events
        ]
        async with parts.engine.begin() as connection:
            new = await apply_directory(connection, DIRECTORY, records, parts.clock())
            revision = await directory_revision(connection, DIRECTORY)
    metrics.DIRECTORY_REVISION.set(revision)
    metrics.INTAKE_RECORDS.labels(DIRECTORY, "new").inc(new)
    metrics.INTAKE_RECORDS.labels(DIRECTORY, "repeated").inc(len(records) - new)


async def catch_up(parts: Parts, settings: Settings) -> None:
    """Bring the contacts to the directory's present end, from its beginning, before the first batch.

    The topic is compacted and small. Reading it whole at each start makes the contacts right whatever happened to the
    database meanwhile (restored, emptied) or to the topic (created anew: then its offsets begin again).
    """
    partition = TopicPartition(DIRECTORY, 0)
    reader = kafka_client.consumer(settings)
    await reader.start()
    try:
        reader.assign([partition])
        await reader.seek_to_beginning(partition)
        end = (await reader.end_offsets([partition]))[partition]
        async with parts.engine.begin() as connection:
            if await directory_revision(connection, DIRECTORY) > end:
                log.warning("directory_topic_began_anew", end=end)
                await forget_directory(connection, DIRECTORY)
        while await reader.position(partition) < end:
            found = (await reader.getmany(partition, timeout_ms=500)).get(partition, ())
            records = [read_directory_record(parts.catalogue, row.key, row.value, row.offset) for row in found]
            async with parts.engine.begin() as connection:
                await apply_directory(connection, DIRECTORY, records, parts.clock())
        async with parts.engine.begin() as connection:
            await apply_directory(connection, DIRECTORY, (), parts.clock())
            await advance_directory(connection, DIRECTORY, end)
            await follow_directory(connection, parts.clock())
    finally:
        await reader.stop()
