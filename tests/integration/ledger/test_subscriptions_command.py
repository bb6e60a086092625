"""`hub subscriptions` on the real PostgreSQL: what it shows, keeps, refuses and previews."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from hub.cli.subscriptions import app
from hub.errors import HubError
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.ledger.tables import contact
from hub.settings import Settings
from tests.empty_ledger import empty_ledger
from tests.integration.ledger.test_choices import CONTACT

ROWS = (
    {"basis": "DUTY", "media": ["MAIL", "PORTAL"], "pace": "DAILY", "hour": 8, "kind": "notices"},
    {"basis": "CHOICE", "media": ["MAIL"], "pace": "WEEKLY", "hour": 17, "weekday": 5, "codes": ["L4"]},
)


@pytest.fixture(autouse=True)
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands a ledger with one contact."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)

    async def fill() -> None:
        engine = ledger_engine(Settings(database_url=database))
        await upgrade(engine)
        async with engine.begin() as connection:
            await empty_ledger(connection)
            await connection.execute(insert(contact).values(ref="cdas-1", **CONTACT))
        await engine.dispose()

    asyncio.run(fill())


def hub(*arguments: str | Path, stdin: str | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, list(map(str, arguments)), input=stdin)


def lines(*rows: dict[str, object]) -> str:
    """Rows as a file holds them."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_contact_without_choices_reads_its_duty_with_rules_and_how_it_goes() -> None:
    shown = hub("show", "cdas-1").stdout
    assert "prévu par la convention\tR27\tLes changements" in shown
    assert "par quel canal\tPar courriel, dès la publication" in shown
    assert "" == hub("show", "cdas-1", "--json").stdout


def test_what_is_shown_as_json_can_be_set_again(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(lines(*ROWS), encoding="utf-8")
    assert "cdas-1\t2 choix gardés\n" == hub("set", "cdas-1", file).stdout

    kept = hub("show", "cdas-1", "--json").stdout
    assert list(ROWS) == [json.loads(line) for line in kept.splitlines()]
    assert 0 == hub("set", "cdas-1", "-", stdin=kept).exit_code
    assert kept == hub("show", "cdas-1", "--json").stdout
    shown = hub("show", "cdas-1").stdout
    assert "demandé en plus\t–\tLes informations préalables, L4 (revalorisation annuelle)\u00a0: " in shown
    assert "par courriel une fois par jour à 8\u00a0h, et sur le portail." in shown


def test_a_duty_cannot_be_switched_off_and_nothing_changes() -> None:
    hub("set", "cdas-1", "-", stdin=lines(*ROWS))
    refused = hub("set", "cdas-1", "-", stdin=lines(ROWS[1], {"basis": "DUTY", "media": []}))
    assert isinstance(refused.exception, HubError)
    assert "2\tmedia\tDUTY_NEEDS_A_MEDIUM\tCe que la convention prévoit" in refused.exception.message
    assert 2 == refused.exception.exit_code
    assert 2 == len(hub("show", "cdas-1", "--json").stdout.splitlines())


@pytest.mark.parametrize("stdin", ["nonsense", "[1]\n", '"a"\n'])
def test_what_is_no_file_of_choices_is_refused(stdin: str) -> None:
    refused = hub("set", "cdas-1", "-", stdin=stdin)
    assert isinstance(refused.exception, HubError)
    assert "no rows of choices" in refused.exception.message


@pytest.mark.parametrize("command", [["show"], ["set", "-"], ["preview"]], ids=["show", "set", "preview"])
def test_a_contact_that_is_not_in_the_directory_is_told(command: list[str]) -> None:
    refused = hub(command[0], "nobody", *command[1:], stdin="")
    assert isinstance(refused.exception, HubError)
    assert "The directory has no contact nobody." == refused.exception.message


def test_a_preview_tries_the_rows_of_a_file_without_keeping_them() -> None:
    told = json.loads(hub("preview", "cdas-1", "-", "--json", stdin=lines(*ROWS)).stdout)
    assert ("cdas-1", 0, 0) == (told["contact"], told["mails"], told["told"])
    assert hub("preview", "cdas-1").stdout.endswith("rien ne vous aurait été envoyé.\n")
    assert "" == hub("show", "cdas-1", "--json").stdout
