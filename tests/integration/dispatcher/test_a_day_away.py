"""A receiver that is away for a day, on a controlled clock: every try at its second, then what is left to people."""

import asyncio
import json
import os
from datetime import date
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.cli.deliveries import app
from hub.embedded.mail import MailCatcher
from hub.ledger import tables
from tests.contract.webhook_system import WebhookSystem
from tests.integration.dispatcher.dispatcher_ledger import (
    Clock,
    Notice,
    dispatching,
    fresh_ledger,
    put_notice,
    rows,
    settings_for,
    until_states,
)
from tests.integration.dispatcher.webhook_ledger import ALLOWED, SINCE, put_webhooks

TRIES = [0, 25, 125, 525, 2125, 8525, 34_125, 86_400]  # seconds after the first


@pytest.mark.parametrize("medium", ["MAIL", "WEBHOOK"])
async def test_a_receiver_that_stays_away_for_a_day_is_tried_on_schedule_and_its_next_contact_is_named(
    database: str, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch, medium: str
) -> None:
    clock, notice = Clock(SINCE), Notice("notice-1", "event-1", medium=medium, due_at=SINCE)
    failed = _failed(medium)
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, 1, cdas="CDAS-01")
        await _put_colleague(engine, "CDAS-01", "secretariat", "SECRETARIAT")
        await _put_colleague(engine, "CDAS-02", "elsewhere", "SECRETARIAT")
        await mail_catcher.refuse_connections()
        await system.stop()
        settings = settings_for(database, mail_catcher.port, **ALLOWED)
        async with dispatching(settings, clock) as dispatcher:
            await put_notice(engine, notice)
            async with engine.begin() as connection:
                await connection.execute(update(tables.delivery).values(cdas="CDAS-01"))
            for tried in range(1, len(TRIES)):
                row = await _after(engine, tried)
                assert ("RETRYING", TRIES[tried]) == (row["state"], (row["due_at"] - SINCE).total_seconds())
                clock.standing = row["due_at"]
                for lane in dispatcher.lanes:
                    lane.wake()
            await until_states(engine, {"FAILED": 1})
        attempts = await rows(engine, tables.delivery_attempt)
        assert TRIES == [(row["started_at"] - SINCE).total_seconds() for row in attempts]
        assert [*7 * ["UNREACHABLE"], "RETRIES_EXHAUSTED"] == [row["reason"] for row in attempts]
        assert failed + 1 == _failed(medium)
        shown = await asyncio.to_thread(_shown, monkeypatch, database, "show", str(notice.delivery(0)), "--json")
        assert ("FAILED", "RETRIES_EXHAUSTED") == (shown["state"], shown["reason"])
        assert {"rank": "SECRETARIAT", "contacts": ["secretariat"]} == shown["next_contacts"]
        listed = await asyncio.to_thread(_shown, monkeypatch, database, "list", "--state", "FAILED", "--json")
        assert str(notice.delivery(0)) == listed["id"]
        # The next contact is one that the message can be handed to.
        await mail_catcher.accept_connections()
        to = ("redirect", str(notice.delivery(0)), "--to", "secretariat", "--reason", "CONTACT_ABSENT", "--json")
        await asyncio.to_thread(_shown, monkeypatch, database, *to)
        async with dispatching(settings):
            await until_states(engine, {"REDIRECTED": 1, "ACCEPTED": 1})
    (mail,) = mail_catcher.messages()
    assert ("secretariat@cdas.example",) == mail.recipients


def _failed(medium: str) -> float:
    """How many deliveries failed for good, as the alert HubDeliveriesFailed counts them."""
    return REGISTRY.get_sample_value("hub_deliveries_total", {"medium": medium, "state": "FAILED"}) or 0.0


async def _put_colleague(engine: AsyncEngine, cdas: str, ref: str, role: str) -> None:
    values = {
        "ref": ref, "institution": "CD35", "service": "CDAS", "role": role, "cdas": cdas, "label": ref,
        "email": f"{ref}@cdas.example", "valid_from": date(2024, 1, 1), "opted_out": False, "revision": 1,
        "updated_at": SINCE,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(tables.contact).values(values))


async def _after(engine: AsyncEngine, attempt: int) -> dict[str, Any]:
    """The delivery, once this attempt has failed."""
    async with asyncio.timeout(180):
        while True:
            (row,) = await rows(engine, tables.delivery)
            if row["attempt"] == attempt and row["state"] != "SENDING":
                return row
            await asyncio.sleep(0.01)


def _shown(monkeypatch: pytest.MonkeyPatch, database: str, *arguments: str) -> dict[str, Any]:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    result = CliRunner().invoke(app, list(arguments))
    assert 0 == result.exit_code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found
