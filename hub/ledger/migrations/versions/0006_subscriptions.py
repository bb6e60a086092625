"""What contacts chose to receive, how, and when."""

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

_STATEMENTS = (
    """
    create table subscription (
        contact text not null,
        number smallint not null,
        basis text not null,
        media text[] not null default '{}',
        pace text not null,
        hour smallint,
        weekday smallint,
        kind text,
        codes text[] not null default '{}',
        benefits text[] not null default '{}',
        communes text[] not null default '{}',
        epci text[] not null default '{}',
        urgency text,
        changed_at timestamptz not null,
        changed_by text not null,
        constraint subscription_pkey primary key (contact, number),
        constraint subscription_basis_check check (basis in ('DUTY', 'CHOICE')),
        constraint subscription_duty_check check (basis = 'CHOICE' or cardinality(media) > 0),
        constraint subscription_rhythm_check
            check ((pace = 'AT_ONCE') = (hour is null) and (pace = 'WEEKLY') = (weekday is not null)),
        constraint subscription_time_check check (hour between 0 and 23 and weekday between 1 and 7)
    )
    """,
    "alter table delivery add column duty boolean not null default true, add column digest text",
    "alter table delivery drop constraint delivery_lane_check",
    """
    alter table delivery
        add constraint delivery_lane_check check (lane in ('standard', 'urgent', 'digest', 'pull')),
        add constraint delivery_digest_check check ((lane = 'digest') = (digest is not null))
    """,
    """
    create index delivery_digest_idx on delivery (contact, due_at)
    where lane = 'digest' and state in ('SCHEDULED', 'RETRYING')
    """,
)


def upgrade() -> None:
    """Create the table, and what a delivery says of it."""
    for statement in _STATEMENTS:
        op.execute(statement)
