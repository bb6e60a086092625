"""Webhooks through the dispatcher: handshakes, deliveries, systems that hang or are gone, on the real PostgreSQL."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.dispatcher.dispatcher import Dispatcher
from hub.domain.delivery.operations import OperatorReason
from hub.domain.delivery.webhooks import endpoint_id
from hub.embedded.mail import MailCatcher
from hub.ledger import tables
from hub.ledger.delivery_operations import Operator, redirect
from hub.settings import Settings
from tests.contract.webhook_system import Fault, WebhookSystem, is_signed, masters
from tests.integration.dispatcher.dispatcher_ledger import (
    CATALOGUE,
    Clock,
    Notice,
    dispatching,
    fresh_ledger,
    put_contacts,
    put_notice,
    rows,
    settings_for,
    until_states,
)
from tests.integration.dispatcher.webhook_ledger import ALLOWED, put_webhooks

NOW = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)


def _settings(database: str, mails: MailCatcher, **more: Any) -> Settings:
    return settings_for(database, mails.port, **({**ALLOWED, "webhook_timeout_seconds": 60.0} | more))


async def _until(engine: AsyncEngine, wanted: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """The webhooks, once they are as wanted."""
    async with asyncio.timeout(180):
        while True:
            found = await rows(engine, tables.webhook_endpoint)
            if wanted(found):
                return found
            await asyncio.sleep(0.05)


async def test_a_message_by_webhook_arrives_signed_and_numbered(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, 1)
        async with dispatching(_settings(database, mail_catcher)):
            notice = Notice("notice-fsl", "event-1", medium="WEBHOOK", number=7)
            await put_notice(engine, notice)
            await until_states(engine, {"ACCEPTED": 1})
        (call,) = system.calls
        key = masters().signing_key(masters().newest, endpoint_id("contact-0", system.url), 1)
        assert key is not None
        assert is_signed(call, secret=key.secret)
        assert str(notice.delivery(0)) == call.headers["webhook-id"]
        assert (7, "event-1") == (call.data["data"]["number"], call.data["data"]["event"]["id"])
        inbox = "http://127.0.0.1:8350/inbox/contact-0/items"
        assert f"{inbox}?medium=WEBHOOK&first=7&last=7" == call.data["data"]["href"]
        assert () == mail_catcher.messages()
        (attempt,) = await rows(engine, tables.delivery_attempt)
        assert ("accepted", "answer 204") == (attempt["result"], attempt["detail"])


async def test_a_system_that_hangs_keeps_nobodys_mail_waiting(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        system.fault = Fault.HANG
        await put_webhooks(engine, system.url, 40)
        settings = _settings(database, mail_catcher)
        async with dispatching(settings):
            await put_notice(engine, Notice("notice-1", "event-1", contacts=40, medium="WEBHOOK"))
            await system.arrived.wait()
            await put_notice(engine, Notice("notice-2", "event-2", contacts=5))
            await mail_catcher.wait_for(5)
            async with asyncio.timeout(120):
                while system.peak < settings.webhook_per_receiver:  # noqa: ASYNC110 -- the system tells nobody
                    await asyncio.sleep(0.02)
            assert settings.webhook_per_receiver == system.peak
            await system.stop()


async def test_what_a_busy_system_cannot_take_comes_back_without_an_attempt_counted(
    database: str, mail_catcher: MailCatcher
) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, 5)
        system.held = asyncio.Event()
        async with dispatching(_settings(database, mail_catcher, webhook_per_receiver=1)):
            await put_notice(engine, Notice("notice-1", "event-1", contacts=5, medium="WEBHOOK"))
            await _until_given_back(engine)
            system.held.set()
            await until_states(engine, {"ACCEPTED": 5})
        assert 1 == system.peak
        assert {1} == {row["attempt"] for row in await rows(engine, tables.delivery)}
        assert 5 * ["accepted"] == [row["result"] for row in await rows(engine, tables.delivery_attempt)]


async def _until_given_back(engine: AsyncEngine) -> None:
    """Wait until the status stream says that one of five deliveries that were claimed was given back."""
    async with asyncio.timeout(180):
        while True:
            if len(await rows(engine, tables.status_outbox)) > 5:
                return
            await asyncio.sleep(0.02)


async def test_a_system_that_is_away_for_twenty_hours_has_its_message_when_it_is_back(
    database: str, mail_catcher: MailCatcher
) -> None:
    clock = Clock(NOW)
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, 1)
        await system.stop()
        async with dispatching(_settings(database, mail_catcher), clock) as dispatcher:
            await put_notice(engine, Notice("notice-1", "event-1", medium="WEBHOOK", due_at=NOW))
            for delay in (25, 100, 400, 1600, 6400, 25_600):
                due = await _retrying(engine, clock)
                assert delay == (due - clock()).total_seconds()
                clock.move(delay)
                _wake(dispatcher)
            due = await _retrying(engine, clock)
            assert 86_400 == (due - NOW).total_seconds()
            await system.start()
            clock.move((due - clock()).total_seconds())
            _wake(dispatcher)
            await until_states(engine, {"ACCEPTED": 1})
        attempts = await rows(engine, tables.delivery_attempt)
    assert [*7 * ["UNREACHABLE"], None] == [row["reason"] for row in attempts]
    assert 1 == len(system.calls)


def _wake(dispatcher: Dispatcher) -> None:
    for lane in dispatcher.lanes:
        lane.wake()


async def _retrying(engine: AsyncEngine, clock: Clock) -> datetime:
    """When the delivery is due again, once the attempt of this moment has failed."""
    async with asyncio.timeout(180):
        while True:
            (row,) = await rows(engine, tables.delivery)
            due: datetime = row["due_at"]
            if row["state"] == "RETRYING" and due > clock():
                return due
            await asyncio.sleep(0.01)


async def test_an_address_that_is_gone_is_put_out_of_service_and_its_delivery_fails_for_all_to_see(
    database: str, mail_catcher: MailCatcher
) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        system.answers(410)
        await put_webhooks(engine, system.url, 1)
        async with dispatching(_settings(database, mail_catcher)):
            await put_notice(engine, Notice("notice-1", "event-1", medium="WEBHOOK"))
            await until_states(engine, {"FAILED": 1})
            await put_notice(engine, Notice("notice-2", "event-2", medium="WEBHOOK"))
            await until_states(engine, {"FAILED": 2})
        (endpoint,) = await rows(engine, tables.webhook_endpoint)
        assert ("DISABLED", "GONE") == (endpoint["state"], endpoint["reason"])
        reasons = sorted(row["reason"] for row in await rows(engine, tables.delivery))
        assert ["ADDRESS_REFUSED", "NO_USABLE_CHANNEL"] == reasons
        assert 1 == len(system.calls)


async def test_the_dispatcher_makes_the_handshakes_that_are_due(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem(echoes=True) as system:
        await put_webhooks(engine, system.url, 12, state="PENDING")
        async with dispatching(_settings(database, mail_catcher)):
            await _until(engine, lambda found: {"ACTIVE"} == {row["state"] for row in found})
        assert 12 == len(system.calls)
        assert 12 == len({call.data["data"]["challenge"] for call in system.calls})


async def test_a_handshake_that_fails_is_noted_and_tried_again_later(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        system.answers(200, body=b"{}")
        await put_webhooks(engine, system.url, 1, state="PENDING")
        async with dispatching(_settings(database, mail_catcher)):
            (row,) = await _until(engine, lambda found: found[0]["handshakes"] == 1)
        assert ("PENDING", "CHALLENGE_NOT_ECHOED") == (row["state"], row["reason"])
        assert row["next_handshake_at"] > datetime.now(UTC)


@pytest.mark.parametrize(("reached", "expected"), [(2, "WEBHOOK"), (1, "MAIL")], ids=["a webhook", "no webhook"])
async def test_a_redirected_message_takes_the_way_that_reaches_the_other_contact(
    database: str, reached: int, expected: str
) -> None:
    async with fresh_ledger(database) as engine:
        await put_webhooks(engine, "https://caf.example/", reached)
        if reached == 1:
            async with engine.begin() as connection:
                await connection.execute(delete(tables.contact))
            await put_contacts(engine, 2)
        notice = Notice("notice-1", "event-1", medium="WEBHOOK", due_at=NOW)
        await put_notice(engine, notice)
        operator = Operator("operator:x", NOW, OperatorReason.CONTACT_ABSENT)
        async with engine.begin() as connection:
            made = await redirect(connection, CATALOGUE, notice.delivery(0), "contact-1", operator)
        (new,) = [row for row in await rows(engine, tables.delivery) if row["id"] == made]
    assert ("contact-1", expected, "SCHEDULED") == (new["contact"], new["medium"], new["state"])
