"""Acknowledgements: when a delivery was shown to somebody, and when somebody took it in charge."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        create table acknowledgement (
            delivery uuid not null,
            kind text not null,
            at timestamptz not null,
            constraint acknowledgement_pkey primary key (delivery, kind),
            constraint acknowledgement_kind_check check (kind in ('SHOWN', 'TAKEN_IN_CHARGE')),
            constraint acknowledgement_delivery_fkey foreign key(delivery) references delivery (id) on delete cascade
        )
        """
    )
