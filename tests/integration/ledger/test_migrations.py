"""The migrations make exactly the tables that the code uses, and may run twice at once."""

import asyncio
import json
import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.cli.database import app
from hub.embedded.postgres import EmbeddedPostgres
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import current_revision, newest_revision, upgrade
from hub.ledger.tables import metadata
from hub.settings import Settings

_COMPARE = {"compare_type": True, "compare_server_default": True}


async def test_the_migrated_database_holds_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts=_COMPARE), metadata)
        )
    assert [] == differences


async def test_two_processes_that_migrate_at_once_do_not_meet(postgres: EmbeddedPostgres) -> None:
    settings = Settings(database_url=await postgres.create_database("migrated_at_once"))
    engines = [ledger_engine(settings), ledger_engine(settings)]
    results = await asyncio.gather(*(upgrade(engine) for engine in engines))
    assert newest_revision() == await current_revision(engines[0])
    for engine in engines:
        await engine.dispose()
    await postgres.drop_database("migrated_at_once")
    assert {(None, newest_revision()), (newest_revision(), newest_revision())} == set(results)


def test_the_command_line_says_whether_the_tables_are_up_to_date(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", asyncio.run(postgres.create_database("by_command")))
    before = CliRunner().invoke(app, ["status", "--json"])
    upgraded = CliRunner().invoke(app, ["upgrade", "--json"])
    after = CliRunner().invoke(app, ["status", "--json"])
    asyncio.run(postgres.drop_database("by_command"))

    assert (1, 0, 0) == (before.exit_code, upgraded.exit_code, after.exit_code)
    assert {"before": None, "after": newest_revision(), "changed": True} == json.loads(upgraded.output)
    assert json.loads(after.output)["up_to_date"]
