"""Absences read from a person's calendar: which days count, and what changes in the directory because of them.

Only days are known here. Why somebody is away is never read: it could be health data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hub.domain.vocabulary import Labelled

BEFORE: Final = timedelta(days=30)
"""How far back a calendar is read, and how long an absence that is over stays in the directory."""

AHEAD: Final = timedelta(days=90)
"""How far ahead a calendar is read."""

MOST: Final = 100
"""The most absences that one calendar declares; one that would declare more is no person's."""


class CalendarReads(Labelled):
    """Which events of a calendar are absences."""

    MARKED = "MARKED", "les évènements marqués « absent du bureau » ou d’une catégorie d’absence"
    ALL_DAY = "ALL_DAY", "tous les évènements d’une journée ou plus : un agenda qui ne sert qu’aux absences"


class CalendarFault(Labelled):
    """Why a calendar could not be read; what it said before stands."""

    ADDRESS_REFUSED = "ADDRESS_REFUSED", "adresse qui n’est pas autorisée"
    UNREACHABLE = "UNREACHABLE", "serveur injoignable"
    TIMED_OUT = "TIMED_OUT", "pas de réponse à temps"
    ENCRYPTION_FAILED = "ENCRYPTION_FAILED", "certificat ou chiffrement refusé"
    REDIRECTED = "REDIRECTED", "adresse qui renvoie à une autre"
    REFUSED = "REFUSED", "accès refusé ou adresse inconnue du serveur"
    ANSWERED_ERROR = "ANSWERED_ERROR", "erreur du serveur"
    TOO_LARGE = "TOO_LARGE", "agenda trop volumineux"
    TOO_COMPLEX = "TOO_COMPLEX", "trop de répétitions ou trop d’absences"
    NOT_A_CALENDAR = "NOT_A_CALENDAR", "réponse qui n’est pas un agenda"
    KEY_MISSING = "KEY_MISSING", "clé de l’adresse absente de la configuration"
    CONTACT_UNKNOWN = "CONTACT_UNKNOWN", "contact inconnu de l’annuaire"


class CalendarStanding(Labelled):
    """How well a calendar is followed."""

    CURRENT = "CURRENT", "à jour"
    FAILING = "FAILING", "en échec depuis moins d’un jour"
    STALE = "STALE", "en échec depuis plus d’un jour"


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Consecutive days, both included, calendar dates in Europe/Paris."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Declared:
    """Days that were declared for a calendar under a key of the directory.

    `seen`: the directory held the key since. `ended`: somebody deleted it there, on the person's page for example; the
    calendar does not declare these days again.
    """

    days: Days
    key: str
    seen: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What follows from reading a calendar: days to declare, declarations to withdraw, to mark ended, and to forget."""

    declare: tuple[Days, ...]
    withdraw: tuple[Declared, ...]
    ended: tuple[Declared, ...]
    forget: tuple[Declared, ...]


def joined(found: Iterable[Days]) -> list[Days]:
    """The same days with those that meet or touch as one, the earliest first."""
    one: list[Days] = []
    for days in sorted(found):
        if one and days.first <= one[-1].last + timedelta(days=1):
            one[-1] = Days(one[-1].first, max(one[-1].last, days.last))
        else:
            one.append(days)
    return one


def changes(wanted: Sequence[Days], declared: Sequence[Declared], held: frozenset[str], today: date) -> Changes:
    """Compare what a calendar says with what was declared for it; `held` are the keys that the directory holds.

    Days that are over are left as they are until `BEFORE` has passed, then withdrawn: nobody needs them any more.
    """
    coming = [days for days in wanted if days.last >= today]
    known = {one.days: one for one in declared}
    gone = tuple(one for one in declared if one.seen and not one.ended and one.key not in held)
    away = {one.key for one in gone} | {one.key for one in declared if one.ended}
    stale = [one for one in declared if _over(one, today) or (one.days.last >= today and one.days not in coming)]
    return Changes(
        declare=tuple(days for days in coming if days not in known),
        withdraw=tuple(one for one in stale if one.key not in away),
        ended=tuple(one for one in gone if one not in stale),
        forget=tuple(one for one in stale if one.key in away),
    )


def everything_withdrawn(declared: Sequence[Declared]) -> Changes:
    """What follows from no longer reading a calendar."""
    return Changes((), tuple(one for one in declared if not one.ended), (), tuple(one for one in declared if one.ended))


def _over(one: Declared, today: date) -> bool:
    return one.days.last < today - BEFORE
