"""Hand-overs without the person's agreement: a bare number, from the gateway's refusals and from the daily account."""

from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.gateway.refused import AgreementRefusals
from hub.ledger.never_stored import add_refusals, agreement_refusals, set_refusals

DAY = date(2026, 3, 31)


async def number(engine: AsyncEngine, first: str = "2026-03", last: str = "2026-03") -> int | None:
    async with engine.connect() as connection:
        return await agreement_refusals(connection, first, last)


async def test_what_nobody_looked_at_is_not_given_and_what_was_looked_at_may_be_none(engine: AsyncEngine) -> None:
    assert None is await number(engine)
    async with engine.begin() as connection:
        await set_refusals(connection, DAY, {"cd35.referrals": 0})
    assert 0 == await number(engine)
    assert None is await number(engine, "2026-04", "2026-12")


async def test_refusals_add_up_and_the_account_of_a_day_is_set_and_never_falls(engine: AsyncEngine) -> None:
    for _ in range(2):
        async with engine.begin() as connection:
            await add_refusals(connection, {DAY: 2, date(2026, 4, 1): 5})
            await set_refusals(connection, DAY, {"cd35.referrals": 3, "caf.referrals": 1})
    async with engine.begin() as connection:
        await set_refusals(connection, DAY, {"cd35.referrals": 0})  # the records are beyond the topic's retention
    assert (8, 18) == (await number(engine), await number(engine, "2026-01", "2026-12"))


async def test_a_refusal_is_stored_when_it_has_been_counted_on_its_day_in_paris(engine: AsyncEngine) -> None:
    refusals = AgreementRefusals(engine, lambda: datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    refusals.start()
    await refusals.count(0)
    assert None is await number(engine, "2026-04", "2026-04")
    await refusals.count(2)
    await refusals.count(1)
    assert 3 == await number(engine, "2026-04", "2026-04")
    await refusals.stop()


async def test_refusals_that_postgresql_could_not_take_are_stored_once_it_can(engine: AsyncEngine) -> None:
    """The table is held for longer than a refusal waits; its answer leaves, and the number follows."""
    refusals = AgreementRefusals(engine, lambda: datetime(2026, 3, 31, 12, tzinfo=UTC))
    refusals.start()
    async with engine.begin() as other:
        await other.execute(text("lock table never_stored in access exclusive mode"))
        await refusals.count(2)
    await refusals.count(1)
    await refusals.stop()
    assert 3 == await number(engine)
