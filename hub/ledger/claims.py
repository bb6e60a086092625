"""Claiming deliveries under a lease: each is held by one dispatcher at a time, and by nobody for ever.

Every function works inside the transaction of the connection that it is given. Rows are locked in the order of their
ids wherever several change at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, DateTime, Text, func, insert, literal, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import DUE
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.ledger.claimed import Claim, read_claims, told
from hub.ledger.outbox import add_statuses
from hub.ledger.tables import LANES, delivery, delivery_attempt, directory_position
from hub.wire.schemas import Catalogue

ALONE: Final = frozenset({Medium.WEBHOOK})
"""Media that are claimed for themselves: a system that hangs must keep nobody's mail waiting."""

_DIRECTORY_TOPIC: Final = "hub.directory"
_LOCK: Final = text("select id from delivery where id = any(cast(:ids as uuid[])) order by id for update")
_RENEW: Final = text("""
update delivery set claimed_until = :until
where id = any(cast(:ids as uuid[])) and state = 'SENDING' and claimed_by = :dispatcher
""")


async def claim_due(
    connection: AsyncConnection,
    catalogue: Catalogue,
    *,
    lane: str,
    limit: int,
    dispatcher: str,
    now: datetime,
    until: datetime,
    medium: Medium | None = None,
) -> list[Claim]:
    """Claim at most `limit` due deliveries of a lane, the longest due first, and begin an attempt of each.

    `medium` is one of ALONE; without it, those of every other medium are claimed.

    What another dispatcher is claiming is passed over. A delivery waits until the ledger's directory is as new as the
    one that its decision was taken with: an address must not be looked up in an older one.
    """
    due = (
        select(delivery.c.id)
        .where(
            delivery.c.lane == lane,
            _is_carried(medium),
            is_due(),
            delivery.c.due_at <= now,
            delivery.c.directory_revision <= directory_revision(),
        )
        .order_by(delivery.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return await begin_attempts(connection, catalogue, due, dispatcher=dispatcher, now=now, until=until)


async def begin_attempts(
    connection: AsyncConnection,
    catalogue: Catalogue,
    due: CTE,
    *,
    dispatcher: str,
    now: datetime,
    until: datetime,
) -> list[Claim]:
    """Give the deliveries whose ids `due` locks to this dispatcher, and begin an attempt of each."""
    claim = (
        update(delivery)
        .where(delivery.c.id == due.c.id)
        .values(
            state=DeliveryStatus.SENDING.value,
            attempt=delivery.c.attempt + 1,
            claimed_by=dispatcher,
            claimed_until=until,
            first_attempt_at=func.coalesce(delivery.c.first_attempt_at, now),
            reason=None,
        )
        .returning(delivery.c.id, delivery.c.attempt)
        .cte("claimed")
    )
    # In the same statement: a burst claims thousands, and a row by itself costs more than all the rest of it.
    begin = (
        insert(delivery_attempt)
        .from_select(
            ["delivery", "attempt", "started_at", "dispatcher"],
            select(claim.c.id, claim.c.attempt, literal(now, DateTime(timezone=True)), literal(dispatcher)),
        )
        .returning(delivery_attempt.c.delivery)
    )
    ids = (await connection.execute(begin)).scalars().all()
    if not ids:
        return []
    claims = await read_claims(connection, ids)
    await add_statuses(
        connection,
        [told(catalogue, claim, DeliveryStatus.SENDING, None, now) for claim in claims],
    )
    return claims


async def renew_leases(connection: AsyncConnection, ids: Sequence[UUID], *, dispatcher: str, until: datetime) -> None:
    """Hold claimed deliveries until `until`; those that another dispatcher took over are left to it."""
    await connection.execute(_LOCK, {"ids": list(ids)})
    await connection.execute(_RENEW, {"ids": list(ids), "dispatcher": dispatcher, "until": until})


async def next_due(connection: AsyncConnection, lane: str, medium: Medium | None = None) -> datetime | None:
    """When the next delivery of a lane is due, or was; None when nothing waits. `medium` as for `claim_due`."""
    found: datetime | None = await connection.scalar(
        select(func.min(delivery.c.due_at)).where(delivery.c.lane == lane, _is_carried(medium), is_due())
    )
    return found


async def backlog(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many deliveries of each lane are due and not claimed."""
    counted = await connection.execute(
        select(delivery.c.lane, func.count())
        .where(delivery.c.lane.in_(LANES), is_due(), delivery.c.due_at <= now)
        .group_by(delivery.c.lane)
    )
    return dict.fromkeys(LANES, 0) | dict(counted.all())


def _is_carried(medium: Medium | None) -> ColumnElement[bool]:
    alone = delivery.c.medium.in_([each.value for each in ALONE])
    return ~alone if medium is None else delivery.c.medium == medium.value


def is_due() -> ColumnElement[bool]:
    """Whether a delivery is in a state in which a dispatcher may claim it."""
    # Literals: a partial index is only used when the planner sees its condition.
    return delivery.c.state.in_([literal_column(f"'{state.value}'", Text) for state in sorted(DUE)])


def directory_revision() -> ColumnElement[int]:
    """How new the ledger's directory is."""
    position = select(directory_position.c.revision).where(directory_position.c.topic == _DIRECTORY_TOPIC)
    return func.coalesce(position.scalar_subquery(), 0)
