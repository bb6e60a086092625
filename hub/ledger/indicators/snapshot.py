"""What the ledger has counted, at one instant, for whoever counts it again; read in a transaction of its own.

Memory does not grow with the ledger: facts come a few thousand at once.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact, Key
from hub.ledger.indicators.facts import fact_from_row
from hub.ledger.tables import event

Place = tuple[str, int, int]
"""Topic, partition and offset."""

_AT_ONCE: Final = 2_000  # rows

# What the router accepted and the ledger did not: another event under a known id, a notice that contradicts an earlier
# one, a record of hub.decisions that could not be read or stored.
_PLACES: Final = text("""
select topic, partition, "offset" from id_conflict
union all
select topic, partition, "offset" from reject where topic = :decisions
""")
_KEYS: Final = text("""
select e.source, e.id from reject r
join event e on e.topic = r.topic and e.partition = r.partition and e."offset" = r."offset"
""")
_CELLS: Final = text("select month, measure, dims, sum(amount) from indicator_cell group by month, measure, dims")
_NUMBER: Final = text("select count(*) from indicator_fact")
_FACTS: Final = text("select * from indicator_fact")
_ON_THEIR_WAY: Final = text(
    "select headers ->> 'ce_source', headers ->> 'ce_id' from status_outbox where relayed_at is null"
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the ledger did not take: records by their place, and whole events."""

    places: frozenset[Place] = frozenset()
    keys: frozenset[Key] = frozenset()


class KeptFact(NamedTuple):
    """A fact as the ledger holds it, with the digest beside it; whether its increments are in the cells."""

    fact: Fact
    digest: bytes
    counted: bool


async def begin_snapshot(connection: AsyncConnection) -> AsyncConnection:
    """Have every query of the transaction that begins now see the same instant."""
    return await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


async def left_out(connection: AsyncConnection, decisions: str) -> LeftOut:
    """What the ledger did not take. `decisions`: the name of hub.decisions."""
    places = await connection.execute(_PLACES, {"decisions": decisions})
    keys = await connection.execute(_KEYS)
    return LeftOut(
        frozenset((topic, partition, offset) for topic, partition, offset in places),
        frozenset((source, id_) for source, id_ in keys),
    )


async def live_cells(connection: AsyncConnection) -> Counter[Cell]:
    """Every cell, with what was counted after its period was frozen."""
    rows = await connection.execute(_CELLS)
    return Counter({Cell(month, measure, tuple(dims)): int(n) for month, measure, dims, n in rows if n})


async def number_of_facts(connection: AsyncConnection) -> int:
    """How many facts there are, counted or not yet."""
    return await connection.scalar(_NUMBER) or 0


async def kept_facts(connection: AsyncConnection) -> AsyncIterator[Sequence[KeptFact]]:
    """Every fact, in no order, some thousand at once."""
    async with connection.stream(_FACTS) as rows:
        async for part in rows.mappings().partitions(_AT_ONCE):
            yield [KeptFact(fact_from_row(row), row["digest"], row["counted_at"] is not None) for row in part]


async def on_their_way(connection: AsyncConnection) -> frozenset[Key]:
    """The status events that hub.statuses may not hold yet."""
    return frozenset((source, id_) for source, id_ in await connection.execute(_ON_THEIR_WAY))


async def decided_at(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, tuple[str, datetime]]:
    """Subject and instant of the decision of those of these events that the ledger holds."""
    rows = await connection.execute(
        select(event.c.source, event.c.id, event.c.subject, event.c.decided_at).where(
            tuple_(event.c.source, event.c.id).in_(sorted(keys))
        )
    )
    return {(source, id_): (subject, at) for source, id_, subject, at in rows}
