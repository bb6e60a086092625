"""What contacts chose to receive, how, and when."""

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
