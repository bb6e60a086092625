"""Sessions of contact persons."""

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
