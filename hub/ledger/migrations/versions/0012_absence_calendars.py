"""Calendars from which absences are read."""

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"

_STATEMENTS: tuple[str, ...] = (
    """
    create table absence_calendar (
      id uuid not null,
      contact text not null,
      address text,
      reads text not null,
      added_by text not null,
      added_at timestamptz not null,
      removed_by text,
      removed_at timestamptz,
      next_read_at timestamptz,
      claimed_until timestamptz,
      read_at timestamptz,
      fault text,
      failures integer not null default 0,
      unreadable integer not null default 0,
      etag text,
      modified text,
      generation integer not null default 0,
      constraint absence_calendar_pkey primary key (id),
      constraint absence_calendar_reads_check check (reads in ('MARKED', 'ALL_DAY')),
      constraint absence_calendar_removed_check check ((address is null) = (removed_at is not null))
    )
    """,
    "create unique index absence_calendar_contact_idx on absence_calendar (contact) where removed_at is null",
    "create index absence_calendar_due_idx on absence_calendar (next_read_at)",
    """
    create table absence_calendar_entry (
      calendar uuid not null,
      key text not null,
      first date not null,
      last date not null,
      seen boolean not null default false,
      ended boolean not null default false,
      constraint absence_calendar_entry_pkey primary key (calendar, key),
      constraint absence_calendar_entry_calendar_fkey foreign key (calendar)
        references absence_calendar (id) on delete cascade
    )
    """,
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
