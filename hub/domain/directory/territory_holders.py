"""Who can hold places on a map: each CDAS by its contacts, each CAF social worker by the sector."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.territory import Territory
from hub.domain.vocabulary import Labelled, Role, Service


class MapKind(Labelled):
    """What a map gives places to; the symbol is the column of the file that names the holder."""

    CDAS = "cdas", "CDAS"
    SECTOR = "contact", "secteur de la CAF"


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of places: its code, its contacts with the places of today of each, and who of them takes new places.

    `carrier` is the reference of that contact; None where the holder has none that could.
    """

    code: str
    contacts: tuple[tuple[Contact, frozenset[str]], ...]
    carrier: str | None


def cdas_holders(directory: Directory, on: date) -> dict[str, Holder]:
    """The CDAS with the contacts of each that are valid on a day, by code.

    The generic mailbox of the lowest reference takes new places; a CDAS without a mailbox can only lose some.
    """
    by_code: dict[str, list[Contact]] = {}
    for contact in directory:
        if contact.service == Service.CDAS and contact.cdas is not None and contact.is_valid_on(on):
            by_code.setdefault(contact.cdas, []).append(contact)
    holders = {}
    for code, contacts in sorted(by_code.items()):
        mailbox = next((contact.contact for contact in contacts if contact.role == Role.GENERIC_MAILBOX), None)
        holders[code] = _holder(code, contacts, mailbox, directory.territory)
    return holders


def sector_holders(directory: Directory, on: date) -> dict[str, Holder]:
    """The CAF social workers that are valid on a day, by reference."""
    return {
        contact.contact: _holder(contact.contact, [contact], contact.contact, directory.territory)
        for contact in directory
        if (contact.service, contact.role) == (Service.CAF_SOCIAL_WORK, Role.SOCIAL_WORKER) and contact.is_valid_on(on)
    }


def with_places(contact: Contact, places: frozenset[str], territory: Territory) -> Contact:
    """The contact with exactly these places: an EPCI that it still holds whole stays one, the rest are named."""
    kept = tuple(code for code in contact.epci if territory.spread((), (code,)) <= places)
    return replace(contact, communes=tuple(sorted(places - territory.spread((), kept))), epci=kept)


def _holder(code: str, contacts: Iterable[Contact], carrier: str | None, territory: Territory) -> Holder:
    held = tuple((contact, territory.spread(contact.communes, contact.epci)) for contact in contacts)
    return Holder(code, held, carrier)
