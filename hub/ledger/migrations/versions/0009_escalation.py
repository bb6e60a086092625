"""Escalations with their steps, absences and calendars."""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"

_STATEMENTS: tuple[str, ...] = (
    """
    create table absence (
        key text not null,
        contact text not null,
        first date not null,
        last date not null,
        deputy text,
        revision bigint not null,
        constraint absence_pkey primary key (key)
    )
    """,
    "create index absence_contact_idx on absence (contact, first)",
    """
    create table calendar_entry (
        key text not null,
        data jsonb not null,
        revision bigint not null,
        constraint calendar_entry_pkey primary key (key)
    )
    """,
    # The processors read the directory again from its beginning, for the absences and calendars that were left out.
    # Until they have caught up, no delivery leaves: each waits for the directory that its decision used.
    "update directory_position set revision = 0",
    "alter table delivery add column occasion text not null default ''",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
