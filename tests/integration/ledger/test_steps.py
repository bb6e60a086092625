"""Deliveries written in steps: nobody waits for another in a circle."""

import asyncio
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger import schedule
from hub.ledger.intake import Taken, take_in
from tests.integration.ledger.decided_building import CATALOGUE, NOW, deliveries, notice, routing, take

_WAITS = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


async def _until_somebody_waits(engine: AsyncEngine) -> None:
    async with engine.connect() as watching:
        while not await watching.scalar(_WAITS):
            await watching.rollback()
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("order", [("b", "a", "C"), ("C", "b", "a")])
async def test_two_notices_to_the_same_contacts_do_not_wait_for_each_other_in_a_circle(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    """Also where a process writes a contact at a time, the other is in the middle, and PostgreSQL sorts like people."""
    monkeypatch.setattr(schedule, "STEP", 1)
    second: list[asyncio.Task[Taken]] = []
    calls = count(1)

    async def let_the_second_begin() -> None:
        if next(calls) == len(order) + 1:  # each was made ready, the first is written
            second.append(asyncio.create_task(take(engine, notice("second", routing(order[::-1]), reference="N-2"))))
            await _until_somebody_waits(engine)

    async with engine.begin() as connection:
        await take_in(connection, CATALOGUE, [notice("first", routing(order))], NOW, give_way=let_the_second_begin)
    await second[0]

    made = await deliveries(engine)
    assert {(event, contact) for event in ("first", "second") for contact in order} == set(made)
