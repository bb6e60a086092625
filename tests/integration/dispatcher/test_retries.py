"""The retry schedule on a controlled clock, with a real mail server that refuses, hangs and comes back."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.dispatcher.dispatcher import Dispatcher
from hub.embedded.mail import MailCatcher, MailFault
from hub.ledger import tables
from tests.integration.dispatcher.dispatcher_ledger import (
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

START = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)
SCHEDULE = [25, 100, 400, 1600, 6400, 25600]
DAY = 86_400


async def _after_attempt(engine: AsyncEngine, number: int, state: str) -> datetime:
    """Wait until attempt number `number` is recorded; when the delivery is due then."""
    async with asyncio.timeout(120):
        while True:
            (delivery,) = await rows(engine, tables.delivery)
            if (delivery["attempt"], delivery["state"]) == (number, state):
                due: datetime = delivery["due_at"]
                return due
            await asyncio.sleep(0.01)


def _pass(dispatcher: Dispatcher, clock: Clock, seconds: float) -> None:
    """Let `seconds` pass and everybody look."""
    clock.move(seconds)
    for lane in dispatcher.lanes:
        lane.wake()


async def test_a_delivery_is_tried_on_schedule_for_a_day_and_then_fails_for_all_to_see(
    database: str, mail_catcher: MailCatcher
) -> None:
    mail_catcher.fail_with(MailFault.REPLY)
    clock = Clock(START)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        async with dispatching(settings_for(database, mail_catcher.port), clock) as dispatcher:
            await put_notice(engine, Notice("notice-fsl", "event-1", due_at=START))
            for number, delay in enumerate([*SCHEDULE, DAY - sum(SCHEDULE)], start=1):
                due = await _after_attempt(engine, number, "RETRYING")
                assert delay == (due - clock()).total_seconds()
                _pass(dispatcher, clock, delay - 1)
                await asyncio.sleep(0.3)
                (waiting,) = await rows(engine, tables.delivery)
                assert number == waiting["attempt"], "it was tried a second too early"
                _pass(dispatcher, clock, 1)
            await until_states(engine, {"FAILED": 1})
        (delivery,) = await rows(engine, tables.delivery)
        attempts = await rows(engine, tables.delivery_attempt)
    assert ("RETRIES_EXHAUSTED", DAY) == (delivery["reason"], (clock() - START).total_seconds())
    assert 8 == len(attempts)
    assert {"transient"} == {row["result"] for row in attempts}
    assert "TEMPORARILY_REFUSED: recipient 451 4.3.0" == attempts[-1]["detail"]


async def test_deliveries_leave_when_the_mail_server_is_back(database: str, mail_catcher: MailCatcher) -> None:
    settings = settings_for(database, mail_catcher.port, retry_schedule="3" + 30 * ",3")
    await mail_catcher.refuse_connections()
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 20)
        async with dispatching(settings):
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=20))
            await until_states(engine, {"RETRYING": 20})
            await mail_catcher.accept_connections()
            await until_states(engine, {"ACCEPTED": 20})
        reasons = {row["reason"] for row in await rows(engine, tables.delivery_attempt)}
    assert 20 == len(mail_catcher.messages())
    assert {None, "UNREACHABLE"} == reasons


async def test_a_mail_dropped_after_its_end_is_repeated_and_both_attempts_say_why(
    database: str, mail_catcher: MailCatcher
) -> None:
    mail_catcher.fail_with(MailFault.DROP_KEPT, times=1)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        async with dispatching(settings_for(database, mail_catcher.port, retry_schedule="0.1")):
            await put_notice(engine, Notice("notice-fsl", "event-1"))
            await until_states(engine, {"ACCEPTED": 1})
        attempts = await rows(engine, tables.delivery_attempt)
    first, second = mail_catcher.messages()
    assert first.message_id == second.message_id
    assert [("transient", "UNCONFIRMED"), ("accepted", None)] == [(row["result"], row["reason"]) for row in attempts]
