"""Bring a database to the schema that this version of the hub needs; the migrations ship with the product."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_LOCK = 3_535_001  # advisory lock: one process migrates at a time, the others wait and find nothing to do


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def newest_revision() -> str:
    """Return the revision that this version of the hub needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the product ships at least one migration"  # noqa: S101 -- a packaging fault
    return head


async def upgrade(engine: AsyncEngine) -> tuple[str | None, str]:
    """Apply what is missing, all or nothing, and return the revisions before and after.

    Safe when several processes start at once. Raises sqlalchemy.exc.SQLAlchemyError or OSError when PostgreSQL is away.
    """
    async with engine.begin() as connection:
        await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    before = MigrationContext.configure(connection).get_current_revision()
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, newest_revision()


async def current_revision(engine: AsyncEngine) -> str | None:
    """Return the revision that the database has; None for a database without any."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
