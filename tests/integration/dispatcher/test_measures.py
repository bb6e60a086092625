"""The gauges of the alerts say what the ledger holds."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from prometheus_client import REGISTRY
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.dispatcher.measures import Measures
from hub.health import Health
from hub.ledger import tables
from tests.integration.dispatcher.dispatcher_ledger import SOURCE, Notice, fresh_ledger, put_contacts, put_notice

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Europe/Paris"))


def _value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def _put(
    engine: AsyncEngine, name: str, *, age: timedelta, lane: str = "urgent", states: tuple[str, ...]
) -> None:
    notice = Notice(f"notice-{name}", name, contacts=len(states), lane=lane)
    await put_notice(engine, notice)
    async with engine.begin() as connection:
        when = update(tables.event).where(tables.event.c.id == name)
        await connection.execute(when.values(decided_at=NOW - age, received_at=NOW - age))
        for number, state in enumerate(states):
            row = update(tables.delivery).where(tables.delivery.c.id == notice.delivery(number))
            await connection.execute(row.values(state=state))


async def _turn(engine: AsyncEngine) -> None:
    await Measures(engine=engine, health=Health("dispatcher"), clock=lambda: NOW).turn()


async def test_urgencies_that_nobody_took_are_counted_by_age_and_others_are_not(database: str) -> None:
    hour = timedelta(hours=1)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 2)
        await _put(engine, "young", age=hour / 6, states=("ACCEPTED", "SHOWN"))
        await _put(engine, "waits", age=2 * hour, states=("ACCEPTED",))
        await _put(engine, "nobody-was-told", age=30 * hour, states=("FAILED",))
        await _put(engine, "taken", age=5 * hour, states=("TAKEN_IN_CHARGE", "FAILED"))
        await _put(engine, "no-urgency", age=5 * hour, lane="standard", states=("ACCEPTED",))
        await _turn(engine)
    ages = ("under_15m", "under_1h", "under_4h", "under_1d", "over_1d")
    assert [1, 0, 1, 0, 1] == [_value("hub_open_urgencies", age=age) for age in ages]


async def test_deliveries_that_wait_for_another_attempt_are_counted_by_lane(database: str) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 2)
        await _put(engine, "one", age=timedelta(), lane="standard", states=("RETRYING", "RETRYING"))
        await _put(engine, "two", age=timedelta(), states=("SENDING",))
        await _turn(engine)
    assert (2, 0) == tuple(_value("hub_deliveries_retrying", lane=lane) for lane in ("standard", "urgent"))


async def test_a_system_that_published_each_week_and_not_now_is_silent(database: str) -> None:
    weeks = [timedelta(weeks=week, minutes=minute) for week in (1, 2, 3) for minute in (1, 2, 3)]
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        for number, age in enumerate(weeks):
            await _put(engine, f"event-{number}", age=age, states=("ACCEPTED",))
        await _turn(engine)
        silent = {name: _value("hub_silent_senders", institution=name) for name in ("CAF", "CD35", "PARTNER")}
        await _put(engine, "again", age=timedelta(hours=3), states=("ACCEPTED",))
        await _turn(engine)
    assert SOURCE.startswith("urn:hub:cd35:")
    assert {"CAF": 0, "CD35": 1, "PARTNER": 0} == silent
    assert 0 == _value("hub_silent_senders", institution="CD35")
