"""Sessions of contact persons: opened by a mailed link, known by the SHA-256 of a cookie, ended by time or by hand.

A session is its address's: it acts for a contact only while the directory gives the contact this very address, and
the contact is valid. When either ends, so does the session, at once and without anybody's doing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.sign_ins import has_address, is_valid, today
from hub.ledger.tables import contact, portal_session


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: `whole` at most, `idle` without a page being asked for."""

    whole: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: its address, and the contacts that have it, by reference; `contact` is the chosen one."""

    address: str
    contacts: Sequence[Row[Any]]
    contact: Row[Any] | None


def hash_of(token: str) -> bytes:
    """What is kept of a session's token. It has 256 random bits, so a plain digest protects it."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    connection: AsyncConnection, token_hash: bytes, address: str, now: datetime, lifetime: Lifetime
) -> None:
    """Begin a session for an address; it acts for nobody until `choose`."""
    row = {
        "token_hash": token_hash,
        "address": address,
        "opened_at": now,
        "idle_until": now + min(lifetime.idle, lifetime.whole),
        "expires_at": now + lifetime.whole,
    }
    await connection.execute(portal_session.insert(), row)


async def session_of(connection: AsyncConnection, token_hash: bytes, now: datetime) -> Session | None:
    """The session of a token; None when there is none, it is over, or nobody has its address any more."""
    found = (await connection.execute(_living(token_hash, now))).one_or_none()
    if found is None:
        return None
    query = select(contact).where(has_address(found.address), is_valid(today(now))).order_by(contact.c.ref)
    contacts = (await connection.execute(query)).all()
    if not contacts:
        return None
    chosen = next((row for row in contacts if row.ref == found.contact), None)
    return Session(found.address, contacts, chosen)


async def contact_of(connection: AsyncConnection, token_hash: bytes, now: datetime) -> str | None:
    """The contact that a token's session acts for, or None; for other doors of the gateway than the pages."""
    session = await session_of(connection, token_hash, now)
    return None if session is None or session.contact is None else str(session.contact.ref)


async def choose(connection: AsyncConnection, token_hash: bytes, reference: str, now: datetime) -> bool:
    """Let the session act for one of the contacts of its address; False, and nothing changed, for any other."""
    session = await session_of(connection, token_hash, now)
    if session is None or reference not in {row.ref for row in session.contacts}:
        return False
    chosen = update(portal_session).where(portal_session.c.token_hash == token_hash).values(contact=reference)
    await connection.execute(chosen)
    return True


async def touch(connection: AsyncConnection, token_hash: bytes, now: datetime, idle: timedelta) -> None:
    """Note that the session is used; at most one write a minute, and never beyond its whole lifetime."""
    later = and_(portal_session.c.token_hash == token_hash, portal_session.c.idle_until < now + idle - _GRAIN)
    await connection.execute(update(portal_session).where(later).values(idle_until=now + idle))


async def close(connection: AsyncConnection, token_hash: bytes) -> None:
    """End a session; one that is not there is no error."""
    await connection.execute(delete(portal_session).where(portal_session.c.token_hash == token_hash))


async def close_all(connection: AsyncConnection, address: str) -> int:
    """End every session of an address, wherever it was opened; returns how many there were."""
    closed = delete(portal_session).where(portal_session.c.address == address).returning(portal_session.c.address)
    return len((await connection.execute(closed)).all())


_GRAIN = timedelta(minutes=1)


def _living(token_hash: bytes, now: datetime) -> Any:
    return select(portal_session).where(
        portal_session.c.token_hash == token_hash,
        portal_session.c.expires_at > now,
        portal_session.c.idle_until > now,
    )
