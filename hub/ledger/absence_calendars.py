"""Calendars from which absences are read: added and removed by operators, claimed and followed by the connectors.

Every function works inside the transaction of the connection that it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.directory.absence_calendar import (
    CalendarFault,
    CalendarReads,
    CalendarStanding,
    Changes,
    Days,
    Declared,
)
from hub.errors import HubError
from hub.ledger.tables import absence, absence_calendar, absence_calendar_entry, contact

STALE_AFTER: Final = timedelta(days=1)
"""A calendar that was not read for so long is told to operators."""


class CalendarRefused(HubError):
    """What was asked for a calendar cannot be done; nothing was changed."""


@dataclass(frozen=True, slots=True)
class AbsenceCalendar:
    """One calendar of one contact; its address is sealed, and not in `repr`. `declared`: its days in the directory."""

    id: UUID
    contact: str
    reads: CalendarReads
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None
    read_at: datetime | None
    next_read_at: datetime | None
    fault: CalendarFault | None
    failures: int
    unreadable: int
    generation: int
    address: str | None = field(repr=False)
    etag: str | None = field(repr=False)
    modified: str | None = field(repr=False)
    declared: tuple[Declared, ...] = ()

    def standing(self, now: datetime) -> CalendarStanding:
        """How well it is followed."""
        if now - (self.read_at or self.added_at) > STALE_AFTER:
            return CalendarStanding.STALE
        return CalendarStanding.CURRENT if self.fault is None else CalendarStanding.FAILING


@dataclass(frozen=True, slots=True)
class Read:
    """What an attempt came to: `fault` None for success; `etag` and `modified` as the server gave them."""

    at: datetime
    next_at: datetime | None
    fault: CalendarFault | None = None
    unreadable: int | None = None
    etag: str | None = field(default=None, repr=False)
    modified: str | None = field(default=None, repr=False)


async def add_calendar(
    connection: AsyncConnection, of: UUID, ref: str, reads: CalendarReads, sealed: str, who: str, now: datetime
) -> None:
    """Add the calendar of a contact. Raises CalendarRefused for one that is unknown, or has one."""
    if await connection.scalar(select(contact.c.ref).where(contact.c.ref == ref)) is None:
        msg = f"The directory has no contact {ref}."
        raise CalendarRefused(msg, "`hub directory show` lists the contacts.")
    row = {"id": of, "contact": ref, "address": sealed, "reads": reads.value, "added_by": who, "added_at": now}
    statement = insert(absence_calendar).values(row | {"next_read_at": now}).on_conflict_do_nothing()
    if (await connection.execute(statement.returning(absence_calendar.c.id))).first() is None:
        msg = f"{ref} has a calendar already."
        raise CalendarRefused(msg, "`hub absences calendars remove` it first.")


async def remove_calendar(connection: AsyncConnection, of: UUID, who: str, now: datetime) -> bool:
    """Forget the address at once, and have the declarations withdrawn; False when that was done before.

    Raises CalendarRefused for an id that is unknown.
    """
    if await connection.scalar(select(absence_calendar.c.id).where(absence_calendar.c.id == of)) is None:
        msg = f"There is no calendar {of}."
        raise CalendarRefused(msg, "`hub absences calendars list` shows the ids.")
    changed = await connection.execute(
        update(absence_calendar)
        .where(absence_calendar.c.id == of, absence_calendar.c.removed_at.is_(None))
        .values(address=None, etag=None, modified=None, removed_by=who, removed_at=now, next_read_at=now)
        .returning(absence_calendar.c.id)
    )
    return changed.first() is not None


async def list_calendars(
    connection: AsyncConnection, of: UUID | None = None, *, removed: bool = False
) -> list[AbsenceCalendar]:
    """The calendars by contact, or one; with `removed` also those that were."""
    query = select(absence_calendar).order_by(absence_calendar.c.contact, absence_calendar.c.added_at)
    if not removed:
        query = query.where(absence_calendar.c.removed_at.is_(None))
    if of is not None:
        query = query.where(absence_calendar.c.id == of)
    rows = (await connection.execute(query)).all()
    return [_calendar(row, await _entries(connection, row.id)) for row in rows]


async def claim_calendar(connection: AsyncConnection, now: datetime, lease: timedelta) -> AbsenceCalendar | None:
    """Take the calendar that is due longest; nobody else takes it before the lease is over. None: nothing is due."""
    due = (
        select(absence_calendar.c.id)
        .where(
            absence_calendar.c.next_read_at <= now,
            or_(absence_calendar.c.claimed_until.is_(None), absence_calendar.c.claimed_until <= now),
        )
        .order_by(absence_calendar.c.next_read_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = update(absence_calendar).where(absence_calendar.c.id == due.scalar_subquery())
    found = await connection.execute(taken.values(claimed_until=now + lease).returning(absence_calendar))
    row = found.first()
    return None if row is None else _calendar(row, await _entries(connection, row.id))


async def held_keys(connection: AsyncConnection, declared: Sequence[Declared]) -> frozenset[str]:
    """Those of these declarations that the directory holds."""
    keys = [one.key for one in declared]
    return frozenset((await connection.execute(select(absence.c.key).where(absence.c.key.in_(keys)))).scalars())


async def institution_of(connection: AsyncConnection, ref: str) -> str | None:
    """The institution of a contact; None when the directory does not know it."""
    found: str | None = await connection.scalar(select(contact.c.institution).where(contact.c.ref == ref))
    return found


async def record_read(
    connection: AsyncConnection,
    of: AbsenceCalendar,
    read: Read,
    made: Changes | None = None,
    new: Sequence[tuple[Days, str]] = (),
    held: frozenset[str] = frozenset(),
) -> None:
    """Write down what came of an attempt, once everything was published; `new` are days with their keys.

    A calendar that was removed meanwhile stays due, so that what is written here is withdrawn.
    """
    entries = absence_calendar_entry
    if made is not None:
        gone = [one.key for one in (*made.withdraw, *made.forget)]
        await connection.execute(delete(entries).where(entries.c.calendar == of.id, entries.c.key.in_(gone)))
        ended = [one.key for one in made.ended]
        mine = update(entries).where(entries.c.calendar == of.id)
        await connection.execute(mine.where(entries.c.key.in_(ended)).values(ended=True))
    if held:
        seen = update(entries).where(entries.c.calendar == of.id, entries.c.key.in_(held))
        await connection.execute(seen.values(seen=True))
    if new:
        rows = [{"calendar": of.id, "key": key, "first": days.first, "last": days.last} for days, key in new]
        await connection.execute(insert(entries).on_conflict_do_nothing(), rows)
    same = absence_calendar.c.removed_at.is_not_distinct_from(of.removed_at)
    values: dict[str, Any] = {"claimed_until": None, "fault": None if read.fault is None else read.fault.value}
    if made is not None and made.withdraw:
        values["generation"] = absence_calendar.c.generation + 1
    values["failures"] = 0 if read.fault is None else absence_calendar.c.failures + 1
    if read.fault is None:
        values["read_at"] = read.at
    if read.unreadable is not None:
        values |= {"unreadable": read.unreadable, "etag": read.etag, "modified": read.modified}
    this = update(absence_calendar).where(absence_calendar.c.id == of.id)
    await connection.execute(this.where(same).values(values | {"next_read_at": read.next_at}))
    await connection.execute(this.where(~same).values(claimed_until=None, next_read_at=read.at))


async def count_calendars(connection: AsyncConnection, now: datetime) -> dict[CalendarStanding, int]:
    """How many calendars are followed how well."""
    since = func.coalesce(absence_calendar.c.read_at, absence_calendar.c.added_at)
    old, bad = since < now - STALE_AFTER, absence_calendar.c.fault.is_not(None)
    counted = select(
        func.count().filter(and_(~old, ~bad)), func.count().filter(and_(~old, bad)), func.count().filter(old)
    ).where(absence_calendar.c.removed_at.is_(None))
    row = (await connection.execute(counted)).one()
    return dict(zip(CalendarStanding, row, strict=True))


async def _entries(connection: AsyncConnection, of: UUID) -> tuple[Declared, ...]:
    entries = absence_calendar_entry
    rows = await connection.execute(select(entries).where(entries.c.calendar == of).order_by(entries.c.first))
    return tuple(Declared(Days(row.first, row.last), row.key, row.seen, row.ended) for row in rows)


def _calendar(row: Row[Any], declared: tuple[Declared, ...]) -> AbsenceCalendar:
    fields = {name: getattr(row, name) for name in AbsenceCalendar.__dataclass_fields__ if name != "declared"}
    fault = None if row.fault is None else CalendarFault(row.fault)
    return AbsenceCalendar(**fields | {"reads": CalendarReads(row.reads), "fault": fault, "declared": declared})
