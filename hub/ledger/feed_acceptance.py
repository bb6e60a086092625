"""A delivery by feed is accepted when the feed that holds it was fetched."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import DUE
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.tables import delivery, delivery_attempt, event
from hub.wire.schemas import Catalogue

_FETCHER = "feed"  # stands where the name of a dispatcher does


async def accept_fetched(
    connection: AsyncConnection, catalogue: Catalogue, ids: Collection[UUID], now: datetime
) -> int:
    """Say that these deliveries were fetched, as one attempt each; returns how many had not been before.

    Those of another medium, and those that have left or were stopped, stay as they are.
    """
    if not ids:
        return 0
    query = (
        select(delivery, event.c.subject, event.c.correlationid)
        .join(event, and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id))
        .where(
            delivery.c.id.in_(ids),
            delivery.c.medium == Medium.FEED.value,
            delivery.c.state.in_([state.value for state in DUE]),
        )
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return 0
    await connection.execute(
        update(delivery)
        .where(delivery.c.id.in_([row.id for row in rows]))
        .values(
            state=DeliveryStatus.ACCEPTED.value,
            attempt=delivery.c.attempt + 1,
            first_attempt_at=now,
            accepted_at=now,
            reason=None,
        )
    )
    attempts = [
        {
            "delivery": row.id, "attempt": row.attempt + 1, "started_at": now, "ended_at": now, "result": "accepted",
            "detail": "fetched", "dispatcher": _FETCHER,
        }
        for row in rows
    ]  # fmt: skip
    await connection.execute(insert(delivery_attempt), attempts)
    steps = (DeliveryStatus.SENDING, DeliveryStatus.ACCEPTED)
    await add_statuses(connection, [_told(catalogue, row, state, now) for row in rows for state in steps])
    return len(rows)


def _told(catalogue: Catalogue, row: Any, state: DeliveryStatus, now: datetime) -> dict[str, Any]:
    change = StatusChange(
        delivery=row.id,
        event_source=row.event_source,
        event_id=row.event_id,
        subject=row.subject,
        correlationid=row.correlationid,
        contact=row.contact,
        service=row.service,
        role=row.role,
        medium=row.medium,
        status=state.value,
        reason=None,
        attempt=row.attempt + 1,
        at=now,
    )
    return status_row(catalogue, change)
