"""The auditor: an open urgency without a valid next step is found, told, and mended where that is safe."""

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data import load_territory
from hub.dispatcher.escalation_auditor import EscalationAuditor
from hub.embedded.mail import MailCatcher
from hub.health import Health
from tests.timeline.timeline import Person, Timeline, timeline, urgency

PEOPLE = (
    Person("worker", "CDAS/SOCIAL_WORKER", "CDAS-01"),
    Person("mailbox", "CDAS/GENERIC_MAILBOX", "CDAS-01"),
    Person("manager", "CDAS/MANAGER", "CDAS-01"),
)


@pytest.fixture
async def line(engine: AsyncEngine, database: str, mail_catcher: MailCatcher) -> Timeline:
    """Give a timeline whose urgency asked the worker, on Monday 2 March 2026 at 9:30."""
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00") as found:
        await found.directory(*PEOPLE)
        return found


async def look(line: Timeline) -> list[str]:
    auditor = EscalationAuditor(
        line.engine, Health("dispatcher"), policy=line.policy, territory=load_territory(), clock=line.clock
    )
    return [fault.kind.value for fault in await auditor.look()]


async def run(line: Timeline, statement: str) -> None:
    async with line.engine.begin() as connection:
        await connection.execute(text(statement))


def metric(fault: str) -> float | None:
    return REGISTRY.get_sample_value("hub_escalation_faults", {"fault": fault})


async def test_an_urgency_that_climbs_as_it_should_is_no_fault(line: Timeline) -> None:
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.until("2026-03-02 09:50")
        assert [] == await look(line)
    assert 1.0 == REGISTRY.get_sample_value("hub_escalations", {"state": "RUNNING"})


async def test_steps_that_were_lost_are_planned_anew_without_asking_anybody_twice(line: Timeline) -> None:
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.until("2026-03-02 09:50")
        await run(line, "delete from escalation_step where state = 'WAITING'")
        assert ["NO_NEXT_STEP"] == await look(line)
        assert 1.0 == metric("NO_NEXT_STEP")
        assert [] == await look(line)
        assert 0.0 == metric("NO_NEXT_STEP")
        await line.until("2026-03-02 10:30")
    assert ["worker", "mailbox", "manager"] == [who for _, who in line.asked()]


async def test_an_escalation_that_was_lost_is_opened_again(line: Timeline) -> None:
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await run(line, "update event set recorded_at = '2026-03-02 08:30+00'; ")
        await run(line, "delete from escalation")
        await line.until("2026-03-02 09:35")
        assert ["MISSING"] == await look(line)
        await line.until("2026-03-02 09:46")
        assert [] == await look(line)
    assert ["worker", "mailbox"] == [who for _, who in line.asked()]


async def test_a_step_that_nobody_does_is_told(line: Timeline) -> None:
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
    await line.until("2026-03-02 10:00")
    assert ["OVERDUE"] == await look(line)


async def test_a_clock_that_does_not_start_is_told(line: Timeline) -> None:
    await line.publish("2026-03-02 09:30", urgency("worker"))
    await line.until("2026-03-02 09:32")
    assert ["NOT_STARTED"] == await look(line)
