"""Notices that nobody acknowledged are reminded: when that is first missed, and on the effective day."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.mail import MailCatcher
from tests.integration.ledger.decided_building import notice, routing
from tests.timeline.timeline import Person, Timeline, at, timeline

PEOPLE = (Person("mailbox", "CDAS/GENERIC_MAILBOX", "CDAS-01"), Person("manager", "CDAS/MANAGER", "CDAS-01"))
NAME = "Le FSL rejoint le Département"
REMINDER = f"Rappel\u00a0: {NAME}"


@pytest.fixture
async def line(engine: AsyncEngine, database: str, mail_catcher: MailCatcher) -> Timeline:
    """Give a timeline with a CDAS, that begins in March 2026."""
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00") as found:
        return await found.directory(*PEOPLE)


async def publish(line: Timeline, when: str, missed: str) -> None:
    """Publish a notice in force on 1 May 2026, whose acknowledgement is first missed at an instant."""
    await line.publish(when, replace(notice("event-1", routing(["mailbox"])), directory_revision=0))
    async with line.engine.begin() as connection:
        statement = "update delivery set cdas = 'CDAS-01', acknowledge_by = :missed where occasion = ''"
        await connection.execute(text(statement), {"missed": at(missed)})


async def run_to(line: Timeline, *moments: str) -> None:
    for moment in moments:
        await line.until(moment)


async def test_an_unread_notice_is_reminded_with_the_manager_and_again_on_its_day(line: Timeline) -> None:
    async with line.dispatching():
        await publish(line, "2026-03-02 09:00", "2026-04-24 09:00")
        await run_to(
            line, "2026-04-24 08:59", "2026-04-24 09:00", "2026-05-01 07:59", "2026-05-01 08:00", "2026-05-20 09:00"
        )
    assert ["mailbox"] == [who for who, _ in line.between("2026-03-02 09:00", "2026-04-24 08:59")]
    for when in ("2026-04-24 09:00", "2026-05-01 08:00"):
        assert {("mailbox", REMINDER), ("manager", REMINDER)} == {
            (who, subject.replace("\u202f", "\u00a0")) for who, subject in line.between(when, when)
        }
    assert 5 == len(line.sent)


async def test_a_notice_that_was_acknowledged_is_not_reminded(line: Timeline) -> None:
    async with line.dispatching():
        await publish(line, "2026-03-02 09:00", "2026-04-24 09:00")
        await line.until("2026-03-10 10:00")
        async with line.engine.begin() as connection:
            await connection.execute(
                text("insert into acknowledgement select id, 'TAKEN_IN_CHARGE', :now from delivery"),
                {"now": line.clock()},
            )
        await run_to(line, "2026-04-24 09:00", "2026-05-01 08:00")
    assert 1 == len(line.sent)


async def test_two_dispatchers_remind_once(line: Timeline) -> None:
    async with line.dispatching(2):
        await publish(line, "2026-03-02 09:00", "2026-04-24 09:00")
        await run_to(line, "2026-04-24 09:00", "2026-04-24 09:01")
    assert 3 == len(line.sent)
