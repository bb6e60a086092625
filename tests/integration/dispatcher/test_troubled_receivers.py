"""Every trouble of a receiver, through the dispatcher: what is noted, when the next try is due, how it ends."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.mail import MailCatcher
from hub.ledger import tables
from hub.ledger.delivery_list import Wanted, list_deliveries
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
from tests.integration.dispatcher.troubled_receivers import MAIL, START, WEBHOOK, Trouble, receivers
from tests.integration.dispatcher.webhook_ledger import ALLOWED, put_webhooks

DAY = 86_400.0
ALL = [("MAIL", name, trouble) for name, trouble in MAIL.items()] + [
    ("WEBHOOK", name, trouble) for name, trouble in WEBHOOK.items()
]


@pytest.mark.parametrize(
    ("medium", "trouble"),
    [pytest.param(medium, trouble, id=f"{medium.lower()} {name}") for medium, name, trouble in ALL],
)
async def test_a_receiver_in_trouble_loses_nothing(
    database: str, mail_catcher: MailCatcher, tmp_path: Path, medium: str, trouble: Trouble
) -> None:
    clock = Clock(START)
    sent, other = (Notice(f"notice-{name}", f"event-{name}", medium=medium, due_at=START) for name in "ab")
    async with fresh_ledger(database) as engine, receivers(mail_catcher, tmp_path) as (to, trusted):
        seconds = 2.0 if trouble.times_out else 60.0
        more = {"smtp_timeout_seconds": seconds, "webhook_timeout_seconds": seconds, **ALLOWED, **trusted}
        if trouble.tls:
            more["smtp_starttls"] = "required"
        failed = _failed(medium)
        await trouble.begin(to)
        await put_webhooks(engine, to.url, 1)
        async with dispatching(settings_for(database, mail_catcher.port, **more), clock) as dispatcher:
            await put_notice(engine, sent)
            await until_states(engine, {trouble.state: 1})
            (delivery,) = await rows(engine, tables.delivery)
            (attempt,) = await rows(engine, tables.delivery_attempt)
            assert (trouble.reason, trouble.reason) == (delivery["reason"], attempt["reason"])
            assert str(attempt["detail"]).startswith(trouble.detail)
            assert trouble.again == _wait(delivery["state"], delivery["due_at"], clock)
            assert trouble.arrived == to.received(medium)[str(sent.delivery(0))]
            await to.heal()
            clock.move(trouble.again or 0.0)
            for lane in dispatcher.lanes:
                lane.wake()
            ends = "ACCEPTED" if trouble.again is not None else trouble.state
            await until_states(engine, {ends: 1})
            # A day later nothing of it is left to do: whatever comes now finds the lanes empty.
            clock.move(DAY)
            await put_notice(engine, other)
            await _until_ended(engine, other)
        received = to.received(medium)[str(sent.delivery(0))]
        attempts = [row for row in await rows(engine, tables.delivery_attempt) if row["delivery"] == sent.delivery(0)]
        visible = [row["id"] for row in await _listed(engine, "FAILED")]
    assert received == trouble.arrived + (1 if trouble.again is not None else 0)
    assert len(attempts) == (1 if trouble.again is None else 2)
    assert (ends == "FAILED") == (sent.delivery(0) in visible)
    assert len(visible) == _failed(medium) - failed


def _wait(state: str, due_at: datetime, clock: Clock) -> float | None:
    """Seconds until the next try of a delivery; None when there is none."""
    return (due_at - clock()).total_seconds() if state == "RETRYING" else None


def _failed(medium: str) -> float:
    """How many deliveries failed for good, as the alert HubDeliveriesFailed counts them."""
    return REGISTRY.get_sample_value("hub_deliveries_total", {"medium": medium, "state": "FAILED"}) or 0.0


async def _until_ended(engine: AsyncEngine, notice: Notice) -> None:
    async with asyncio.timeout(180):
        while True:
            found = {row["id"]: row["state"] for row in await rows(engine, tables.delivery)}
            if found[notice.delivery(0)] in {"ACCEPTED", "FAILED"}:
                return
            await asyncio.sleep(0.02)


async def _listed(engine: AsyncEngine, state: str) -> list[dict[str, object]]:
    async with engine.connect() as connection:
        return [dict(row) for row in await list_deliveries(connection, Wanted([state]), 10)]
