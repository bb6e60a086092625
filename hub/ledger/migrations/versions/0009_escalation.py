"""Escalations with their steps, absences and calendars."""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
