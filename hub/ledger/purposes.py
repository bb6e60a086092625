"""Which deliveries of an event ask for the same purpose: whoever takes one in charge takes it for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.occasions import read_occasion
from hub.ledger.tables import delivery, event


async def routings_of(connection: AsyncConnection, source: str, event_id: str) -> Sequence[Mapping[str, Any]]:
    """The routings of an event's decision; empty for an event that was not routed."""
    decided = select(event.c.decision["routings"]).where(event.c.source == source, event.c.id == event_id)
    return await connection.scalar(decided) or []


async def purposes_by_delivery(connection: AsyncConnection, source: str, event_id: str) -> dict[UUID, set[str]]:
    """What each delivery of an event asks for, by the order of the deliveries' ids."""
    query = (
        select(
            delivery.c.id,
            delivery.c.contact,
            delivery.c.service,
            delivery.c.role,
            delivery.c.cdas,
            delivery.c.occasion,
        )
        .where(delivery.c.event_source == source, delivery.c.event_id == event_id)
        .order_by(delivery.c.id)
    )
    rows = (await connection.execute(query)).all()
    routings = await routings_of(connection, source, event_id)
    return {row.id: _purposes(row, routings) for row in rows}


def _purposes(row: Any, routings: Sequence[Mapping[str, Any]]) -> set[str]:
    """What a recipient was asked for: by the occasion, by name, or as the service and role that a routing names."""
    purpose = read_occasion(row.occasion).purpose
    if purpose is not None:
        return {purpose}
    place = (row.service, row.role, row.cdas)
    return {
        routing["purpose"]
        for routing in routings
        if row.contact in routing["recipients"] or place == (routing["service"], routing["role"], routing["cdas"])
    }
