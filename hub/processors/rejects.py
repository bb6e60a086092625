"""hub.rejects → what the ledger keeps of rejected events: metadata, never the payload."""

from collections.abc import Sequence
from typing import Any

from hub import metrics
from hub.ledger.rejects import RejectedRecord, record_rejects
from hub.processors.parts import Parts
from hub.processors.set_aside import UNREADABLE, set_aside
from hub.wire.faults import EventInvalid
from hub.wire.rejects import read_reject
from hub.wire.schemas import Catalogue
from hub.wire.topics import REJECTS


def read_rejected(catalogue: Catalogue, value: bytes) -> RejectedRecord:
    """Read one record of hub.rejects. Raises EventInvalid for a record that is none of the router's."""
    reject = read_reject(catalogue, value)
    identity = reject.identity
    return RejectedRecord(
        topic=reject.topic,
        partition=reject.partition,
        offset=reject.offset,
        reason=reject.reason,
        field=reject.faults[0].pointer or None if reject.faults else None,
        source=identity.source,
        event_id=identity.id,
        type=identity.type,
        rejected_at=reject.rejected_at,
    )


async def take_rejects(parts: Parts, events: Sequence[Any]) -> None:
    """Record one batch of Faust events; returns when it is in the ledger. What cannot be read is set aside."""
    with metrics.INTAKE_BATCH_SECONDS.labels(REJECTS).time():
        rejected = []
        for event in events:
            try:
                rejected.append(read_rejected(parts.catalogue, event.message.value or b""))
            except EventInvalid as error:
                if error.faults[0].code == "UNKNOWN_SCHEMA_ID":
                    raise
                rejected.append(set_aside(parts, event, UNREADABLE, error.faults[0].code))
        async with parts.engine.begin() as connection:
            new = await record_rejects(connection, rejected)
    metrics.INTAKE_RECORDS.labels(REJECTS, "new").inc(new)
    metrics.INTAKE_RECORDS.labels(REJECTS, "repeated").inc(len(rejected) - new)
