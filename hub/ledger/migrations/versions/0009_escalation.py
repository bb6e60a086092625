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
    """
    create table escalation (
        id uuid not null,
        event_source text not null,
        event_id text not null,
        subject text not null,
        purpose text not null,
        nature text not null,
        state text not null,
        outcome text,
        directory_revision bigint not null,
        restarts integer not null default 0,
        created_at timestamptz not null,
        started_at timestamptz,
        ended_at timestamptz,
        constraint escalation_pkey primary key (id),
        constraint escalation_event_key unique (event_source, event_id, purpose),
        constraint escalation_state_check check (state in ('OPEN', 'RUNNING', 'EXHAUSTED', 'ENDED'))
    )
    """,
    "create index escalation_open_idx on escalation (created_at) where state <> 'ENDED'",
    "create index escalation_subject_idx on escalation (subject)",
    """
    create table escalation_step (
        escalation uuid not null,
        number integer not null,
        rank text not null,
        contacts text[] not null default '{}',
        due_at timestamptz not null,
        reason text not null,
        state text not null,
        asked text[] not null default '{}',
        done_at timestamptz,
        late boolean not null default false,
        constraint escalation_step_pkey primary key (escalation, number),
        constraint escalation_step_state_check check (state in ('WAITING', 'DONE', 'EMPTY', 'CANCELLED')),
        constraint escalation_step_escalation_fkey foreign key(escalation) references escalation (id)
            on delete cascade
    )
    """,
    "create index escalation_step_due_idx on escalation_step (due_at) where state = 'WAITING'",
    """
    create table notice_reminder (
        seq bigint generated always as identity,
        delivery uuid not null,
        number integer not null,
        asked text[] not null default '{}',
        at timestamptz not null,
        constraint notice_reminder_pkey primary key (seq),
        constraint notice_reminder_delivery_key unique (delivery, number),
        constraint notice_reminder_delivery_fkey foreign key(delivery) references delivery (id) on delete cascade
    )
    """,
    """
    create index delivery_acknowledge_idx on delivery (acknowledge_by)
    where acknowledge_by is not null and occasion = ''
    """,
    "create index event_urgencies_idx on event (recorded_at) where kind = 'urgencies'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
