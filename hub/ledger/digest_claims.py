"""Claiming digests: all that is due of a contact together, by one dispatcher, under the usual leases."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.claimed import Claim
from hub.ledger.claims import begin_attempts, directory_revision, is_due
from hub.ledger.tables import delivery
from hub.wire.schemas import Catalogue

LANE: Final = "digest"
MOST: Final = 100
"""Deliveries in one mail at most; more leave in a second one at the same hour."""


async def claim_digests(
    connection: AsyncConnection,
    catalogue: Catalogue,
    *,
    limit: int,
    dispatcher: str,
    now: datetime,
    until: datetime,
) -> list[tuple[Claim, ...]]:
    """Claim what is due of at most `limit` contacts, the longest due first, and begin an attempt of each delivery.

    A contact whose digest another dispatcher is claiming is passed over whole, so that two never share one. Nothing is
    claimed before the ledger's directory is as new as its decision.
    """
    contacts = await _contacts(connection, limit, now)
    if not contacts:
        return []
    position = func.row_number().over(partition_by=delivery.c.contact, order_by=(delivery.c.due_at, delivery.c.id))
    waiting = select(delivery.c.id, position.label("position")).where(delivery.c.contact.in_(contacts), *_waits(now))
    first = waiting.subquery()
    due = (
        select(delivery.c.id)
        # The state is looked at again where the row is locked: a correction may just have cancelled it.
        .where(delivery.c.id.in_(select(first.c.id).where(first.c.position <= MOST)), is_due())
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claims = await begin_attempts(connection, catalogue, due, dispatcher=dispatcher, now=now, until=until)
    units: dict[str, tuple[Claim, ...]] = {}
    for claim in claims:
        units[claim.delivery.contact] = (*units.get(claim.delivery.contact, ()), claim)
    return list(units.values())


async def _contacts(connection: AsyncConnection, limit: int, now: datetime) -> list[str]:
    """Contacts with something due, each locked against other dispatchers until the transaction ends."""
    oldest = func.min(delivery.c.due_at)
    candidates = (
        select(delivery.c.contact)
        .where(*_waits(now))
        .group_by(delivery.c.contact)
        .order_by(oldest, delivery.c.contact)
        .limit(limit)
        .cte("candidates")
    )
    ours = func.pg_try_advisory_xact_lock(func.hashtextextended("digest " + candidates.c.contact, 0))
    return list((await connection.execute(select(candidates.c.contact).where(ours))).scalars())


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        # A literal: the partial index of digests is only used when the planner sees its condition.
        delivery.c.lane == literal_column(f"'{LANE}'", Text),
        is_due(),
        delivery.c.due_at <= now,
        delivery.c.directory_revision <= directory_revision(),
    )
