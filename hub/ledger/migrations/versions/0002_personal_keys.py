"""Keys of the personal block: of the receiving services, of the situations, and what was done to them."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

_STATEMENTS = (
    """
    create table service_key (
        kid text not null,
        receiver text not null,
        public_jwk jsonb not null,
        created_at timestamptz not null,
        retired_at timestamptz,
        destroyed_at timestamptz,
        constraint service_key_pkey primary key (kid)
    )
    """,
    """
    create unique index service_key_current_idx on service_key (receiver)
    where retired_at is null and destroyed_at is null
    """,
    """
    create table situation_key (
        kid text not null,
        situation text not null,
        receiver text not null,
        service_kid text not null,
        public_jwk jsonb,
        wrapped text,
        created_at timestamptz not null,
        destroyed_at timestamptz,
        constraint situation_key_pkey primary key (kid),
        constraint situation_key_service_kid_fkey foreign key(service_kid) references service_key (kid),
        constraint situation_key_destroyed_check check ((wrapped is null) = (destroyed_at is not null))
    )
    """,
    "create unique index situation_key_live_idx on situation_key (situation, receiver) where destroyed_at is null",
    "create index situation_key_service_idx on situation_key (service_kid)",
    """
    create table situation_erased (
        situation text not null,
        erased_at timestamptz not null,
        reason text not null,
        constraint situation_erased_pkey primary key (situation)
    )
    """,
    """
    create table key_audit (
        seq bigint generated always as identity,
        at timestamptz not null,
        who text not null,
        what text not null,
        receiver text,
        situation text,
        kid text,
        reason text not null,
        constraint key_audit_pkey primary key (seq)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
