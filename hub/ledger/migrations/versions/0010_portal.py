"""Links that contact persons asked for, and their sessions."""

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"

_STATEMENTS: tuple[str, ...] = (
    """
    create table portal_sign_in (
        id uuid not null,
        address text not null,
        client text not null,
        asked_at timestamptz not null,
        expires_at timestamptz not null,
        due_at timestamptz not null,
        attempt integer not null default 0,
        result text,
        used_at timestamptz,
        constraint portal_sign_in_pkey primary key (id)
    )
    """,
    "create index portal_sign_in_due_idx on portal_sign_in (due_at) where result is null",
    "create index portal_sign_in_address_idx on portal_sign_in (address, asked_at)",
    "create index portal_sign_in_client_idx on portal_sign_in (client, asked_at)",
    """
    create table portal_session (
        token_hash bytea not null,
        address text not null,
        contact text,
        opened_at timestamptz not null,
        idle_until timestamptz not null,
        expires_at timestamptz not null,
        constraint portal_session_pkey primary key (token_hash)
    )
    """,
    "create index portal_session_address_idx on portal_session (address)",
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
