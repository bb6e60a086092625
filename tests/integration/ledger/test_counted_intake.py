"""What counts of an event is written with it, and once: no fact without its event, none of what is refused."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.events import Envelope
from hub.domain.indicators.facts import Fact, fact_of
from hub.domain.vocabulary import Confidentiality
from hub.ledger.decided import DecidedEvent
from hub.ledger.indicators.facts import fact_from_row
from hub.ledger.intake import take_in
from hub.ledger.tables import indicator_fact
from tests.integration.ledger.decided_building import CATALOGUE, NOW, notice, routing, take


def _counted(decided: DecidedEvent) -> DecidedEvent:
    envelope = Envelope(
        decided.id,
        decided.source,
        decided.type,
        decided.time,
        decided.subject,
        decided.correlationid,
        Confidentiality.C0,
    )
    return replace(decided, fact=fact_of(envelope, decided.notice, decided.decision, "1"))


async def _facts(engine: AsyncEngine) -> list[Fact]:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(indicator_fact).order_by("id"))).mappings()
        return [fact_from_row(row) for row in rows if row["type"].startswith("notice.")]


async def test_an_event_is_taken_in_with_its_fact_as_it_was_read(engine: AsyncEngine) -> None:
    decided = _counted(notice("a", routing(["c1"])))
    await take(engine, decided)

    assert [decided.fact] == await _facts(engine)


async def test_an_event_that_counts_for_nothing_leaves_no_fact(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["c1"])))

    assert [] == await _facts(engine)


async def test_an_intake_that_dies_leaves_neither_the_event_nor_its_fact(engine: AsyncEngine) -> None:
    async def die() -> None:
        async with engine.begin() as connection:
            await take_in(connection, CATALOGUE, [_counted(notice("a"))], NOW)
            await connection.execute(text("select 1 / 0"))

    with pytest.raises(Exception, match="division by zero"):
        await die()

    assert [] == await _facts(engine)


async def test_the_fact_of_an_event_that_comes_again_stands_as_it_was(engine: AsyncEngine) -> None:
    first = _counted(notice("a", value=b"same"))
    other = _counted(notice("a", value=b"other", effective_on=NOW.date()))
    assert first.fact != other.fact
    await take(engine, first)
    await take(engine, first, other)

    assert [first.fact] == await _facts(engine)


async def test_a_notice_whose_version_another_event_holds_does_not_count(engine: AsyncEngine) -> None:
    first, refused = _counted(notice("a")), _counted(notice("b"))
    await take(engine, first, refused)

    assert [first.fact] == await _facts(engine)
