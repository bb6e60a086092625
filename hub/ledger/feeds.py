"""Feeds and their secret addresses: whose each is, and the digest of its token; the token itself is kept nowhere."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import HubError
from hub.ledger.tables import contact as contact_table
from hub.ledger.tables import feed

MOST_PER_CONTACT: Final = 10
"""Feeds in force that one contact may have."""

_SEEN_EVERY: Final = timedelta(minutes=5)


class FeedUnknown(HubError):
    """There is no feed in force of this id."""


class FeedRefused(HubError):
    """The feed cannot be made; nothing was changed."""


@dataclass(frozen=True, slots=True)
class FeedOf:
    """Whose feed: a contact's, or of a territory: an EPCI, a commune, or with nothing named the whole département."""

    contact: str | None = None
    epci: str | None = None
    commune: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as the ledger knows it. `who`: who made it. `fetched_at`: to within five minutes."""

    id: UUID
    of: FeedOf
    who: str
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    fetched_at: datetime | None


def new_token() -> str:
    """The secret part of a feed's address: 256 random bits, 43 characters that an address may hold."""
    return secrets.token_urlsafe(32)


async def create_feed(
    connection: AsyncConnection, id_: UUID, token: str, of: FeedOf, *, who: str, now: datetime
) -> Feed:
    """Make a feed. Raises FeedRefused for a contact that the directory does not hold, or that has too many."""
    if of.contact is not None:
        known = select(contact_table.c.ref).where(contact_table.c.ref == of.contact).with_for_update()
        if await connection.scalar(known) is None:
            msg = f"The directory has no contact {of.contact}."
            raise FeedRefused(msg, "`hub directory show` lists the contacts.")
        if len(await list_feeds(connection, contact=of.contact, revoked=False)) >= MOST_PER_CONTACT:
            msg = f"{of.contact} has {MOST_PER_CONTACT} feeds already."
            raise FeedRefused(msg, "Revoke one that is not used any more.")
    await connection.execute(
        insert(feed).values(
            id=id_, digest=_digest(token), contact=of.contact, epci=of.epci, commune=of.commune, who=who, created_at=now
        )
    )
    return Feed(id_, of, who, now, None, None, None)


async def rotate_feed(
    connection: AsyncConnection, of: UUID, token: str, now: datetime, *, contact: str | None = None
) -> None:
    """Give a feed a new address; the old one opens nothing any more. `contact`: only a feed of this contact.

    Raises FeedUnknown.
    """
    await _change(connection, of, contact, {"digest": _digest(token), "rotated_at": now})


async def revoke_feed(connection: AsyncConnection, of: UUID, now: datetime, *, contact: str | None = None) -> None:
    """End a feed for ever. `contact`: only a feed of this contact. Raises FeedUnknown."""
    await _change(connection, of, contact, {"revoked_at": now})


async def list_feeds(connection: AsyncConnection, *, contact: str | None = None, revoked: bool = True) -> list[Feed]:
    """Every feed, or those of a contact, the oldest first; `revoked`: also those that are."""
    query = select(feed).order_by(feed.c.created_at, feed.c.id)
    if contact is not None:
        query = query.where(feed.c.contact == contact)
    if not revoked:
        query = query.where(feed.c.revoked_at.is_(None))
    return [_feed(row) for row in (await connection.execute(query)).mappings()]


async def feed_of_token(connection: AsyncConnection, token: str, today: date) -> Feed | None:
    """The feed that this token opens; None for a token of none, of a revoked feed, or of a contact that left.

    Looked up by digest: how long that takes says nothing about a token.
    """
    stands = select(contact_table.c.ref).where(
        contact_table.c.ref == feed.c.contact,
        or_(contact_table.c.valid_to.is_(None), contact_table.c.valid_to >= today),
    )
    query = select(feed).where(
        feed.c.digest == _digest(token),
        feed.c.revoked_at.is_(None),
        or_(feed.c.contact.is_(None), stands.exists()),
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _feed(row)


async def note_fetch(connection: AsyncConnection, found: Feed, now: datetime) -> None:
    """Keep when a feed was last fetched, without a write for every fetch."""
    if found.fetched_at is None or now - found.fetched_at >= _SEEN_EVERY:
        await connection.execute(update(feed).where(feed.c.id == found.id).values(fetched_at=now))


async def _change(connection: AsyncConnection, of: UUID, contact: str | None, values: dict[str, Any]) -> None:
    changed = update(feed).where(feed.c.id == of, feed.c.revoked_at.is_(None)).values(values).returning(feed.c.id)
    if contact is not None:
        changed = changed.where(feed.c.contact == contact)
    if await connection.scalar(changed) is None:
        msg = f"There is no feed {of} in force."
        raise FeedUnknown(msg, "`hub feeds list` shows the feeds.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _feed(row: RowMapping) -> Feed:
    of = FeedOf(row["contact"], row["epci"], row["commune"])
    return Feed(row["id"], of, row["who"], row["created_at"], row["rotated_at"], row["revoked_at"], row["fetched_at"])
