"""Feeds with a secret address, and the numbers by which a receiver sees a gap."""

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
