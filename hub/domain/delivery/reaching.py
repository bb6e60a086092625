"""By which media a contact is reached, and when each message is due: duty, choice, and what no choice can change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm, next_digest
from hub.domain.directory.territory import Territory
from hub.domain.subscriptions.rows import AT_ONCE_CODES, PUSH, Basis, Facts, Subscription, wish
from hub.domain.vocabulary import Kind, Medium

_DEFAULT: Final = PUSH

PULLED: Final = frozenset({Medium.PORTAL, Medium.FEED})
"""Media that wait until their reader comes."""


@dataclass(frozen=True, slots=True)
class Way:
    """One message to make: by which medium, in which digest (None: on its own), and from when on it may leave."""

    medium: Medium
    digest: Pace | None
    due_at: datetime


def media_for(
    facts: Facts,
    rows: Sequence[Subscription],
    *,
    duty: bool,
    webhook: bool,
    now: datetime,
    territory: Territory,
    latest: datetime | None = None,
    otherwise: Rhythm = AT_ONCE,
) -> tuple[Way, ...]:
    """The messages that tell one contact of one event, in the order of the media's names.

    `rows` are the contact's; `webhook`: its endpoint is active. A duty without rows goes by mail, in the rhythm
    `otherwise`, and by webhook beside it. A duty always has at least one medium, and a situation at least one that
    pushes; a webhook without an active endpoint is replaced by mail. Without duty: the notices that the contact chose,
    no situation ever. A digest never leaves at or after `latest`, where the contact's answer is awaited by then: the
    message leaves at once instead.
    """
    if duty:
        found = wish(rows, Basis.DUTY, facts, territory)
        wanted, rhythm = (_DEFAULT, otherwise) if found is None else (found.media, found.rhythm)
    else:
        found = wish(rows, Basis.CHOICE, facts, territory) if facts.kind is Kind.NOTICES else None
        if found is None or not found.media:
            return ()
        wanted, rhythm = found.media, found.rhythm
    media = wanted & (PULLED | PUSH if webhook else PULLED | {Medium.MAIL})
    if not media or (facts.kind is not Kind.NOTICES and not media & PUSH):
        media |= {Medium.MAIL}
    return tuple(_way(medium, facts, rhythm, now, latest) for medium in sorted(media))


def _way(medium: Medium, facts: Facts, rhythm: Rhythm, now: datetime, latest: datetime | None) -> Way:
    if medium is not Medium.MAIL or rhythm.pace is Pace.AT_ONCE or _is_at_once(facts):
        return Way(medium, None, now)
    due_at = next_digest(rhythm, now)
    # A digest that would leave once the change is in force, or on its very day, would tell nothing in advance.
    in_force = None if facts.effective_on is None else _begins(facts.effective_on)
    if any(limit is not None and due_at >= limit for limit in (in_force, latest)):
        return Way(medium, None, now)
    return Way(medium, rhythm.pace, due_at)


def _is_at_once(facts: Facts) -> bool:
    return facts.kind is not Kind.NOTICES or facts.at_once or facts.code in AT_ONCE_CODES


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=paris()).astimezone(UTC)
