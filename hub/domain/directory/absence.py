"""Who is away, and who stands in: `absence.declared`, day by day.

A contact that is away on a day is replaced by the first of its deputies that is there. The deputies of the absences of
that day come first, the shortest absence before longer ones, then the contact's own; a deputy that is away passes the
question on to its own deputies before the next is asked. A deputy counts when the directory knows it, it is valid and
not opted out on the day, and it belongs to the same service, of a CDAS to the same CDAS: a case never leaves the
service that it was sent to. The order of the declarations never matters.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Protocol

from hub.domain.events import Data
from hub.domain.vocabulary import Labelled


@dataclass(frozen=True, slots=True)
class Absence:
    """A contact is away from `first` to `last`, both included, calendar dates in Europe/Paris; no reason, ever.

    Without a `deputy` the contact's own deputy stands in.
    """

    contact: str
    first: date
    last: date
    deputy: str | None = None

    def covers(self, day: date) -> bool:
        """Whether the contact is away on `day`."""
        return self.first <= day <= self.last


def absence_from_data(data: Data) -> Absence:
    """The absence that the data of an `absence.declared` event describes."""
    return Absence(data["contact"], data["from"], data["to"], data["deputy"])


class Absences:
    """The declared absences, each under the key that it has in the directory."""

    __slots__ = ("_by_contact",)

    def __init__(self) -> None:
        self._by_contact: dict[str, dict[str, Absence]] = {}

    def __iter__(self) -> Iterator[Absence]:
        """All of them, in no order."""
        return (absence for held in self._by_contact.values() for absence in held.values())

    def declare(self, key: str, absence: Absence) -> None:
        """Add the absence, or replace the one of this key."""
        self.withdraw(key)
        self._by_contact.setdefault(absence.contact, {})[key] = absence

    def withdraw(self, key: str) -> bool:
        """Forget the absence of this key; False when there is none."""
        for contact, held in self._by_contact.items():
            if held.pop(key, None) is not None:
                if not held:
                    del self._by_contact[contact]
                return True
        return False

    def on(self, contact: str, day: date) -> tuple[Absence, ...]:
        """The absences of a contact that cover a day, the shortest first; empty when it is there."""
        held = self._by_contact.get(contact)
        if held is None:
            return ()
        covering = [absence for absence in held.values() if absence.covers(day)]
        return tuple(sorted(covering, key=lambda a: (a.last - a.first, a.first, a.deputy or "")))


class NotThere(Labelled):
    """Why a deputy does not stand in on a day."""

    UNKNOWN = "UNKNOWN", "inconnu de l’annuaire"
    NOT_VALID = "NOT_VALID", "hors de sa période de validité"
    OPTED_OUT = "OPTED_OUT", "refuse les informations"
    OTHER_SERVICE = "OTHER_SERVICE", "d’un autre service"
    AWAY = "AWAY", "absent lui aussi"


class Deputisable(Protocol):
    """What is read of a contact."""

    @property
    def contact(self) -> str:
        """Its reference."""

    @property
    def service(self) -> str:
        """Its service."""

    @property
    def cdas(self) -> str | None:
        """Its CDAS, where it is one's."""

    @property
    def deputy(self) -> str | None:
        """Its own deputy."""

    @property
    def opted_out(self) -> bool:
        """Whether it takes no information."""

    def is_valid_on(self, day: date) -> bool:
        """Whether it counts on a day."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who stands in for a contact on a day: a reference, or None when nobody does.

    `tried` are the deputies that could not, in the order asked, each with the reason; `loop` the contacts that name
    each other in a circle, from the lowest reference on, empty where there is none.
    """

    reference: str | None
    tried: tuple[tuple[str, NotThere], ...] = ()
    loop: tuple[str, ...] = ()


def stand_in(
    contact: Deputisable, day: date, absences: Absences, contact_of: Callable[[str], Deputisable | None]
) -> StandIn:
    """Find who stands in for a contact that is away on a day; each contact is asked once, so that it always ends."""
    tried: list[tuple[str, NotThere]] = []
    loop: tuple[str, ...] = ()
    asked_by: dict[str, str | None] = {contact.contact: None}
    waiting = [(reference, contact.contact) for reference in reversed(_deputies(contact, day, absences))]
    while waiting:
        reference, asker = waiting.pop()
        if reference in asked_by:
            loop = loop or _circle(reference, asker, asked_by)
            continue
        asked_by[reference] = asker
        deputy = contact_of(reference)
        reason = _reason(deputy, contact, day)
        if deputy is not None and reason is None:
            if not absences.on(reference, day):
                return StandIn(reference, tuple(tried), loop)
            reason = NotThere.AWAY
            waiting += [(further, reference) for further in reversed(_deputies(deputy, day, absences))]
        tried.append((reference, reason or NotThere.UNKNOWN))
    return StandIn(None, tuple(tried), loop)


def named_deputies(contact: Deputisable, away: Sequence[Absence]) -> tuple[str, ...]:
    """Whom the absences of one day name, the contact's own deputy where one names nobody; sorted, each once."""
    named = {absence.deputy or contact.deputy for absence in away}
    return tuple(sorted(reference for reference in named if reference is not None))


def _deputies(contact: Deputisable, day: date, absences: Absences) -> list[str]:
    wanted = [*map(attrgetter("deputy"), absences.on(contact.contact, day)), contact.deputy]
    return list(dict.fromkeys(reference for reference in wanted if reference is not None))


def _reason(deputy: Deputisable | None, contact: Deputisable, day: date) -> NotThere | None:
    if deputy is None:
        return NotThere.UNKNOWN
    if (deputy.service, deputy.cdas) != (contact.service, contact.cdas):
        return NotThere.OTHER_SERVICE
    if not deputy.is_valid_on(day):
        return NotThere.NOT_VALID
    return NotThere.OPTED_OUT if deputy.opted_out else None


def _circle(reference: str, asker: str, asked_by: dict[str, str | None]) -> tuple[str, ...]:
    """The contacts from `reference` down to `asker`, where the one led to the other; empty when it did not."""
    path: list[str] = []
    at: str | None = asker
    while at is not None:
        path.append(at)
        if at == reference:
            path.reverse()
            lowest = path.index(min(path))
            return (*path[lowest:], *path[:lowest])
        at = asked_by[at]
    return ()
