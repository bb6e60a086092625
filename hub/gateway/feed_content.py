"""What a feed shows, put together from the ledger: notices, bare situations, closures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.outbound.channel import NoticeContent, NoticeStatus
from connectors.outbound.feeds.content import FeedClosure, FeedContent, FeedNotice, FeedSituation
from hub.data import load_calendar, load_territory
from hub.domain.calendar.entries import LINE_SCOPE, NO_END, Entry
from hub.domain.calendar.line import CLOSURE_REASONS
from hub.domain.calendar.paris import paris
from hub.domain.delivery.inbox import ItemState
from hub.domain.vocabulary import Institution, Medium
from hub.ledger.feed_notices import StandingNotice, named_notices, public_notices
from hub.ledger.feeds import Feed, FeedOf
from hub.ledger.inbox import LARGEST_PAGE, Item, items
from hub.ledger.tables import calendar_entry, contact

MOST_ENTRIES: Final = 100
"""Notices of a feed, and situations of it: the newest."""

_PAST: Final = timedelta(days=60)
_AHEAD: Final = timedelta(days=400)
_LINE: Final = "Ligne directe fermée"
_CDAS: Final = "CDAS fermé"
_CLOSED: Final = frozenset({"CLOSURE"})


@dataclass(frozen=True, slots=True)
class Built:
    """A feed's content, and the deliveries by feed that fetching it accepts.

    `in_calendar`: those of them that its calendar shows too: notices, not situations.
    """

    content: FeedContent
    deliveries: Sequence[UUID]
    in_calendar: Sequence[UUID]


async def build(connection: AsyncConnection, feed: Feed, *, public_url: str, domain: str, now: datetime) -> Built:
    """The content of a feed as the ledger stands: what is in a contact's inbox, or a territory's public notices."""
    home = public_url.rstrip("/")
    today = now.astimezone(paris()).date()
    found: list[Item] = []
    if feed.of.contact is not None:
        found = await items(connection, feed.of.contact, 0, LARGEST_PAGE, newest_first=True)
        names = sorted({item.notice.notice for item in found if item.notice is not None})
        notices = await named_notices(connection, names, MOST_ENTRIES)
    else:
        notices = await public_notices(connection, _places(feed.of), MOST_ENTRIES)
    waiting = [item for item in found if item.notice is None and item.state is ItemState.OPEN][:MOST_ENTRIES]
    shown = {notice.notice for notice in notices}
    held = [item for item in found if item in waiting or (item.notice is not None and item.notice.notice in shown)]
    content = FeedContent(
        feed=feed.id,
        title=feed_title(feed.of),
        home=f"{home}/",
        domain=domain,
        changed_at=max(
            [
                feed.rotated_at or feed.created_at,
                *(one.changed_at for one in notices),
                *(item.changed_at for item in found if item.notice is None),
            ]
        ),
        notices=[_notice(one, home) for one in notices],
        situations=[FeedSituation(item.number, item.since) for item in waiting],
        closures=await _closures(connection, feed.of, today),
    )
    return Built(content, _by_feed(held), _by_feed([item for item in held if item.notice is not None]))


def _by_feed(held: Sequence[Item]) -> list[UUID]:
    return [one.delivery for item in held for one in item.deliveries if one.medium == Medium.FEED.value]


def feed_title(of: FeedOf) -> str:
    """What a feed is called, in French; of a contact nothing but that it is personal."""
    territory = load_territory()
    if of.contact is not None:
        return "Hub CAF – Département : mes informations"
    if of.commune is not None:
        return f"Hub CAF – Département : {territory.communes[of.commune].name}"
    if of.epci is not None:
        return f"Hub CAF – Département : {territory.epci[of.epci].name}"
    return "Hub CAF – Département : Ille-et-Vilaine"


def _places(of: FeedOf) -> tuple[list[str], list[str]] | None:
    territory = load_territory()
    if of.commune is not None:
        former = [old for old, code in territory.former.items() if code == of.commune]
        return [of.commune, *former], [territory.communes[of.commune].epci]
    if of.epci is not None:
        communes = territory.epci[of.epci].communes
        former = [old for old, code in territory.former.items() if code in communes]
        return [*sorted(communes), *former], [of.epci]
    return None


def _notice(found: StandingNotice, home: str) -> FeedNotice:
    status: NoticeStatus = "WITHDRAWN" if found.withdrawn else "CORRECTED" if found.corrected else "PUBLISHED"
    content = NoticeContent(
        notice=found.notice,
        version=found.version,
        status=status,
        issuer=found.issuer,
        title=found.title,
        summary=found.summary,
        published_on=found.published_on,
        effective_on=found.effective_on,
        not_prior=found.not_prior,
        decided_at=found.decided_at,
    )
    link = f"{home}/notices/{quote(found.notice, safe='')}"
    return FeedNotice(content, found.code, link, found.first_at, found.changed_at)


async def _closures(connection: AsyncConnection, of: FeedOf, today: date) -> list[FeedClosure]:
    """The closures of the priority line, for who may call it or be called, and those of a contact's own CDAS."""
    if of.epci is not None or of.commune is not None:
        return []
    cdas = None
    if of.contact is not None:
        query = select(contact.c.institution, contact.c.cdas).where(contact.c.ref == of.contact)
        row = (await connection.execute(query)).one_or_none()
        if row is None or row.institution == Institution.PARTNER.value:
            return []
        cdas = row.cdas
    rows = (await connection.execute(select(calendar_entry))).all()
    declared = {row.key: row.data for row in rows}
    revisions = {row.key: row.revision for row in rows}
    line = {key: entry for key, entry in load_calendar().entries.items() if key not in declared}
    line |= {key: _entry(data) for key, data in declared.items() if data["scope"] == LINE_SCOPE}
    own = {
        key: _entry(data)
        for key, data in declared.items()
        if cdas is not None and data["scope"] == "CDAS" and data["cdas"] == cdas
    }
    return [
        FeedClosure(key, entry.first, entry.last, _sentence(what, entry.reason), revisions.get(key, 0))
        for what, entries in ((_LINE, line), (_CDAS, own))
        for key, entry in sorted(entries.items())
        if entry.kind in _CLOSED
        and entry.last >= today - _PAST
        and entry.first <= today + _AHEAD
        and entry.last != NO_END
    ]


def _entry(data: Mapping[str, Any]) -> Entry:
    first, last = (date.fromisoformat(data[name]) for name in ("from", "to"))
    return Entry(data["scope"], data["kind"], first, last, (), data["reason"])


def _sentence(what: str, reason: str | None) -> str:
    why = CLOSURE_REASONS.get(reason)
    return what if why is None else f"{what} : {why}"
