"""Deliveries as an operator looks them up: many by what they have in common, or one with its whole history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import Desk, Rank, next_contacts
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.tables import delivery, delivery_attempt, operator_action

_LISTED = (
    "id", "state", "reason", "service", "role", "cdas", "contact", "medium", "lane", "event_source", "event_id",
    "attempt", "created_at", "due_at", "accepted_at", "ended_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries; None asks for any. `before`: made before this moment."""

    states: Sequence[str] = ()
    service: str | None = None
    role: str | None = None
    event_id: str | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """One delivery, its attempts, and what operators did to it, each as rows of the ledger, oldest first.

    `next_contacts`: where it failed, whom the chain of its service names next, and at which rank; None: nobody.
    """

    delivery: Mapping[str, Any]
    attempts: Sequence[Mapping[str, Any]]
    actions: Sequence[Mapping[str, Any]]
    next_contacts: tuple[Rank, tuple[str, ...]] | None = None


async def list_deliveries(connection: AsyncConnection, wanted: Wanted, limit: int) -> list[Mapping[str, Any]]:
    """At most `limit` deliveries, the oldest first."""
    query = select(*(delivery.c[name] for name in _LISTED)).order_by(delivery.c.created_at, delivery.c.id).limit(limit)
    if wanted.states:
        query = query.where(delivery.c.state.in_(wanted.states))
    for column, value in (("service", wanted.service), ("role", wanted.role), ("event_id", wanted.event_id)):
        if value is not None:
            query = query.where(delivery.c[column] == value)
    if wanted.before is not None:
        query = query.where(delivery.c.created_at < wanted.before)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def delivery_history(connection: AsyncConnection, of: UUID, now: datetime) -> DeliveryHistory | None:
    """One delivery with its history, and whom its service has beside; None when there is none of this id."""
    found = (await connection.execute(select(delivery).where(delivery.c.id == of))).mappings().one_or_none()
    if found is None:
        return None
    attempts = select(delivery_attempt).where(delivery_attempt.c.delivery == of).order_by(delivery_attempt.c.attempt)
    actions = select(operator_action).where(operator_action.c.delivery == of).order_by(operator_action.c.seq)
    return DeliveryHistory(
        dict(found),
        [dict(row) for row in (await connection.execute(attempts)).mappings()],
        [dict(row) for row in (await connection.execute(actions)).mappings()],
        await _next_contacts(connection, found, now) if found["state"] == DeliveryStatus.FAILED.value else None,
    )


async def _next_contacts(
    connection: AsyncConnection, row: RowMapping, now: datetime
) -> tuple[Rank, tuple[str, ...]] | None:
    view = await DirectoryViews(load_territory()).read(connection)
    day = now.astimezone(paris()).date()
    return next_contacts(Desk(row["service"], row["cdas"]), row["contact"], view.directory, day)
