"""`hub indicators replay`: the figures of a period from the topics, as `hub indicators show` shows them."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.errors import HubError
from hub.settings import Settings
from tests.integration.replay.comparing_building import HISTORY, Hub
from tests.integration.replay.replay_building import decided_fact

CALL = "cdap_message.received"


def calls(first: int) -> list[tuple[bytes, bytes]]:
    """Those of six hundred records of the history that are CDAP messages."""
    rows = HISTORY.records(first, 600)
    return [(key, value) for key, value in rows if (fact := decided_fact(value)) is not None and fact.type == CALL]


@pytest.fixture
async def hub(settings: Settings, ledger: AsyncEngine) -> Hub:
    """Give a hub that counted 600 records of history, and refused a second event under the id of one of them."""
    made = Hub(settings, ledger)
    await made.publish(0, 600)
    (first, _), (key, value) = calls(0)[0], calls(50_000)[0]
    await made.publish_value(key, value.replace(key + b".0", first + b".0"))
    await made.take_in()
    await made.count()
    return made


def command(hub: Hub, *arguments: str, **variables: str) -> Result:
    found = {
        "HUB_KAFKA_BOOTSTRAP": hub.settings.kafka_bootstrap,
        "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
    }
    return CliRunner().invoke(app, ["indicators", *arguments], env=found | variables)


def figures(told: Result) -> list[dict[str, Any]]:
    assert told.exit_code == 0, (told.exception, told.stderr)
    found: dict[str, Any] = json.loads(told.stdout)
    return found["indicators"]  # type: ignore[no-any-return]  # as the API's schema says


async def test_the_figures_are_those_of_the_live_count(hub: Hub) -> None:
    async def run(*arguments: str, **variables: str) -> Result:
        return await asyncio.to_thread(command, hub, *arguments, **variables)

    period = ("--period", "2025", "--json")
    live, replayed = await run("show", *period), await run("replay", *period)
    assert figures(live) == figures(replayed)
    assert any(one["provided"] for one in figures(replayed))
    assert "601 enregistrements relus, 1 que le registre a refusé." in replayed.stderr

    # The first of the two stands without a ledger too.
    without = await run("replay", *period, "--without-ledger", HUB_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert figures(live) == figures(without)
    away = await run("replay", *period, HUB_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert isinstance(away.exception, HubError)

    one = await run("replay", "--period", "2025", "--indicator", "v1.5")
    assert one.exit_code == 0
    assert {"V1.5"} == {line.split("\t")[1] for line in one.stdout.splitlines() if line.startswith("figure")}
    assert 2 == getattr((await run("replay", "--period", "demain")).exception, "exit_code", None)
