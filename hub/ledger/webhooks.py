"""The addresses of systems that take messages: which the directory gives, and what may be sent there.

Every function works inside the transaction of the connection that it is given.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.webhooks import FROM_DIRECTORY, EndpointReason, EndpointState, endpoint_id
from hub.ledger.tables import contact, webhook_endpoint, webhook_key


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key of an address: its number, the name of its master key, and until when it signs (none: on)."""

    number: int
    master: str
    created_at: datetime
    retires_at: datetime | None

    def signs(self, now: datetime) -> bool:
        """Whether what is sent at `now` is signed with it."""
        return self.retires_at is None or now < self.retires_at


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of one contact, with all its keys in the order of their numbers."""

    id: UUID
    contact: str
    url: str
    state: EndpointState
    reason: EndpointReason | None
    handshakes: int
    next_handshake_at: datetime | None
    created_at: datetime
    activated_at: datetime | None
    disabled_at: datetime | None
    keys: tuple[Key, ...] = ()

    def signing(self, now: datetime) -> tuple[Key, ...]:
        """The keys that sign what is sent at `now`."""
        return tuple(key for key in self.keys if key.signs(now))


async def active_endpoints(connection: AsyncConnection, contacts: Collection[str]) -> set[str]:
    """Those of these contacts that a webhook reaches: at the address that the directory gives today."""
    query = (
        select(webhook_endpoint.c.contact)
        .join(contact, and_(contact.c.ref == webhook_endpoint.c.contact, contact.c.webhook == webhook_endpoint.c.url))
        .where(webhook_endpoint.c.contact.in_(contacts), webhook_endpoint.c.state == EndpointState.ACTIVE.value)
    )
    return set((await connection.execute(query)).scalars())


async def follow_directory(connection: AsyncConnection, now: datetime) -> None:
    """Bring the addresses to what the directory says: new and changed ones wait for their handshake, others end.

    An address that an operator, or the receiver itself, put out of service stays so.
    """
    current = (
        select(contact.c.ref)
        .where(contact.c.ref == webhook_endpoint.c.contact, contact.c.webhook == webhook_endpoint.c.url)
        .exists()
    )
    elsewhere = (
        select(contact.c.ref)
        .where(contact.c.ref == webhook_endpoint.c.contact, contact.c.webhook.is_not(None))
        .exists()
    )
    ending = (
        update(webhook_endpoint)
        .where(webhook_endpoint.c.state != EndpointState.DISABLED.value, ~current)
        .values(state=EndpointState.DISABLED.value, next_handshake_at=None, disabled_at=now)
    )
    await connection.execute(ending.where(elsewhere).values(reason=EndpointReason.REPLACED.value))
    await connection.execute(ending.where(~elsewhere).values(reason=EndpointReason.CONTACT_REMOVED.value))
    known = and_(
        webhook_endpoint.c.contact == contact.c.ref,
        webhook_endpoint.c.url == contact.c.webhook,
        or_(
            webhook_endpoint.c.state != EndpointState.DISABLED.value,
            webhook_endpoint.c.reason.not_in([reason.value for reason in FROM_DIRECTORY]),
        ),
    )
    missing = (
        select(contact.c.ref, contact.c.webhook)
        .outerjoin(webhook_endpoint, known)
        .where(contact.c.webhook.is_not(None), webhook_endpoint.c.id.is_(None))
        .order_by(contact.c.ref)
    )
    rows = [
        {
            "id": endpoint_id(row.ref, row.webhook),
            "contact": row.ref,
            "url": row.webhook,
            "state": EndpointState.PENDING.value,
            "reason": None,
            "handshakes": 0,
            "next_handshake_at": now,
            "created_at": now,
            "disabled_at": None,
        }
        for row in await connection.execute(missing)
    ]
    if rows:
        statement = insert(webhook_endpoint)
        again = ("state", "reason", "handshakes", "next_handshake_at", "disabled_at")
        changes = {name: statement.excluded[name] for name in again}
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes), rows)


async def endpoint_of(connection: AsyncConnection, ref: str) -> Endpoint | None:
    """The address that the directory gives for a contact today, in whatever state; None: it gives none."""
    query = select(webhook_endpoint).join(
        contact, and_(contact.c.ref == webhook_endpoint.c.contact, contact.c.webhook == webhook_endpoint.c.url)
    )
    found = await _read(connection, query.where(contact.c.ref == ref))
    return found[0] if found else None


async def read_endpoint(connection: AsyncConnection, of: UUID, *, lock: bool = False) -> Endpoint | None:
    """One address; with `lock`, nobody else changes it before the transaction ends."""
    query = select(webhook_endpoint).where(webhook_endpoint.c.id == of)
    found = await _read(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


async def list_endpoints(connection: AsyncConnection, states: Collection[EndpointState] = ()) -> list[Endpoint]:
    """Every address, or those in some states, by contact; of one contact the latest first."""
    query = select(webhook_endpoint)
    if states:
        query = query.where(webhook_endpoint.c.state.in_([state.value for state in states]))
    return await _read(connection, query.order_by(webhook_endpoint.c.contact, webhook_endpoint.c.created_at.desc()))


async def count_endpoints(connection: AsyncConnection) -> dict[str, int]:
    """How many addresses are in each state."""
    counted = select(webhook_endpoint.c.state, func.count()).group_by(webhook_endpoint.c.state)
    return {state.value: 0 for state in EndpointState} | dict((await connection.execute(counted)).all())


async def disable(connection: AsyncConnection, of: UUID, reason: EndpointReason, now: datetime) -> bool:
    """Put an address out of service; False when it was already."""
    changed = await connection.execute(
        update(webhook_endpoint)
        .where(webhook_endpoint.c.id == of, webhook_endpoint.c.state != EndpointState.DISABLED.value)
        .values(state=EndpointState.DISABLED.value, reason=reason.value, next_handshake_at=None, disabled_at=now)
        .returning(webhook_endpoint.c.id)
    )
    return changed.first() is not None


async def _read(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Endpoint]:
    rows = (await connection.execute(query)).mappings().all()
    keys: dict[UUID, list[Key]] = {row["id"]: [] for row in rows}
    if keys:
        of_them = select(webhook_key).where(webhook_key.c.endpoint.in_(keys)).order_by(webhook_key.c.number)
        for key in await connection.execute(of_them):
            keys[key.endpoint].append(Key(key.number, key.master, key.created_at, key.retires_at))
    return [_endpoint(row, keys[row["id"]]) for row in rows]


def _endpoint(row: RowMapping, keys: Sequence[Key]) -> Endpoint:
    return Endpoint(
        id=row["id"],
        contact=row["contact"],
        url=row["url"],
        state=EndpointState(row["state"]),
        reason=None if row["reason"] is None else EndpointReason(row["reason"]),
        handshakes=row["handshakes"],
        next_handshake_at=row["next_handshake_at"],
        created_at=row["created_at"],
        activated_at=row["activated_at"],
        disabled_at=row["disabled_at"],
        keys=tuple(keys),
    )
