"""Handshakes of addresses that wait to be verified: which are due, and what became of them.

Every function works inside the transaction of the connection that it is given.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.webhooks import EndpointReason, EndpointState, next_handshake
from hub.ledger.tables import contact, webhook_endpoint, webhook_key
from hub.ledger.webhooks import Endpoint, read_endpoint


async def claim_handshake(connection: AsyncConnection, now: datetime, lease: timedelta) -> Endpoint | None:
    """The pending address that is longest due and has a key; nobody else gets it before `lease` is over."""
    signing = (
        select(webhook_key.c.number)
        .where(
            webhook_key.c.endpoint == webhook_endpoint.c.id,
            or_(webhook_key.c.retires_at.is_(None), webhook_key.c.retires_at > now),
        )
        .exists()
    )
    due = (
        select(webhook_endpoint.c.id)
        .where(
            webhook_endpoint.c.state == EndpointState.PENDING.value,
            webhook_endpoint.c.next_handshake_at <= now,
            signing,
        )
        .order_by(webhook_endpoint.c.next_handshake_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    of = await connection.scalar(due)
    if of is None:
        return None
    await connection.execute(
        update(webhook_endpoint).where(webhook_endpoint.c.id == of).values(next_handshake_at=now + lease)
    )
    return await read_endpoint(connection, of)


async def activate(connection: AsyncConnection, of: UUID, now: datetime, *, before: Collection[EndpointState]) -> bool:
    """Put an address into service that is in one of the states `before`, and that the directory gives today."""
    current = select(contact.c.ref).where(
        contact.c.ref == webhook_endpoint.c.contact, contact.c.webhook == webhook_endpoint.c.url
    )
    changed = await connection.execute(
        update(webhook_endpoint)
        .where(
            webhook_endpoint.c.id == of,
            webhook_endpoint.c.state.in_([state.value for state in before]),
            current.exists(),
        )
        .values(
            state=EndpointState.ACTIVE.value,
            reason=None,
            handshakes=0,
            next_handshake_at=None,
            activated_at=now,
            disabled_at=None,
        )
        .returning(webhook_endpoint.c.id)
    )
    return changed.first() is not None


async def handshake_failed(connection: AsyncConnection, of: UUID, reason: EndpointReason, now: datetime) -> None:
    """Note why a handshake failed and when the next one is due; of an address that is still pending."""
    found = await read_endpoint(connection, of, lock=True)
    if found is None or found.state is not EndpointState.PENDING:
        return
    tried = found.handshakes + 1
    await connection.execute(
        update(webhook_endpoint)
        .where(webhook_endpoint.c.id == of)
        .values(reason=reason.value, handshakes=tried, next_handshake_at=now + next_handshake(tried))
    )
