"""The dispatcher killed at every await of a delivery: another one ends it, and whatever came twice says why."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from hub.embedded.mail import MailCatcher
from hub.ledger import tables
from tests.contract.webhook_system import WebhookSystem
from tests.integration.dispatcher.dispatcher_ledger import (
    Clock,
    Notice,
    caught_deliveries,
    dispatching,
    fresh_ledger,
    put_notice,
    rows,
    settings_for,
    states,
    until_states,
)
from tests.integration.dispatcher.killed_dispatch import LEASE, victims
from tests.integration.dispatcher.webhook_ledger import ALLOWED, put_webhooks

MOST = 400  # suspensions; a delivery has far fewer
AN_HOUR = timedelta(hours=1)


@dataclass
class Later(Clock):
    """A clock that runs, an hour ahead: every lease is over, and what was put off is due."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + AN_HOUR


@pytest.mark.parametrize("medium", ["MAIL", "WEBHOOK"])
async def test_a_delivery_whose_dispatcher_is_killed_at_any_await_is_ended_by_another(
    database: str, mail_catcher: MailCatcher, medium: str
) -> None:
    settings = settings_for(database, mail_catcher.port, **ALLOWED)
    came_to: dict[str, str] = {}
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, 1)
        await put_notice(engine, Notice("notice-0", "event-0", medium=medium))
        async with victims(settings, medium) as dispatchers:
            for suspension in range(1, MOST):
                notice = Notice(f"notice-{suspension}", f"event-{suspension}", medium=medium)
                before = Counter(await states(engine))
                await put_notice(engine, notice)
                if not await dispatchers.dispatch(suspension):
                    break
                async with engine.begin() as connection:
                    # A commit that was under way at the kill is waited for.
                    await connection.execute(select(tables.delivery.c.id).with_for_update())
                    # The next one is to meet its own delivery alone.
                    untouched = tables.delivery.c.state == "SCHEDULED"
                    put_off = datetime.now(UTC) + AN_HOUR / 2
                    await connection.execute(update(tables.delivery).where(untouched).values(due_at=put_off))
                (came_to[str(notice.delivery(0))],) = (Counter(await states(engine)) - before).elements()
        async with dispatching(settings, Later()):
            await until_states(engine, {"ACCEPTED": len(came_to) + 2})
        attempts = await rows(engine, tables.delivery_attempt)
    assert AN_HOUR > 2 * LEASE
    received = Counter(
        caught_deliveries(mail_catcher.folder)
        if medium == "MAIL"
        else (call.headers["webhook-id"] for call in system.calls)
    )
    ended = Counter(came_to.values())
    abandoned = Counter(str(row["delivery"]) for row in attempts if row["result"] == "abandoned")
    twice = {delivery for delivery, number in received.items() if number > 1}
    # The kills met every stretch of it: before the claim, while it was held, and after the outcome was written.
    assert {"SCHEDULED", "SENDING", "ACCEPTED"} == set(ended), f"no kill in one of them: {ended}"
    assert len(came_to) + 2 == len(received), "a message was lost"
    assert {1: len(received) - len(twice), 2: len(twice)} == dict(Counter(received.values()))
    # Held and not ended is taken back once, and only this can come twice; some were killed before anything had left.
    assert {delivery: 1 for delivery, state in came_to.items() if state == "SENDING"} == abandoned
    assert set() < twice < set(abandoned)
    assert {("abandoned", "LEASE_EXPIRED"), ("accepted", None)} == {(row["result"], row["reason"]) for row in attempts}
    # What could have left and what could not lie on two sides of one await. How many come before it varies a little:
    # an answer that is there already is not waited for.
    left = [delivery in twice for delivery, state in came_to.items() if state == "SENDING"]
    assert len(left) - 1 - left[::-1].index(False) - left.index(True) < 4
