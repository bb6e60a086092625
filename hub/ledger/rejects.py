"""What the ledger keeps of rejected events: where, why, and who sent it where that could be read. Never the payload."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import reject


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """One rejected record. `topic`, `partition` and `offset` say where it was published."""

    topic: str
    partition: int
    offset: int
    reason: str
    field: str | None
    source: str | None
    event_id: str | None
    type: str | None
    rejected_at: datetime


async def record_rejects(connection: AsyncConnection, rejects: Sequence[RejectedRecord]) -> int:
    """Record rejected events and return how many were new; the same one again changes nothing."""
    if not rejects:
        return 0
    rows = [asdict(row) for row in sorted(rejects, key=lambda row: (row.topic, row.partition, row.offset))]
    statement = insert(reject).on_conflict_do_nothing().returning(reject.c.offset)
    return len((await connection.execute(statement, rows)).all())
