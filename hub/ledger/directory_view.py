"""The directory as the ledger holds it, in the terms of the domain: contacts, absences, and the hours of services."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.entries import Entry, Opening, entry_from_data
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import CONTACT_FIELDS, Contact, Directory
from hub.domain.directory.territory import Territory
from hub.domain.vocabulary import Service
from hub.ledger.contacts import directory_revision
from hub.ledger.tables import absence, calendar_entry, contact

_TOPIC: Final = "hub.directory"


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """Contacts and absences at a revision, and the calendar entries of services with their CDAS or site."""

    revision: int
    directory: Directory
    entries: tuple[tuple[str | None, str | None, Entry], ...]

    def hours(self, service: str, cdas: str | None, usual: tuple[Opening, ...], caf_site: str) -> OfficeHours:
        """The office hours of a service: of its CDAS's calendar, or of the site that stands for the CAF's services."""
        if service == Service.CDAS:
            own = tuple(e for of, _, e in self.entries if e.scope == "CDAS" and of in (None, cdas))
        else:
            own = tuple(e for _, site, e in self.entries if e.scope == "CAF_SITE" and caf_site and site == caf_site)
        return OfficeHours(usual, own)


class DirectoryViews:
    """Reads the directory when it has changed, and keeps it until it changes again. Used by one task."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._kept: DirectoryView | None = None

    async def read(self, connection: AsyncConnection) -> DirectoryView:
        """The directory as it stands in the ledger."""
        revision = await directory_revision(connection, _TOPIC)
        if self._kept is None or self._kept.revision != revision or not revision:
            self._kept = await _read(connection, self._territory, revision)
        return self._kept


async def _read(connection: AsyncConnection, territory: Territory, revision: int) -> DirectoryView:
    directory = Directory(territory)
    for row in (await connection.execute(select(contact))).mappings():
        fields = {name: row["ref" if name == "contact" else name] for name in CONTACT_FIELDS}
        directory.apply(Contact(**fields | {"communes": tuple(row["communes"]), "epci": tuple(row["epci"])}))
    for away in await connection.execute(select(absence)):
        directory.declare(away.key, Absence(away.contact, away.first, away.last, away.deputy))
    rows = await connection.execute(select(calendar_entry.c.data))
    return DirectoryView(revision, directory, tuple(map(_entry, rows.scalars())))


def _entry(data: dict[str, Any]) -> tuple[str | None, str | None, Entry]:
    days = {name: date.fromisoformat(data[name]) for name in ("from", "to")}
    return data["cdas"], data["site"], entry_from_data(data | days)
