"""Which deliveries of an event ask for the same purpose: whoever takes one in charge takes it for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.occasions import read_occasion
from hub.ledger.tables import delivery, event, operator_action


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
    rows = {row.id: row for row in await connection.execute(query)}
    routings = await routings_of(connection, source, event_id)
    asked = {id_: _purposes(row, routings) for id_, row in rows.items()}
    if unnamed := [id_ for id_, purposes in asked.items() if not purposes]:
        for new, of in await _redirected(connection, unnamed):
            asked[new] = set(asked.get(of, ()))
    return {id_: purposes or _of_place(rows[id_], routings) for id_, purposes in asked.items()}


def _purposes(row: Any, routings: Sequence[Mapping[str, Any]]) -> set[str]:
    """What a recipient was asked for: by the occasion, or by name."""
    purpose = read_occasion(row.occasion).purpose
    if purpose is not None:
        return {purpose}
    return {routing["purpose"] for routing in routings if row.contact in routing["recipients"]}


async def _redirected(connection: AsyncConnection, deliveries: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Of those that an operator made by redirecting: each with the delivery that it stands for, the earliest first."""
    acts = select(operator_action.c.new_delivery, operator_action.c.delivery)
    found = await connection.execute(
        acts.where(operator_action.c.new_delivery.in_(deliveries)).order_by(operator_action.c.seq)
    )
    return [(new, of) for new, of in found]


def _of_place(row: Any, routings: Sequence[Mapping[str, Any]]) -> set[str]:
    """What the service and role of a delivery were asked for."""
    place = (row.service, row.role, row.cdas)
    return {r["purpose"] for r in routings if place == (r["service"], r["role"], r["cdas"])}
