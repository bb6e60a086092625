"""Count the facts of some months afresh, as they stood at an instant: one thread in memory at a time."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.increments import increments
from hub.domain.indicators.periods import Period
from hub.ledger.indicators.facts import fact_from_row

_AT_ONCE: Final = 2000  # rows

_CORRECTING: Final = text("select * from indicator_fact where corrects is not null and counted_at <= :until")
_BY_THREAD: Final = text("""
select * from indicator_fact f
where counted_at <= :until and thread in (select thread from indicator_fact where month between :first and :last)
order by thread
""")


async def recount(connection: AsyncConnection, period: Period, until: datetime) -> Counter[Cell]:
    """The cells of a period's months from the facts that were counted by `until`, adjustments or not."""
    rows = (await connection.execute(_CORRECTING, {"until": until})).mappings()
    gone = replaced(map(fact_from_row, rows))
    counted: Counter[Cell] = Counter()
    async for thread in _threads(connection, period, until):
        for cell, amount in increments([fact for fact in thread if fact.key not in gone]).items():
            if period.first <= cell.month <= period.last:
                counted[cell] += amount
    return counted


async def _threads(connection: AsyncConnection, period: Period, until: datetime) -> AsyncIterator[Sequence[Fact]]:
    wanted = {"until": until, "first": period.first, "last": period.last}
    begun: list[Fact] = []
    async with connection.stream(_BY_THREAD, wanted) as rows:
        async for part in rows.mappings().partitions(_AT_ONCE):
            for row in part:
                fact = fact_from_row(row)
                if begun and begun[0].thread != fact.thread:
                    yield begun
                    begun = []
                begun.append(fact)
    if begun:
        yield begun
