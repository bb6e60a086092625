"""`hub absences calendars` on the real PostgreSQL, and the role that follows what it added, on a real Kafka."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.absences import app
from hub.domain.calendar.paris import paris
from hub.health import Health
from hub.processes.connectors import work
from hub.processes.service import Service
from hub.settings import read_settings
from tests.integration.connectors.calendar_desk import SECRET, Office, Server, ics, office
from tests.integration.router.router_desk import Desk

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(paris()).date()


@pytest.fixture
async def here(
    desk: Desk, engine: AsyncEngine, database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """An operator's surroundings: a ledger with a contact, and the server of its calendar."""
    async with office(desk, engine, NOW) as found:
        settings = {"DATABASE_URL": database, "KAFKA_BOOTSTRAP": desk.settings.kafka_bootstrap}
        settings |= {"CALENDAR_KEYS": "k" * 40, "CALENDAR_ALLOWED": f"127.0.0.1:{found.server.port}"}
        for name, value in settings.items():
            monkeypatch.setenv(f"HUB_{name}", value)
        await found.knows("worker")
        found.server.text = ics((TODAY, TODAY + timedelta(4)))
        yield found


async def hub(*arguments: str, told: str = "") -> Result:
    """Call the command as an operator does, with something on standard input."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["calendars", *arguments], input=told)


async def done(*arguments: str, told: str = "") -> dict[str, Any]:
    """What a command that succeeds says in JSON; never the address."""
    result = await hub(*arguments, "--json", told=told)
    assert result.exit_code == 0, (result.output, result.exception)
    assert SECRET not in result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def address(server: Server) -> str:
    """What an operator hands in."""
    return server.address + "\n"


async def test_a_calendar_is_added_followed_by_the_role_checked_and_removed(here: Office, desk: Desk) -> None:
    of = (await done("add", "worker", "--reads", "all_day", "--by", "x", told=address(here.server)))["id"]
    service = Service(read_settings(), Health("connectors"), asyncio.Event())
    role = asyncio.create_task(work(service))
    period = f"{TODAY:%m-%d}/{TODAY + timedelta(4):%m-%d}"
    await desk.eventually(lambda: here.published("worker"), lambda found: found == [period])
    listed = await desk.eventually(lambda: done("list"), lambda row: row["absences"] == 1)
    checked = await done("check", of)
    assert (await done("remove", of))["changed"]
    await desk.eventually(lambda: here.published("worker"), lambda found: found == [period, "deleted"])
    assert service.health.ready
    service.stop.set()
    await role
    assert ("worker", "CURRENT", None, "operator:x") == tuple(
        listed[name] for name in ("contact", "standing", "fault", "added_by")
    )
    assert [{"first": str(TODAY), "last": str(TODAY + timedelta(4))}] == checked["days"]
    assert "REMOVED" == (await done("list", "--removed"))["standing"]


async def test_an_address_that_cannot_be_read_is_refused_with_the_way_out_and_without_the_address(here: Office) -> None:
    here.server.status = 404
    result = await hub("add", "worker", told=address(here.server))
    assert "REFUSED" in str(result.exception)
    assert SECRET not in result.output + repr(result.exception)
    assert "worker" == (await done("add", "worker", "--unchecked", told=address(here.server)))["contact"]
    assert "has a calendar already" in str((await hub("add", "worker", "--unchecked", told="x")).exception)


async def test_without_its_key_an_address_opens_for_nobody(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    of = (await done("add", "worker", told=address(here.server)))["id"]
    monkeypatch.setenv("HUB_CALENDAR_KEYS", "z" * 40)
    assert "HUB_CALENDAR_KEYS lacks the key" in str((await hub("check", of)).exception)
    monkeypatch.delenv("HUB_CALENDAR_KEYS")
    assert "HUB_CALENDAR_KEYS is empty" in str((await hub("add", "worker", "--unchecked", told="x")).exception)
