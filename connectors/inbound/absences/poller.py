"""Follows the calendars of absences: claims what is due, fetches, reads, publishes what changed, writes it down.

A calendar that cannot be read changes nothing: what it said before stands, until it can be read or is removed. Between
Kafka's acknowledgement and the ledger a poller may die; the next attempt publishes the same ids again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from connectors.inbound.absences.fetching import Fetched, Fetcher
from connectors.inbound.absences.lines import NotACalendar
from connectors.inbound.absences.publishing import Producer, declaration, event_id, key_of, publish
from connectors.inbound.absences.reading import Reading, read_calendar
from connectors.inbound.absences.recurrence import TooComplex
from hub import metrics
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence import Absence
from hub.domain.directory.absence_calendar import CalendarFault, Changes, Days, changes, everything_withdrawn
from hub.domain.directory.absence_check import outlook
from hub.domain.vocabulary import Institution
from hub.ledger.absence_calendars import (
    AbsenceCalendar,
    Read,
    claim_calendar,
    count_calendars,
    held_keys,
    institution_of,
    record_read,
)
from hub.ledger.directory_view import DirectoryViews
from hub.wire.schemas import Catalogue
from hub.wire.sealing import SealingKeys

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=5)
"""How long a claimed calendar is left to its poller; fetching, reading and publishing are over long before."""

_AT_ONCE: Final = 8
_RAREST: Final = timedelta(hours=2)  # between attempts, however often it failed
_NO_CHANGE: Final = Changes((), (), (), ())


@dataclass(frozen=True, slots=True)
class Poller:
    """What following calendars needs. `every`: between two readings of one; `views` is used by one task at a time."""

    engine: AsyncEngine
    catalogue: Catalogue
    producer: Producer
    fetcher: Fetcher
    keys: SealingKeys
    views: DirectoryViews
    clock: Callable[[], datetime]
    every: timedelta

    async def turn(self) -> int:
        """Read what is due, some at once; how many these were. Raises what Kafka and PostgreSQL raise."""
        async with self.engine.begin() as connection:
            now = self.clock()
            claimed: list[AbsenceCalendar] = []
            while len(claimed) < _AT_ONCE and (one := await claim_calendar(connection, now, LEASE)) is not None:
                claimed.append(one)
        done = await asyncio.gather(*map(self._follow, claimed), return_exceptions=True)
        for failure in done:
            if isinstance(failure, BaseException):
                raise failure
        async with self.engine.connect() as connection:
            for standing, count in (await count_calendars(connection, self.clock())).items():
                metrics.CALENDARS.labels(standing.value).set(count)
        return len(claimed)

    async def _follow(self, calendar: AbsenceCalendar) -> None:
        async with self.engine.connect() as connection:
            institution = await institution_of(connection, calendar.contact)
            held = await held_keys(connection, calendar.declared)
        if calendar.removed_at is not None:
            made = _NO_CHANGE if institution is None else everything_withdrawn(calendar.declared)
            await self._apply(calendar, made, Read(self.clock(), None), institution, held)
            return
        if institution is None:
            await self._failed(calendar, CalendarFault.CONTACT_UNKNOWN)
            return
        found = await self._fetched(calendar)
        if isinstance(found, CalendarFault):
            await self._failed(calendar, found)
        elif found.body is None:
            metrics.CALENDAR_READS.labels("unchanged").inc()
            async with self.engine.begin() as connection:
                await record_read(connection, calendar, self._read(), held=held)
        else:
            reading = await self._reading(calendar, found.body)
            if isinstance(reading, CalendarFault):
                await self._failed(calendar, reading)
                return
            made = changes(reading.days, calendar.declared, held, self._today())
            read = self._read(reading.unreadable, found)
            await self._apply(calendar, made, read, institution, held)
            metrics.CALENDAR_READS.labels("changed" if made.declare or made.withdraw else "same").inc()

    async def _fetched(self, calendar: AbsenceCalendar) -> Fetched | CalendarFault:
        address = None if calendar.address is None else self.keys.open(calendar.address, str(calendar.id))
        if address is None:
            return CalendarFault.KEY_MISSING
        # A new day moves the window: what repeats is then read again, whether it changed or not.
        today = calendar.read_at is not None and calendar.read_at.astimezone(paris()).date() == self._today()
        same = today and calendar.fault is None
        return await self.fetcher.fetch(address, calendar.etag if same else None, calendar.modified if same else None)

    async def _reading(self, calendar: AbsenceCalendar, body: bytes) -> Reading | CalendarFault:
        try:
            return await asyncio.to_thread(read_calendar, body, calendar.reads, self._today())
        except NotACalendar:
            return CalendarFault.NOT_A_CALENDAR
        except TooComplex:
            return CalendarFault.TOO_COMPLEX

    async def _apply(
        self, calendar: AbsenceCalendar, made: Changes, read: Read, institution: str | None, held: frozenset[str]
    ) -> None:
        """Publish, then write down."""
        new = [(days, event_id(calendar.id, calendar.generation, days)) for days in made.declare]
        if institution is not None:
            of, now = Institution(institution), self.clock()
            events = [declaration(self.catalogue, calendar.contact, of, *one, now) for one in new]
            await publish(self.producer, of, events, [one.key for one in made.withdraw])
        keys = [(days, key_of(calendar.contact, identifier)) for days, identifier in new]
        async with self.engine.begin() as connection:
            if new:
                await self._tell_findings(connection, calendar, [days for days, _ in new])
            await record_read(connection, calendar, read, made, keys, held)
        if made.declare or made.withdraw:
            log.info(
                "absence_calendar_read",
                calendar=str(calendar.id),
                declared=len(made.declare),
                withdrawn=len(made.withdraw),
            )

    async def _tell_findings(self, connection: AsyncConnection, calendar: AbsenceCalendar, new: list[Days]) -> None:
        """Say what the new absences bring with them; they are declared all the same: they are facts."""
        directory = (await self.views.read(connection)).directory
        if directory.get(calendar.contact) is None:
            return
        for days in new:
            found = outlook(directory, Absence(calendar.contact, days.first, days.last))
            kinds = {finding.kind.value for finding in found.findings}
            kinds |= {name for name, there in (("UNCOVERED", found.uncovered), ("NOBODY", found.nobody)) if there}
            for kind in sorted(kinds):
                metrics.CALENDAR_FINDINGS.labels(kind).inc()
            if kinds:
                log.warning(
                    "absence_does_not_hold", calendar=str(calendar.id), first=str(days.first), kinds=sorted(kinds)
                )

    async def _failed(self, calendar: AbsenceCalendar, fault: CalendarFault) -> None:
        metrics.CALENDAR_READS.labels(fault.value).inc()
        log.warning("absence_calendar_not_read", calendar=str(calendar.id), fault=fault.value)
        wait = min(max(_RAREST, self.every), self.every * 2 ** min(calendar.failures, 16))
        now = self.clock()
        async with self.engine.begin() as connection:
            await record_read(connection, calendar, Read(now, now + wait, fault))

    def _read(self, unreadable: int | None = None, found: Fetched | None = None) -> Read:
        now = self.clock()
        etag, modified = (None, None) if found is None else (found.etag, found.modified)
        return Read(now, now + self.every, None, unreadable, etag, modified)

    def _today(self) -> date:
        return self.clock().astimezone(paris()).date()
