"""A contact's own service: who works there, and who is away, as the pure directory that the rules read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import CONTACT_FIELDS, Contact, Directory, contact_from_data
from hub.domain.vocabulary import Role, Service
from hub.ledger.contacts import absences_of
from hub.ledger.sign_ins import today
from hub.ledger.tables import absence, contact

_NO_TEAM: Final = frozenset({Service.ASIP.value, Service.EXTERNAL_REFERENT.value})
"""Many bodies stand under one name: their contacts are strangers to each other."""


@dataclass(frozen=True, slots=True)
class Team:
    """The contacts of one service (of a CDAS: of that CDAS) by reference, and their absences by key, earliest first."""

    contacts: Sequence[Contact]
    absences: Sequence[tuple[str, Absence]]

    def directory(self) -> Directory:
        """A directory of this team alone; whoever is not in it is unknown there."""
        found = Directory(load_territory())
        for one in self.contacts:
            found.apply(one)
        for key, away in self.absences:
            found.declare(key, away)
        return found


async def team_of(connection: AsyncConnection, me: Row[Any], now: datetime) -> Team:
    """The team of a contact: whoever counts today or later, and the absences that end today or later.

    Where many bodies make one service: the contact, its substitute, and those whose substitute it is.
    """
    day = today(now)
    query = (
        select(contact)
        .where(contact.c.service == me.service, contact.c.cdas.is_not_distinct_from(me.cdas))
        .where((contact.c.valid_to.is_(None)) | (contact.c.valid_to >= day))
        .order_by(contact.c.label, contact.c.ref)
    )
    if me.service in _NO_TEAM:
        query = query.where(or_(contact.c.ref.in_([me.ref, me.deputy]), contact.c.deputy == me.ref))
    contacts = [_contact(row) for row in await connection.execute(query)]
    return Team(contacts, await absences_of(connection, [one.contact for one in contacts], day))


def manages(me: Row[Any], other: Contact) -> bool:
    """Whether a contact may speak for another of its team: itself always, a manager for everybody in it."""
    return bool(other.contact == me.ref or me.role == Role.MANAGER)


async def is_declared(connection: AsyncConnection, key: str) -> bool:
    """Whether the ledger holds an absence under this key."""
    return await connection.scalar(select(absence.c.key).where(absence.c.key == key)) is not None


def can_stand_in(other: Contact, day: date) -> bool:
    """Whether a contact may be named as somebody's substitute from a day on."""
    return not other.opted_out and (other.valid_to is None or other.valid_to >= day)


def _contact(row: Row[Any]) -> Contact:
    return contact_from_data({name: getattr(row, "ref" if name == "contact" else name) for name in CONTACT_FIELDS})
