"""Taking in charge while a step is done: whichever comes first, nobody is asked after somebody has it."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data import load_territory
from hub.embedded.mail import MailCatcher
from hub.ledger.acknowledgements import Answer, take
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.escalation_steps import StepDone, do_step
from hub.ledger.escalations import start_escalations
from hub.ledger.tables import delivery, escalation
from tests.timeline.test_escalation import ALL
from tests.timeline.timeline import CATALOGUE, Timeline, timeline, urgency

ROUNDS = 12


@pytest.fixture
async def line(engine: AsyncEngine, database: str, mail_catcher: MailCatcher) -> Timeline:
    """Give a ledger with a directory, and no dispatcher: the test does the steps itself."""
    async with timeline(engine, database, mail_catcher, "2026-03-02 09:30") as found:
        return await found.directory(*ALL)


async def test_taking_in_charge_and_steps_at_the_same_moment_end_well_in_either_order(line: Timeline) -> None:
    for _ in range(ROUNDS):
        await line.publish("2026-03-02 09:30", urgency("worker"))
    views = DirectoryViews(load_territory())
    async with line.engine.begin() as connection:
        view = await views.read(connection)
        await line.until("2026-03-02 09:31")
        started = await start_escalations(connection, line.policy, view, line.clock())
    await line.until("2026-03-02 09:50")
    async with line.engine.connect() as connection:
        first = list((await connection.execute(select(delivery.c.id).order_by(delivery.c.event_id))).scalars())

    async def step(of: object) -> StepDone | None:
        async with line.engine.begin() as connection:
            return await do_step(connection, CATALOGUE, view, of, line.clock())  # type: ignore[arg-type]

    async def answer(of: object) -> Answer:
        async with line.engine.begin() as connection:
            taking = await take(connection, CATALOGUE, of, line.clock())  # type: ignore[arg-type]
            assert taking is not None
            return taking.answer

    acts = [act for pair in zip(started, first, strict=True) for act in (step(pair[0]), answer(pair[1]), step(pair[0]))]
    async with asyncio.timeout(180):
        results = await asyncio.gather(*acts)
    assert [Answer.TAKEN] * ROUNDS == [result for result in results if isinstance(result, Answer)]
    async with line.engine.connect() as connection:
        assert ["ENDED"] * ROUNDS == list((await connection.execute(select(escalation.c.state))).scalars())
        asked = (await connection.execute(select(delivery).where(delivery.c.occasion.like("escalation/%")))).all()
    # At most one step each was done, and what it made was stopped before it left.
    assert len(asked) == len({row.event_id for row in asked})
    assert {"CANCELLED"} >= {row.state for row in asked}
    waiting = [result for result in await asyncio.gather(*(step(of) for of in started)) if result is not None]
    assert [] == waiting
