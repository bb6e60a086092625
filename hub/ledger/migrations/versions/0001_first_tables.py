"""The ledger's first tables."""

from alembic import op

revision: str = "0001"
down_revision: str | None = None

_STATEMENTS = (
    """
    create table accepted_event (
        source text not null,
        id text not null,
        body_sha256 bytea not null,
        type text not null,
        subject text not null,
        kind text not null,
        institution text not null,
        topic text not null,
        accepted_at timestamptz not null,
        constraint accepted_event_pkey primary key (source, id)
    )
    """,
    """
    create table contact (
        ref text not null,
        institution text not null,
        service text not null,
        role text not null,
        cdas text,
        communes text[] default '{}' not null,
        epci text[] default '{}' not null,
        actor_kind text,
        label text not null,
        email text,
        phone text,
        webhook text,
        deputy text,
        valid_from date not null,
        valid_to date,
        opted_out boolean not null,
        revision bigint not null,
        updated_at timestamptz not null,
        constraint contact_pkey primary key (ref)
    )
    """,
    """
    create table delivery (
        id uuid not null,
        event_source text not null,
        event_id text not null,
        notice text,
        version integer,
        contact text not null,
        service text not null,
        role text not null,
        cdas text,
        rules text[] default '{}' not null,
        medium text not null,
        lane text not null,
        state text not null,
        attempt integer default 0 not null,
        due_at timestamptz not null,
        claimed_by text,
        claimed_until timestamptz,
        first_attempt_at timestamptz,
        accepted_at timestamptz,
        ended_at timestamptz,
        reason text,
        superseded boolean default false not null,
        directory_revision bigint not null,
        created_at timestamptz not null,
        constraint delivery_pkey primary key (id),
        constraint delivery_lane_check check (lane in ('standard', 'urgent'))
    )
    """,
    "create index delivery_due_idx on delivery (lane, due_at) where state in ('SCHEDULED', 'RETRYING')",
    "create index delivery_event_idx on delivery (event_source, event_id)",
    "create index delivery_lease_idx on delivery (claimed_until) where state = 'SENDING'",
    "create index delivery_notice_idx on delivery (notice)",
    """
    create table directory_position (
        topic text not null,
        revision bigint not null,
        updated_at timestamptz not null,
        constraint directory_position_pkey primary key (topic)
    )
    """,
    """
    create table event (
        source text not null,
        id text not null,
        type text not null,
        kind text not null,
        subject text not null,
        correlationid text not null,
        causationid text,
        confidentiality text not null,
        time timestamptz not null,
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        received_at timestamptz not null,
        value_sha256 bytea not null,
        outcome text,
        decision jsonb,
        directory_revision bigint not null,
        calendar_revision bigint not null,
        rules_version text not null,
        decided_at timestamptz not null,
        recorded_at timestamptz not null,
        constraint event_pkey primary key (source, id)
    )
    """,
    "create index event_id_idx on event (id)",
    "create index event_subject_idx on event (subject)",
    """
    create table id_conflict (
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        source text not null,
        id text not null,
        value_sha256 bytea not null,
        found_at timestamptz not null,
        constraint id_conflict_pkey primary key (topic, partition, "offset")
    )
    """,
    "create index id_conflict_event_idx on id_conflict (source, id)",
    """
    create table notice_version (
        notice text not null,
        version integer not null,
        source text not null,
        event_id text not null,
        status text not null,
        issuer text not null,
        nature text not null,
        code text not null,
        impacts text[] default '{}' not null,
        significant boolean not null,
        title text not null,
        summary text not null,
        benefits text[] default '{}' not null,
        published_on date not null,
        effective_on date not null,
        communes text[] default '{}' not null,
        epci text[] default '{}' not null,
        warnings text[] default '{}' not null,
        constraint notice_version_pkey primary key (notice, version)
    )
    """,
    """
    create table notice_withdrawal (
        notice text not null,
        version integer not null,
        source text not null,
        event_id text not null,
        reason text not null,
        replaced_by text,
        withdrawn_at timestamptz not null,
        constraint notice_withdrawal_pkey primary key (notice, version)
    )
    """,
    """
    create table reject (
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        reason text not null,
        field text,
        source text,
        event_id text,
        type text,
        rejected_at timestamptz not null,
        constraint reject_pkey primary key (topic, partition, "offset")
    )
    """,
    "create index reject_event_idx on reject (event_id)",
    """
    create table status_outbox (
        seq bigint generated always as identity,
        key text not null,
        headers jsonb not null,
        value bytea not null,
        created_at timestamptz not null,
        relayed_at timestamptz,
        constraint status_outbox_pkey primary key (seq)
    )
    """,
    "create index status_outbox_waiting_idx on status_outbox (seq) where relayed_at is null",
    """
    create table delivery_attempt (
        delivery uuid not null,
        attempt integer not null,
        started_at timestamptz not null,
        ended_at timestamptz,
        result text,
        reason text,
        detail text,
        dispatcher text not null,
        constraint delivery_attempt_pkey primary key (delivery, attempt),
        constraint delivery_attempt_delivery_fkey foreign key(delivery) references delivery (id) on delete cascade
    )
    """,
)


def upgrade() -> None:
    """Create every table and index."""
    for statement in _STATEMENTS:
        op.execute(statement)
