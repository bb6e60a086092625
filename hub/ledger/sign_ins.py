"""Links to the contact persons' pages: asked for, mailed, used once.

Asking writes the same row whatever the address, known or not: neither the answer nor the time that it takes tells who
is a contact. Whether anybody has the address is looked up when the mail is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.ledger.tables import SIGN_INS_CHANNEL, contact, portal_session, portal_sign_in

LIMIT_PERIOD: Final = timedelta(hours=1)
"""The time over which links asked for are counted."""

KEPT: Final = timedelta(days=1)
"""How long a request is kept."""

SENT: Final = "sent"
UNKNOWN: Final = "unknown"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many links may be asked for within an hour, for one address and from one client."""

    address: int
    client: int


@dataclass(frozen=True, slots=True)
class DueMail:
    """A link that is to be mailed; `known`: some contact has the address now. `attempt` counts from 1."""

    id: UUID
    address: str
    expires_at: datetime
    attempt: int
    known: bool


def normalised(address: str) -> str:
    """The address as the tables compare it: without spaces around, lower case."""
    return address.strip().lower()


async def ask(
    connection: AsyncConnection,
    id_: UUID,
    *,
    address: str,
    client: str,
    now: datetime,
    expires_at: datetime,
    limits: Limits,
) -> bool:
    """Write a request down, unless its address or client has asked too often; False when the client has.

    An address that has asked too often gets no further mail for a while, and nobody is told.
    """
    # One at a time for each address and each client: two requests at once must not both be the last that is allowed.
    for kind, key in (("address", address), ("client", client)):
        lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await connection.execute(lock, {"key": f"hub-sign-in {kind} {key}"})
    since = now - LIMIT_PERIOD
    of_client = and_(portal_sign_in.c.client == client, portal_sign_in.c.asked_at > since)
    # Requests in vain do not count: whoever goes on asking for somebody else's address must not keep it shut.
    mailed = portal_sign_in.c.result.is_distinct_from(FAILED)
    of_address = and_(portal_sign_in.c.address == address, portal_sign_in.c.asked_at > since, mailed)
    counts = select(
        func.count().filter(of_client).label("of_client"), func.count().filter(of_address).label("of_address")
    )
    found = (await connection.execute(counts.where(or_(of_client, of_address)))).one()
    if found.of_client >= limits.client:
        return False
    row = {
        "id": id_,
        "address": address,
        "client": client,
        "asked_at": now,
        "expires_at": expires_at,
        "due_at": now,
        # A request beyond the limit is kept, for the client's own limit, and is not due.
        "result": FAILED if found.of_address >= limits.address else None,
    }
    await connection.execute(portal_sign_in.insert(), row)
    await connection.execute(text("select pg_notify(:channel, '')"), {"channel": SIGN_INS_CHANNEL})
    return True


async def claim(connection: AsyncConnection, now: datetime, *, lease: timedelta, limit: int) -> list[DueMail]:
    """Take mails that are due, each for as long as `lease`; after it another may take what was not settled."""
    await connection.execute(
        update(portal_sign_in)
        .where(portal_sign_in.c.result.is_(None), portal_sign_in.c.expires_at <= now)
        .values(result=FAILED)
    )
    due = (
        select(portal_sign_in.c.id)
        .where(portal_sign_in.c.result.is_(None), portal_sign_in.c.due_at <= now)
        .order_by(portal_sign_in.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(portal_sign_in)
        .where(portal_sign_in.c.id.in_(due))
        .values(due_at=now + lease, attempt=portal_sign_in.c.attempt + 1)
        .returning(portal_sign_in.c.id, portal_sign_in.c.address, portal_sign_in.c.expires_at, portal_sign_in.c.attempt)
    )
    rows = (await connection.execute(taken)).all()
    return [
        DueMail(r.id, r.address, r.expires_at, r.attempt, bool(await contacts_of(connection, r.address, now)))
        for r in rows
    ]


async def settle(connection: AsyncConnection, id_: UUID, result: str) -> None:
    """Say what became of a mail, for good: SENT, UNKNOWN or FAILED."""
    await connection.execute(update(portal_sign_in).where(portal_sign_in.c.id == id_).values(result=result))


async def postpone(connection: AsyncConnection, id_: UUID, due_at: datetime) -> None:
    """Try a mail again at `due_at`."""
    await connection.execute(update(portal_sign_in).where(portal_sign_in.c.id == id_).values(due_at=due_at))


async def use(connection: AsyncConnection, id_: UUID, now: datetime) -> str | None:
    """Use a link up and return its address; None when it was used before, or is not known or not valid any more."""
    used = (
        update(portal_sign_in)
        .where(portal_sign_in.c.id == id_, portal_sign_in.c.used_at.is_(None), portal_sign_in.c.expires_at > now)
        .values(used_at=now)
        .returning(portal_sign_in.c.address)
    )
    address: str | None = await connection.scalar(used)
    return address


async def is_unused(connection: AsyncConnection, id_: UUID, now: datetime) -> bool:
    """Whether a link would still open a session."""
    found = select(portal_sign_in.c.id).where(
        portal_sign_in.c.id == id_, portal_sign_in.c.used_at.is_(None), portal_sign_in.c.expires_at > now
    )
    return await connection.scalar(found) is not None


async def contacts_of(connection: AsyncConnection, address: str, now: datetime) -> Sequence[str]:
    """References of the contacts that have an address today, sorted."""
    query = select(contact.c.ref).where(has_address(address), is_valid(today(now))).order_by(contact.c.ref)
    return (await connection.scalars(query)).all()


async def clean(connection: AsyncConnection, now: datetime) -> None:
    """Delete requests older than a day, and sessions that are over."""
    await connection.execute(delete(portal_sign_in).where(portal_sign_in.c.asked_at < now - KEPT))
    over = or_(portal_session.c.expires_at <= now, portal_session.c.idle_until <= now)
    await connection.execute(delete(portal_session).where(over))


def today(now: datetime) -> date:
    """The calendar date of an instant, Europe/Paris."""
    return now.astimezone(paris()).date()


def has_address(address: object) -> ColumnElement[bool]:
    """The condition that a contact's mail address is this one (normalised), or the one of this column."""
    return func.lower(contact.c.email) == address


def is_valid(day: date) -> ColumnElement[bool]:
    """The condition that a contact counts on a day."""
    return and_(contact.c.valid_from <= day, or_(contact.c.valid_to.is_(None), contact.c.valid_to >= day))
