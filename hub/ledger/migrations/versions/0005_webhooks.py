"""Systems that take messages, their keys and what was sent to them."""

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

_STATEMENTS = (
    """
    create table webhook_endpoint (
        id uuid not null,
        contact text not null,
        url text not null,
        state text not null,
        reason text,
        handshakes integer not null default 0,
        next_handshake_at timestamptz,
        created_at timestamptz not null,
        activated_at timestamptz,
        disabled_at timestamptz,
        constraint webhook_endpoint_pkey primary key (id),
        constraint webhook_endpoint_state_check check (state in ('PENDING', 'ACTIVE', 'DISABLED')),
        constraint webhook_endpoint_pending_check check ((state = 'PENDING') = (next_handshake_at is not null))
    )
    """,
    "create unique index webhook_endpoint_contact_idx on webhook_endpoint (contact) where state <> 'DISABLED'",
    "create index webhook_endpoint_pending_idx on webhook_endpoint (next_handshake_at) where state = 'PENDING'",
    """
    create table webhook_key (
        endpoint uuid not null,
        number integer not null,
        master text not null,
        created_at timestamptz not null,
        retires_at timestamptz,
        constraint webhook_key_pkey primary key (endpoint, number),
        constraint webhook_key_endpoint_fkey foreign key (endpoint) references webhook_endpoint (id) on delete cascade
    )
    """,
    """
    create table webhook_action (
        seq bigint generated always as identity,
        at timestamptz not null,
        who text not null,
        what text not null,
        endpoint uuid not null,
        key_number integer,
        reason text not null,
        constraint webhook_action_pkey primary key (seq)
    )
    """,
    "create index webhook_action_endpoint_idx on webhook_action (endpoint)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
