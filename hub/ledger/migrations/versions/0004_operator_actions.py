"""What operators do to deliveries, and the index by which an event is found where it was published."""

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"

_STATEMENTS = (
    """
    create table operator_action (
        seq bigint generated always as identity,
        at timestamptz not null,
        who text not null,
        what text not null,
        delivery uuid not null,
        state_before text not null,
        redirected_to text,
        new_delivery uuid,
        reason text not null,
        constraint operator_action_pkey primary key (seq)
    )
    """,
    "create index operator_action_delivery_idx on operator_action (delivery)",
    'create index event_origin_idx on event (topic, partition, "offset")',
)


def upgrade() -> None:
    """Create the table and the indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
