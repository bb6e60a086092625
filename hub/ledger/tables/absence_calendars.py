"""Calendars from which absences are read, and what was declared for them. Nothing of what they say beside days."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import UUID

from hub.ledger.tables.parts import metadata, string, time

# `address`: sealed (hub/wire/sealing.py), null once it is removed. `reads`: CalendarReads. `fault`: CalendarFault of
# the latest attempt, null when it succeeded. `failures`: attempts that failed in a row. `unreadable`: events of the
# latest answer that were left out. `etag`, `modified`: of that answer. `generation`: grows whenever a declaration is
# withdrawn, so that no id is used twice.
absence_calendar = Table(
    "absence_calendar",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    string("contact"),
    string("address", null=True),
    string("reads"),
    string("added_by"),
    time("added_at"),
    string("removed_by", null=True),
    time("removed_at", null=True),
    time("next_read_at", null=True),
    time("claimed_until", null=True),
    time("read_at", null=True),
    string("fault", null=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("unreadable", Integer, nullable=False, server_default=text("0")),
    string("etag", null=True),
    string("modified", null=True),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("reads in ('MARKED', 'ALL_DAY')", name="reads"),
    CheckConstraint("(address is null) = (removed_at is not null)", name="removed"),
    Index("absence_calendar_contact_idx", "contact", unique=True, postgresql_where=text("removed_at is null")),
    Index("absence_calendar_due_idx", "next_read_at"),
)

# What was declared for a calendar, by its key in the directory.
absence_calendar_entry = Table(
    "absence_calendar_entry",
    metadata,
    Column("calendar", UUID(as_uuid=True), ForeignKey("absence_calendar.id", ondelete="CASCADE"), primary_key=True),
    string("key", key=True),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("seen", Boolean, nullable=False, server_default=text("false")),
    Column("ended", Boolean, nullable=False, server_default=text("false")),
)
