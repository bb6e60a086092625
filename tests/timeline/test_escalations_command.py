"""`hub escalations`: an administrator sees what waits, what was done and what comes next, in French."""

import asyncio
import json
import os

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.cli.escalations import app
from hub.embedded.mail import MailCatcher
from hub.errors import HubError
from tests.timeline.test_escalation import ALL
from tests.timeline.timeline import timeline, urgency


@pytest.fixture(autouse=True)
def settings(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find the ledger, and nothing else of this machine."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)


async def hub(*words: str) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    assert 0 == result.exit_code, result.output
    return result.output.replace("\u202f", " ").replace("\u00a0", " ")


async def test_what_waits_is_listed_and_shown_with_its_next_step_until_it_is_taken(
    engine: AsyncEngine, database: str, mail_catcher: MailCatcher
) -> None:
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00") as line:
        await line.directory(*ALL)
        async with line.dispatching():
            event = await line.publish("2026-03-02 09:30", urgency("worker"))
            await line.until("2026-03-02 09:50")
            listed = await hub("list")
            (row,) = [json.loads(text) for text in (await hub("list", "--json")).splitlines()]
            shown = await hub("show", row["id"])
            told = json.loads(await hub("show", row["id"], "--json"))
            await line.take("2026-03-02 09:55", "colleague", event)
            assert "" == await hub("list", "--json")
            ended = await hub("show", row["id"])
    assert "urgence sociale" in listed
    assert "02/03/2026 10:00:00" in listed
    assert "Prochaine étape : secrétariat (mailbox), le 02/03/2026 10:00:00." in shown
    assert "suppléant\tsollicité\t02/03/2026 09:45:00\tcolleague" in shown
    assert ["DONE", *["WAITING"] * 6] == [step["state"] for step in told["steps"]]
    assert "terminée : prise en charge" in ended
    assert "Prochaine étape" not in ended


async def test_an_id_that_is_none_is_told(engine: AsyncEngine) -> None:
    assert engine is not None
    result = await asyncio.to_thread(CliRunner().invoke, app, ["show", "nonsense"])
    assert isinstance(result.exception, HubError)
    assert "nonsense" in result.exception.message
