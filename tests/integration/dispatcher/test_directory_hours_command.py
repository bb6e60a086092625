"""`hub directory lint --hours` reads the ledger and says in French, or in JSON, when nobody answers."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from hub.cli.directory import app
from tests.integration.dispatcher.dispatcher_ledger import fresh_ledger, put_contacts

PERIOD = ["--from", "2026-11-27", "--to", "2026-11-30"]


@pytest.fixture
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill() -> None:
        async with fresh_ledger(database) as engine:
            await put_contacts(engine, 1)

    asyncio.run(fill())
    monkeypatch.setenv("HUB_DATABASE_URL", database)


@pytest.mark.usefixtures("ledger")
def test_the_hours_are_ranges_that_people_and_programs_read() -> None:
    people = CliRunner().invoke(app, ["lint", "--hours", *PERIOD])
    programs = CliRunner().invoke(app, ["lint", "--hours", "--json", *PERIOD])
    gaps = [json.loads(line) for line in programs.output.splitlines()]
    referents = next(gap for gap in gaps if gap["service"] == "CAF_REFERENTS")
    assert (1, 1) == (people.exit_code, programs.exit_code)
    assert len(people.output.splitlines()) == len(gaps)
    assert "du vendredi 27/11 à 9\u00a0h au lundi 30/11 à 17\u00a0h (13\u00a0h de travail)" in people.output
    assert ("NOTICES", "NOBODY", 13.0) == tuple(referents[name] for name in ("topic", "reason", "hours"))


def test_a_file_has_no_hours() -> None:
    done = CliRunner().invoke(app, ["lint", "--hours", "--directory", "contacts.csv"])
    assert "calendars" in str(done.exception)
