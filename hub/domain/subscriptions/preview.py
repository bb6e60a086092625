"""What choices would have sent: the same events, the same rules of media, counted as a person counts messages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.domain.calendar.dates import add_months
from hub.domain.calendar.paris import paris
from hub.domain.delivery.digests import AT_ONCE, Rhythm
from hub.domain.delivery.reaching import media_for
from hub.domain.directory.territory import Territory
from hub.domain.french import MONTHS, NO_BREAK, day_of_month, without_bad_breaks
from hub.domain.subscriptions.rows import Facts, Subscription
from hub.domain.vocabulary import Medium


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of the past as it concerned a contact: `duty` when it was sent to it, the rest as in `media_for`."""

    facts: Facts
    duty: bool
    at: datetime
    latest: datetime | None = None
    otherwise: Rhythm = AT_ONCE


@dataclass(frozen=True, slots=True)
class Preview:
    """What would have been sent for the events of the days `first` to `last` (included, Europe/Paris).

    `single` mails tell one event each; a digest is one mail, however much it tells. `told` counts events, `by_choice`
    those of them that the contact would have asked for; the other media count their messages.
    """

    first: date
    last: date
    single: int
    digests: int
    told: int
    by_choice: int
    webhooks: int
    portal: int
    feed: int

    @property
    def mails(self) -> int:
        """Mails in all."""
        return self.single + self.digests


def month_before(now: datetime) -> tuple[date, date]:
    """First and last day of the calendar month before the one of `now`, Europe/Paris."""
    first = now.astimezone(paris()).date().replace(day=1)
    return add_months(first, -1), first - timedelta(days=1)


def preview(
    occurrences: Iterable[Occurrence],
    rows: Sequence[Subscription],
    first: date,
    last: date,
    *,
    webhook: bool,
    territory: Territory,
) -> Preview:
    """Count what these rows would have made of the occurrences; `webhook`: the contact has an active endpoint."""
    single = told = by_choice = 0
    digests: set[datetime] = set()
    others = dict.fromkeys(Medium, 0)
    for one in occurrences:
        ways = media_for(
            one.facts,
            rows,
            duty=one.duty,
            webhook=webhook,
            now=one.at,
            latest=one.latest,
            otherwise=one.otherwise,
            territory=territory,
        )
        told += bool(ways)
        by_choice += bool(ways) and not one.duty
        for way in ways:
            if way.digest is not None:
                digests.add(way.due_at)
            elif way.medium is Medium.MAIL:
                single += 1
            else:
                others[way.medium] += 1
    return Preview(
        first,
        last,
        single=single,
        digests=len(digests),
        told=told,
        by_choice=by_choice,
        webhooks=others[Medium.WEBHOOK],
        portal=others[Medium.PORTAL],
        feed=others[Medium.FEED],
    )


def sentence(found: Preview) -> str:
    """The preview for the contact, as « Du 1er au 30 septembre 2024, vous auriez reçu 14 courriels ».

    Singular and plural agree; spaces are those of French typography.
    """
    days = f"Du {day_of_month(found.first)} au {_date(found.last)}"
    if not found.told:
        return without_bad_breaks(f"{days}, rien ne vous aurait été envoyé.")
    mails = _count(found.mails, "courriel") if found.mails else ""
    if found.digests:
        mails += f", dont {_count(found.digests, 'regroupement')}"
    more = [
        f"{_count(number, noun)} {where}"
        for number, noun, where in (
            (found.webhooks, "appel", "de webhook"),
            (found.portal, "message", "sur le portail"),
            (found.feed, "message", "dans votre flux"),
        )
        if number
    ]
    told = f"{_count(found.told, 'évènement')} en tout"
    if found.by_choice:
        told += f", dont {found.by_choice} à votre demande"
    return without_bad_breaks(f"{days}, vous auriez reçu {' ; '.join(filter(None, [mails, *more]))} ({told}).")


def _date(day: date) -> str:
    return f"{day_of_month(day)} {MONTHS[day.month - 1]} {day.year}"


def _count(number: int, noun: str) -> str:
    return f"{number}{NO_BREAK}{noun}{'s' if number > 1 else ''}"
