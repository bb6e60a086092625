"""The weekly letter to the administrators, sent once; and what the alerts' figures are read by."""

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"

_STATEMENTS: tuple[str, ...] = (
    """
    create table weekly_letter (
      week text not null,
      contact text not null,
      sent_at timestamptz,
      claimed_until timestamptz not null,
      constraint weekly_letter_pkey primary key (week, contact)
    )
    """,
    """
    create index delivery_open_urgent_idx on delivery (event_source, event_id)
    where lane = 'urgent' and state not in ('TAKEN_IN_CHARGE', 'CONCLUDED')
    """,
    "create index delivery_retrying_idx on delivery (lane) where state = 'RETRYING'",
    "create index event_received_idx on event using brin (received_at)",
)


def upgrade() -> None:
    """Create the table and the indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
