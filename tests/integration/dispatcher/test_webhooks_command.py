"""`hub webhooks` on the real PostgreSQL and before a real system: keys, handshake, trial, audit."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.webhooks import app
from hub.domain.delivery.webhooks import endpoint_id
from hub.errors import HubError
from hub.ledger import tables
from tests.contract.webhook_system import Fault, WebhookSystem, is_signed
from tests.integration.dispatcher.dispatcher_ledger import fresh_ledger, put_contacts, rows


@pytest.fixture
async def system() -> AsyncIterator[WebhookSystem]:
    """A system that sends challenges back."""
    async with WebhookSystem(echoes=True) as ready:
        yield ready


@pytest.fixture
async def ledger(database: str, system: WebhookSystem, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """A ledger with one contact, whose webhook is new and leads to the system."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    monkeypatch.setenv("HUB_WEBHOOK_KEYS", "k" * 40)
    monkeypatch.setenv("HUB_WEBHOOK_ALLOWED", "127.0.0.1")
    now = datetime.now(UTC)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1, webhook=system.url)
        row = {"id": _id(system), "contact": "contact-0", "url": system.url, "state": "PENDING"}
        async with engine.begin() as connection:
            await connection.execute(
                insert(tables.webhook_endpoint).values(**row, next_handshake_at=now, created_at=now)
            )
        yield engine


def _id(system: WebhookSystem) -> str:
    return str(endpoint_id("contact-0", system.url))


async def hub(*arguments: str) -> Result:
    """Call the command as an operator does, beside the system of the test."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))


async def done(*arguments: str) -> dict[str, Any]:
    """What a command that succeeds says in JSON."""
    result = await hub(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[0])
    return found


async def refused(*arguments: str) -> str:
    """Why a command refuses."""
    result = await hub(*arguments)
    assert isinstance(result.exception, HubError), result.output
    return str(result.exception)


@pytest.mark.usefixtures("ledger")
async def test_a_first_key_a_handshake_and_a_trial_bring_a_system_into_service(system: WebhookSystem) -> None:
    of = _id(system)
    assert ("PENDING", []) == ((row := await done("list"))["state"], row["keys"])
    assert "NOT_SIGNED" in await refused("verify", of)
    made = await done("rotate", of, "--reason", "FIRST_KEY")
    assert {"id": of, "state": "ACTIVE"} == await done("verify", of)
    system.echoes = False
    assert "answer 204" == (await done("test", of))["answer"]
    assert ["webhook.verification", "webhook.test"] == [call.data["type"] for call in system.calls]
    for call in system.calls:
        assert is_signed(call, secret=made["secret"])
        assert is_signed(call, public=made["public"])
    assert ("ACTIVE", [1]) == ((row := await done("list"))["state"], row["keys"])


@pytest.mark.usefixtures("ledger")
async def test_a_secret_is_shown_when_it_is_made_and_never_again(system: WebhookSystem) -> None:
    made = await done("rotate", _id(system), "--reason", "FIRST_KEY")
    shown = (await hub("show", _id(system))).output + (await hub("list")).output
    assert made["secret"].removeprefix("whsec_") not in shown
    assert made["public"] in shown


@pytest.mark.usefixtures("ledger")
async def test_keys_change_over_and_the_old_one_ends_by_command(system: WebhookSystem) -> None:
    of = _id(system)
    old = await done("rotate", of, "--reason", "FIRST_KEY")
    new = await done("rotate", of, "--reason", "PLANNED_ROTATION")
    assert "2 keys that sign" in await refused("rotate", of, "--reason", "OTHER")
    await hub("test", of)
    await done("retire", of, "1", "--reason", "PLANNED_ROTATION")
    await hub("test", of)
    during, after = system.calls
    assert [True, True] == [is_signed(during, secret=made["secret"]) for made in (old, new)]
    assert [False, True] == [is_signed(after, secret=made["secret"]) for made in (old, new)]


@pytest.mark.usefixtures("ledger")
async def test_a_key_that_became_known_ends_at_once(system: WebhookSystem) -> None:
    of = _id(system)
    old = await done("rotate", of, "--reason", "FIRST_KEY")
    new = await done("rotate", of, "--reason", "KEY_EXPOSED", "--old-days", "0")
    await hub("test", of)
    assert [False, True] == [is_signed(system.calls[0], secret=made["secret"]) for made in (old, new)]


async def test_what_operators_do_is_in_the_audit(system: WebhookSystem, ledger: AsyncEngine) -> None:
    of = _id(system)
    await done("rotate", of, "--reason", "FIRST_KEY", "--by", "a.b")
    await done("verify", of)
    assert (await done("disable", of, "--reason", "RECIPIENT_REQUEST"))["changed"]
    told = [(row["what"], row["reason"]) for row in await rows(ledger, tables.webhook_action)]
    expected = [("KEY_MADE", "FIRST_KEY"), ("VERIFIED", "REPAIRED"), ("DISABLED", "RECIPIENT_REQUEST")]
    assert expected == told
    shown = (await hub("show", of)).output
    assert "operator:a.b" in shown
    assert "DISABLED" in shown


@pytest.mark.usefixtures("ledger")
async def test_one_out_of_service_comes_back_by_a_handshake_only(system: WebhookSystem) -> None:
    of = _id(system)
    await done("rotate", of, "--reason", "FIRST_KEY")
    await done("disable", of, "--reason", "OTHER")
    system.fault = Fault.DROP
    assert "UNREACHABLE" in await refused("verify", of)
    assert "DISABLED" == (await done("list"))["state"]
    system.fault = None
    await done("verify", of)
    assert "ACTIVE" == (await done("list"))["state"]


async def test_one_that_the_directory_took_back_is_not_verified(system: WebhookSystem, ledger: AsyncEngine) -> None:
    await done("rotate", _id(system), "--reason", "FIRST_KEY")
    async with ledger.begin() as connection:
        await connection.execute(tables.contact.update().values(webhook="https://caf.example/"))
    assert "another address" in await refused("verify", _id(system))


@pytest.mark.usefixtures("ledger")
async def test_a_trial_says_what_was_answered(system: WebhookSystem) -> None:
    await done("rotate", _id(system), "--reason", "FIRST_KEY")
    system.echoes = False
    system.answers(500, body=b"secret")
    said = await refused("test", _id(system))
    assert "answer 500" in said
    assert "secret" not in said


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("show", "nonsense"), "no id of a webhook"),
        (("show", "00000000-0000-0000-0000-000000000000"), "There is no webhook"),
        (("rotate", "00000000-0000-0000-0000-000000000000", "--reason", "OTHER"), "There is no webhook"),
        (("disable", "00000000-0000-0000-0000-000000000000", "--reason", "OTHER"), "There is no webhook"),
    ],
    ids=["no id", "show", "rotate", "disable"],
)
async def test_what_is_not_known_is_said(arguments: tuple[str, ...], expected: str) -> None:
    assert expected in await refused(*arguments)


@pytest.mark.usefixtures("ledger")
async def test_without_a_master_key_no_key_is_made(system: WebhookSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_WEBHOOK_KEYS", "")
    assert "HUB_WEBHOOK_KEYS is empty" in await refused("rotate", _id(system), "--reason", "FIRST_KEY")
