"""The contacts, and who of them a routing reaches."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Final, TypeVar

from hub.domain.directory.absence import Absence, Absences, StandIn, stand_in
from hub.domain.directory.territory import Territory
from hub.domain.events import Data
from hub.domain.routing.reach import NOBODY, Desk, Overlap, Reach, Seat, claims_by_place, office_desk, sector_desk
from hub.domain.vocabulary import Role, Service

Made = TypeVar("Made")

_REMEMBERED_AT_MOST: Final = 4096
_ONE_DAY: Final = timedelta(days=1)
_NOBODY: Final[dict[str, "Contact"]] = {}


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as `contact.changed` declares it: a role, a professional address, a territory, a validity.

    `communes` (INSEE codes, or IRIS codes for parts) and `epci` (SIREN) are the territory; both empty means the whole
    département. `valid_from` and `valid_to` are inclusive calendar dates, Europe/Paris.
    """

    contact: str
    institution: str
    service: str
    role: str
    label: str
    valid_from: date
    cdas: str | None = None
    communes: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    actor_kind: str | None = None
    email: str | None = None
    phone: str | None = None
    webhook: str | None = None
    deputy: str | None = None
    valid_to: date | None = None
    opted_out: bool = False

    def is_valid_on(self, day: date) -> bool:
        """Whether `day` lies in the validity, first and last day included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def contact_from_data(data: Data) -> Contact:
    """The contact that the data of a `contact.changed` event describes."""
    fields = {name: data[name] for name in CONTACT_FIELDS}
    fields["communes"] = tuple(data["communes"])
    fields["epci"] = tuple(data["epci"])
    return Contact(**fields)


def contact_data(contact: Contact) -> dict[str, object]:
    """The data of the `contact.changed` event that declares this contact."""
    data: dict[str, object] = {name: getattr(contact, name) for name in CONTACT_FIELDS}
    data["communes"] = list(contact.communes)
    data["epci"] = list(contact.epci)
    return data


CONTACT_FIELDS: Final[tuple[str, ...]] = (
    "contact",
    "institution",
    "service",
    "role",
    "cdas",
    "communes",
    "epci",
    "actor_kind",
    "label",
    "email",
    "phone",
    "webhook",
    "deputy",
    "valid_from",
    "valid_to",
    "opted_out",
)
"""The fields of `contact.changed`, in the order of the contract."""


class Directory:
    """The contacts and their absences known at one revision, indexed by service and role.

    Changed by `apply`, `remove`, `declare` and `withdraw` only; each forgets everything that was resolved before. One
    task writes and reads it.
    """

    __slots__ = ("_by_place", "_contacts", "_remembered", "_scopes", "absences", "territory")

    def __init__(self, territory: Territory) -> None:
        self.territory = territory
        self._contacts: dict[str, Contact] = {}
        self._by_place: dict[tuple[str, str], dict[str, Contact]] = {}
        self._scopes: dict[str, frozenset[str]] = {}
        self._remembered: dict[object, object] = {}
        self.absences = Absences()

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[Contact]:
        """The contacts, by reference."""
        return iter(sorted(self._contacts.values(), key=attrgetter("contact")))

    def get(self, reference: str) -> Contact | None:
        """The contact of this reference, or None."""
        return self._contacts.get(reference)

    def apply(self, contact: Contact) -> None:
        """Add the contact, or replace the one of the same reference."""
        self.remove(contact.contact)
        self._contacts[contact.contact] = contact
        self._scopes[contact.contact] = self.territory.spread(contact.communes, contact.epci)
        self._by_place.setdefault((contact.service, contact.role), {})[contact.contact] = contact

    def remove(self, reference: str) -> None:
        """Forget the contact; one that is not there is no error."""
        self._remembered.clear()
        contact = self._contacts.pop(reference, None)
        if contact is not None:
            del self._by_place[contact.service, contact.role][reference]
            del self._scopes[reference]

    def declare(self, key: str, absence: Absence) -> None:
        """Add the absence under this key, or replace the one that has it."""
        self._remembered.clear()
        self.absences.declare(key, absence)

    def withdraw(self, key: str) -> None:
        """Forget the absence of this key; one that is not there is no error."""
        if self.absences.withdraw(key):
            self._remembered.clear()

    def stand_in(self, contact: Contact, on: date) -> StandIn | None:
        """Who stands in for a contact on a day; None when the contact is there itself."""
        if not self.absences.on(contact.contact, on):
            return None
        return stand_in(contact, on, self.absences, self._contacts.get)

    def remembered(self, key: object, make: Callable[[], Made]) -> Made:
        """What `make` gave for `key` since the last change of the directory; made now when nothing did.

        `key` is hashable and names its user first, so that two users never meet.
        """
        found = self._remembered.get(key)
        if found is None:
            found = make()
            if len(self._remembered) >= _REMEMBERED_AT_MOST:
                self._remembered.clear()
            self._remembered[key] = found
        return found  # type: ignore[return-value]  # the key's user is the only one who wrote under it

    def resolve(
        self,
        service: str,
        role: str,
        on: date,
        communes: tuple[str, ...] = (),
        epci: tuple[str, ...] = (),
        cdas: str | None = None,
    ) -> tuple[str, ...]:
        """References of the contacts of a service and role that are valid `on` a day, sorted.

        Communes and EPCI limit ASIP actors to those whose territory meets the one named (contract, section 7); actors
        who opted out are left out. `cdas` limits to the contacts of that CDAS; None means all. Who is away stays among
        them, because a notice is read on return, and whoever stands in is added.
        """
        if service != Service.ASIP:
            communes = epci = ()
        key = ("resolve", service, role, on, communes, epci, cdas)
        return self.remembered(key, lambda: self._find(service, role, on, communes, epci, cdas))

    def _find(
        self, service: str, role: str, on: date, communes: tuple[str, ...], epci: tuple[str, ...], cdas: str | None
    ) -> tuple[str, ...]:
        found = [c for c in self._by_place.get((service, role), _NOBODY).values() if c.is_valid_on(on)]
        if cdas is not None:
            found = [c for c in found if c.cdas == cdas]
        if service == Service.ASIP:
            scope = self.territory.spread(communes, epci)
            found = [c for c in found if not c.opted_out and self._meets(c, scope)]
        replaced = (self.stand_in(contact, on) for contact in found)
        substitutes = {found.reference for found in replaced if found is not None and found.reference is not None}
        return tuple(sorted({c.contact for c in found} | substitutes))

    def _meets(self, contact: Contact, scope: frozenset[str]) -> bool:
        own = self._scopes[contact.contact]
        return not scope or not own or self.territory.meet(scope, own)

    def home_cdas(self, commune: str, on: date) -> str | None:
        """Code of the CDAS whose territory holds the place on a day; None when the map does not know it.

        The map is what the contacts of the CDAS name as their territories. A former commune stands for today's; a part
        that no CDAS names has its commune's home; where several claim a place the lowest code has it.
        """
        claimants = self.territory.find(self._claims(on), commune)
        return claimants[0] if claimants is not None else None

    def overlaps(self, on: date) -> tuple[Overlap, ...]:
        """The places that several CDAS claim on a day, sorted."""
        claims = self._claims(on)
        return tuple(Overlap(place, claims[place]) for place in sorted(claims) if len(claims[place]) > 1)

    def reach(self, service: str, role: str, on: date, *, cdas: str | None = None, commune: str | None = None) -> Reach:
        """The contacts of a service and role that a person's case reaches on a day.

        For a CDAS, those of `cdas` only, and nobody without one; contacts that name a territory are reached where it
        holds the commune. Nobody of other bodies: an event does not say which of them follows the household. CAF
        social workers are reached in their sector (annexe 5). Whoever stands in for a contact that is away is reached
        in its place. Where nobody is found: the generic mailbox of the service, or of that CDAS, else the secretariat
        of the CAF social work service, as a last resort.
        """
        if service == Service.EXTERNAL_REFERENT or (service == Service.CDAS and cdas is None):
            return NOBODY
        if service != Service.CDAS:
            cdas = None
        stretch = self._stretch(on)
        desk = self.remembered(("desk", service, role, cdas, stretch), lambda: self._desk(service, role, on, cdas))
        if commune is None:
            return desk.unplaced
        return self.territory.find(desk.by_place, commune) or desk.elsewhere

    def _claims(self, on: date) -> dict[str, tuple[str, ...]]:
        return self.remembered(("claims", self._stretch(on)), lambda: self._claims_on(on))

    def _claims_on(self, on: date) -> dict[str, tuple[str, ...]]:
        return claims_by_place(
            (contact.cdas, self._scopes[contact.contact])
            for contact in self._contacts.values()
            if contact.service == Service.CDAS and contact.cdas is not None and contact.is_valid_on(on)
        )

    def _desk(self, service: str, role: str, on: date, cdas: str | None) -> Desk:
        # The mailbox of a CDAS carries the CDAS's territory; it is reached for whatever goes to that CDAS.
        instead = self._seats(service, Role.GENERIC_MAILBOX, on, cdas, placed=False)
        if not instead and service == Service.CAF_SOCIAL_WORK:
            instead = self._seats(service, Role.SECRETARIAT, on, cdas, placed=False)
        meant = self._seats(service, role, on, cdas, placed=role != Role.GENERIC_MAILBOX)
        if (service, role) == (Service.CAF_SOCIAL_WORK, Role.SOCIAL_WORKER):
            return sector_desk(meant, instead)
        return office_desk(meant, instead)

    def _seats(self, service: str, role: str, on: date, cdas: str | None, *, placed: bool) -> list[Seat]:
        """Whoever is there on a day for the contacts of a service and role, with the places of the one meant."""
        seats = []
        for contact in self._by_place.get((service, role), _NOBODY).values():
            if contact.is_valid_on(on) and not contact.opted_out and (cdas is None or contact.cdas == cdas):
                places = self._scopes[contact.contact] if placed else frozenset[str]()
                instead = self.stand_in(contact, on)
                if instead is None:
                    seats.append(Seat(contact.contact, places))
                elif instead.reference is not None:
                    seats.append(Seat(instead.reference, places, substitute=True))
        return seats

    def stretches(self, first: date, last: date) -> list[tuple[date, date]]:
        """The days from `first` to `last`, cut where a validity or an absence begins or ends: pairs, both included."""
        starts = [day for day in self.remembered("stretches", self._starts) if first < day <= last]
        begins = [first, *starts]
        return list(zip(begins, [*(day - _ONE_DAY for day in starts), last], strict=True))

    def _stretch(self, on: date) -> int:
        """The number of the stretch of days that `on` lies in; inside one, no validity or absence begins or ends."""
        return bisect_right(self.remembered("stretches", self._starts), on)

    def _starts(self) -> list[date]:
        periods: list[tuple[date, date | None]] = [(c.valid_from, c.valid_to) for c in self._contacts.values()]
        periods += ((absence.first, absence.last) for absence in self.absences)
        ends = {last + _ONE_DAY for _, last in periods if last not in (None, date.max)}
        return sorted({first for first, _ in periods} | ends)
