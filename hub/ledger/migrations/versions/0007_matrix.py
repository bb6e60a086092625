"""The notice matrix, version by version, and who approved each."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
