"""Take decided events into the ledger: the event, its notice version, its deliveries, what climbs; one transaction.

Taking the same record in again changes nothing. Deliveries are made without a look at the directory: whether a contact
has an address is found when the message leaves, because the decision may be read before the directory that it rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_parameters
from hub.domain.rules.parameters import ParameterTable
from hub.ledger.decided import EVENT_COLUMNS, DecidedEvent, Key
from hub.ledger.escalations import open_escalations
from hub.ledger.feedback import add_feedback
from hub.ledger.giving_way import GiveWay, next_turn
from hub.ledger.indicators.facts import add_facts
from hub.ledger.notices import Refusal, record_notices
from hub.ledger.outbox import LateRejection, add_statuses, rejection_row
from hub.ledger.schedule import schedule_deliveries
from hub.ledger.tables import event, id_conflict
from hub.ledger.tables import reject as reject_table
from hub.wire.schemas import Catalogue

ID_CONFLICT = "ID_CONFLICT"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch came to: events by result, and deliveries scheduled."""

    new: int
    repeated: int
    conflicts: int
    scheduled: int


async def take_in(
    connection: AsyncConnection,
    catalogue: Catalogue,
    events: Sequence[DecidedEvent],
    now: datetime,
    parameters: ParameterTable | None = None,
    give_way: GiveWay = next_turn,
) -> Taken:
    """Take a batch in, inside the caller's transaction.

    An event whose id is known with the same content is left out; with other content it is an id conflict: recorded,
    told to its sender, and nothing else. A notice version that another event already holds is rejected likewise.
    `parameters` of the two institutions say by when a notice is acknowledged; None: the shipped ones. `give_way` is
    called between the steps of what takes long.
    """
    first: dict[Key, DecidedEvent] = {}
    for decided in events:
        first.setdefault(decided.key, decided)
    new_keys = await _insert_events(connection, list(first.values()), now)
    seen_again = [decided for decided in events if decided.key not in new_keys or first[decided.key] is not decided]
    conflicts = await _find_conflicts(connection, seen_again, first, new_keys)
    rejections = await _record_conflicts(connection, conflicts, now)

    new = [decided for key, decided in first.items() if key in new_keys]
    refusals = await record_notices(connection, [decided for decided in new if decided.notice is not None])
    rejections += await _record_refusals(connection, refusals, now)
    refused = {refusal.event.key for refusal in refusals}
    kept = [decided for decided in new if decided.key not in refused]
    scheduled = await schedule_deliveries(connection, catalogue, kept, now, parameters or load_parameters(), give_way)
    await open_escalations(connection, kept, now)
    await add_facts(connection, [decided.fact for decided in kept if decided.fact is not None])
    await add_feedback(connection, [decided.feedback for decided in kept if decided.feedback is not None])
    await add_statuses(connection, [rejection_row(catalogue, rejection) for rejection in rejections])
    return Taken(len(new), len(seen_again) - len(conflicts), len(conflicts), scheduled)


async def _insert_events(connection: AsyncConnection, events: Sequence[DecidedEvent], now: datetime) -> set[Key]:
    """Insert what is not known yet, in the order of the keys, so that two replicas never wait in a circle."""
    if not events:
        return set()
    rows = []
    for decided in sorted(events, key=lambda row: row.key):
        row = {column: getattr(decided, column) for column in EVENT_COLUMNS}  # not asdict: it copies the whole decision
        row["outcome"] = decided.decision["outcome"] if decided.decision else None
        row["recorded_at"] = now
        rows.append(row)
    statement = insert(event).on_conflict_do_nothing().returning(event.c.source, event.c.id)
    return {(source, id_) for source, id_ in await connection.execute(statement, rows)}


async def _find_conflicts(
    connection: AsyncConnection, again: Sequence[DecidedEvent], first: dict[Key, DecidedEvent], new_keys: set[Key]
) -> list[DecidedEvent]:
    """Return those of the events seen again whose content is not that of the event which stands."""
    standing = {key: first[key].value_sha256 for key in new_keys}
    known = {decided.key for decided in again} - new_keys
    if known:
        rows = await connection.execute(
            select(event.c.source, event.c.id, event.c.value_sha256).where(
                tuple_(event.c.source, event.c.id).in_(sorted(known))
            )
        )
        standing.update({(source, id_): sha256 for source, id_, sha256 in rows})
    return [decided for decided in again if standing[decided.key] != decided.value_sha256]


async def _record_conflicts(
    connection: AsyncConnection, conflicts: Sequence[DecidedEvent], now: datetime
) -> list[LateRejection]:
    rows = [
        {
            "topic": decided.topic,
            "partition": decided.partition,
            "offset": decided.offset,
            "source": decided.source,
            "id": decided.id,
            "value_sha256": decided.value_sha256,
            "found_at": now,
        }
        for decided in sorted(conflicts, key=_origin)
    ]
    if not rows:
        return []
    statement = insert(id_conflict).on_conflict_do_nothing()
    returning = statement.returning(id_conflict.c.topic, id_conflict.c.partition, id_conflict.c.offset)
    found = {tuple(row) for row in await connection.execute(returning, rows)}
    return [_rejection(decided, ID_CONFLICT, "/id", now) for decided in conflicts if _origin(decided) in found]


async def _record_refusals(
    connection: AsyncConnection, refusals: Sequence[Refusal], now: datetime
) -> list[LateRejection]:
    rows = [
        {
            "topic": refusal.event.topic,
            "partition": refusal.event.partition,
            "offset": refusal.event.offset,
            "reason": refusal.reason,
            "field": refusal.field,
            "source": refusal.event.source,
            "event_id": refusal.event.id,
            "type": refusal.event.type,
            "rejected_at": now,
        }
        for refusal in sorted(refusals, key=lambda row: _origin(row.event))
    ]
    if rows:
        await connection.execute(insert(reject_table).on_conflict_do_nothing(), rows)
    return [_rejection(refusal.event, refusal.reason, refusal.field, now) for refusal in refusals]


def _origin(decided: DecidedEvent) -> tuple[str, int, int]:
    return decided.topic, decided.partition, decided.offset


def _rejection(decided: DecidedEvent, reason: str, field: str, now: datetime) -> LateRejection:
    return LateRejection(
        source=decided.source,
        event_id=decided.id,
        type=decided.type,
        subject=decided.subject,
        correlationid=decided.correlationid,
        topic=decided.topic,
        partition=decided.partition,
        offset=decided.offset,
        reason=reason,
        field=field,
        at=now,
    )
