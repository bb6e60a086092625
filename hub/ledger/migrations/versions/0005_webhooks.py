"""Systems that take messages, their keys and what was sent to them."""

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
