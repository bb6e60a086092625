"""The notice matrix, version by version, who approved each, and what it added to each notice."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

_STATEMENTS: tuple[str, ...] = (
    """
    create table notice_matrix (
        version integer not null,
        rows jsonb not null,
        valid_from date not null,
        in_force_from date,
        constraint notice_matrix_pkey primary key (version)
    )
    """,
    """
    create table notice_matrix_act (
        seq bigint generated always as identity,
        version integer not null,
        at timestamptz not null,
        who text not null,
        what text not null,
        side text,
        constraint notice_matrix_act_pkey primary key (seq),
        constraint notice_matrix_act_version_fkey foreign key (version) references notice_matrix (version),
        constraint notice_matrix_act_what_check check (what in ('PROPOSED', 'APPROVED', 'REFUSED', 'APPLIED')),
        constraint notice_matrix_act_side_check
            check ((side is not null and side in ('CAF', 'CD35')) = (what in ('APPROVED', 'REFUSED')))
    )
    """,
    """
    create unique index notice_matrix_act_approval_idx on notice_matrix_act (version, side)
    where what = 'APPROVED'
    """,
    """
    create table notice_audience (
        event_source text not null,
        event_id text not null,
        notice text not null,
        version integer not null,
        directory_revision bigint not null,
        matrix_version integer not null,
        queued_at timestamptz not null,
        planned_at timestamptz,
        outcome text,
        notice_days integer,
        days_given integer,
        found jsonb,
        added integer,
        constraint notice_audience_pkey primary key (event_source, event_id)
    )
    """,
    "create index notice_audience_waiting_idx on notice_audience (queued_at) where planned_at is null",
    "alter table delivery add column acknowledge_by timestamptz",
)


def upgrade() -> None:
    """Create the tables, and the column that says until when a recipient is asked to acknowledge."""
    for statement in _STATEMENTS:
        op.execute(statement)
