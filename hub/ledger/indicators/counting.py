"""Count the facts that wait: what they change of their threads goes into the cells, once, whatever happens between.

The cells are always the increments of exactly the facts that are marked as counted: both change in one transaction, and
one process counts at a time. A fact changes its own thread; a correction also that of the event which it corrects and
those of the other corrections of it.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact, Key
from hub.domain.indicators.increments import increments
from hub.ledger.indicators.facts import fact_from_row

BATCH: Final = 250
"""Facts of one transaction: few enough for an urgency that is taken in meanwhile not to feel it."""

LOCK: Final = 3_535_030
"""Advisory lock: one process counts, or freezes a period, at a time."""

_COUNTED_AT_MOST: Final = 100_000  # facts that wait, as the metric tells them

_TAKE: Final = text("""
select seq, source, id, thread, corrects from indicator_fact
where counted_at is null and seq <> all(cast(:leave as bigint[]))
order by seq limit :limit
""")
_TOUCHED: Final = text("""
select f.thread from unnest(cast(:sources as text[]), cast(:corrects as text[])) as n (source, id)
join indicator_fact f on f.source = n.source and f.id = n.id
union
select f.thread from unnest(cast(:sources as text[]), cast(:corrects as text[])) as n (source, corrects)
join indicator_fact f on f.source = n.source and f.corrects = n.corrects
""")
_OF_THREADS: Final = text("""
select * from indicator_fact
where thread = any(cast(:threads as text[]))
  and (counted_at is not null or seq = any(cast(:taken as bigint[])))
""")
_CORRECTING: Final = text("""
select * from indicator_fact
where (source, corrects) in (
    select n.source, n.id from unnest(cast(:sources as text[]), cast(:ids as text[])) as n (source, id)
  )
  and corrects is not null and (counted_at is not null or seq = any(cast(:taken as bigint[])))
""")
_CLOSED: Final = text("select name, first, last, frozen_at from indicator_period")

# A cell that comes to nothing goes, any other is written: two sets of rows, so that one statement may do both.
_ADD: Final = text("""
with delta as (
  select * from jsonb_to_recordset(cast(cast(:rows as text) as jsonb))
    as d (month text, measure text, dims text[], adjustment text, amount bigint)
), gone as (
  delete from indicator_cell c using delta d
  where c.month = d.month and c.measure = d.measure and c.dims = d.dims and c.adjustment = d.adjustment
    and c.amount + d.amount = 0
  returning c.month, c.measure, c.dims, c.adjustment
)
insert into indicator_cell (month, measure, dims, adjustment, amount)
select d.month, d.measure, d.dims, d.adjustment, d.amount from delta d
where not exists (
  select from gone g
  where g.month = d.month and g.measure = d.measure and g.dims = d.dims and g.adjustment = d.adjustment
)
on conflict (month, measure, dims, adjustment) do update set amount = indicator_cell.amount + excluded.amount
""")
_MARK: Final = text("""
update indicator_fact set counted_at = :at where counted_at is null and seq = any(cast(:taken as bigint[]))
""")
_WAITING: Final = text("select count(*) from (select from indicator_fact where counted_at is null limit :most) as w")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that waits to be counted."""

    seq: int
    source: str
    id: str
    thread: str
    corrects: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was done: facts counted, threads read again, cells changed."""

    facts: int
    threads: int
    cells: int


async def try_lock(connection: AsyncConnection) -> bool:
    """Become the only one that counts until the transaction ends; False when another process counts now."""
    return bool(await connection.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": LOCK}))


async def hold_lock(connection: AsyncConnection) -> None:
    """Become the only one that counts until the transaction ends, once the one that counts now is done."""
    await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def take_waiting(connection: AsyncConnection, limit: int = BATCH, leave: Collection[int] = ()) -> list[Waiting]:
    """The facts that have waited longest, at most `limit`, without those of `leave` (their `seq`)."""
    rows = await connection.execute(_TAKE, {"leave": sorted(leave), "limit": limit})
    return [Waiting(**row) for row in rows.mappings()]


async def count_facts(connection: AsyncConnection, waiting: Sequence[Waiting], now: datetime) -> Counted:
    """Count these facts, inside the caller's transaction, which took them and holds the lock of this module."""
    if not waiting:
        return Counted(0, 0, 0)
    taken = [one.seq for one in waiting]
    threads = await _touched(connection, waiting)
    wanted = {"threads": threads, "taken": taken}
    rows = (await connection.execute(_OF_THREADS, wanted)).mappings().all()
    correcting = (await connection.execute(_CORRECTING, _targets(rows) | {"taken": taken})).mappings().all()
    new = {(one.source, one.id) for one in waiting}
    # Beside the loop: a notice to a thousand contacts is a thread of thousands, and an urgency may come in meanwhile.
    delta = await asyncio.to_thread(
        lambda: changes(map(fact_from_row, rows), [fact_from_row(row) for row in correcting], new)
    )
    closed = (await connection.execute(_CLOSED)).mappings().all()
    await _add(connection, delta, _adjustments(closed))
    # What is counted after a period was frozen is told from what was before by this instant, whatever the clocks say.
    at = max((now, *(row["frozen_at"] + timedelta(microseconds=1) for row in closed)))
    await connection.execute(_MARK, {"at": at, "taken": taken})
    return Counted(len(taken), len(threads), len(delta))


def changes(facts: Iterable[Fact], correcting: Sequence[Fact], new: Collection[Key]) -> dict[Cell, int]:
    """By how much each cell changes when the facts of `new` are counted too.

    `facts`: every fact of the threads that this touches, `correcting`: every fact that corrects one of them or the same
    event as one of them; both hold counted facts and those of `new` only.
    """
    gone_before = replaced(fact for fact in correcting if fact.key not in new)
    gone_after = replaced(correcting)
    threads: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        threads[fact.thread].append(fact)
    delta: Counter[Cell] = Counter()
    for thread in threads.values():
        before = [fact for fact in thread if fact.key not in new and fact.key not in gone_before]
        after = [fact for fact in thread if fact.key not in gone_after]
        if after:
            delta.update(increments(after))
        if before:
            delta.subtract(increments(before))
    return {cell: amount for cell, amount in delta.items() if amount}


async def waiting_facts(connection: AsyncConnection) -> int:
    """How many facts wait to be counted, as far as 100,000."""
    return await connection.scalar(_WAITING, {"most": _COUNTED_AT_MOST}) or 0


async def _touched(connection: AsyncConnection, waiting: Sequence[Waiting]) -> list[str]:
    threads = {one.thread for one in waiting}
    correcting = [one for one in waiting if one.corrects is not None]
    if correcting:
        targets = {
            "sources": [one.source for one in correcting],
            "corrects": [one.corrects for one in correcting],
        }
        threads.update(await connection.scalars(_TOUCHED, targets))
    return sorted(threads)


def _targets(rows: Sequence[RowMapping]) -> dict[str, list[str]]:
    """The events that these facts are of, and those that they correct."""
    keys = {(row["source"], row["id"]) for row in rows}
    keys |= {(row["source"], row["corrects"]) for row in rows if row["corrects"] is not None}
    return {"sources": [source for source, _ in keys], "ids": [id_ for _, id_ in keys]}


def _adjustments(closed: Sequence[RowMapping]) -> Mapping[tuple[str, str], str]:
    """First and last month of each frozen period → its name, years before months."""
    return {(row["first"], row["last"]): row["name"] for row in sorted(closed, key=lambda r: r["first"] == r["last"])}


def _adjustment(month: str, closed: Mapping[tuple[str, str], str]) -> str:
    return next((name for (first, last), name in closed.items() if first <= month <= last), "")


async def _add(connection: AsyncConnection, delta: Mapping[Cell, int], closed: Mapping[tuple[str, str], str]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "month": cell.month,
            "measure": cell.measure,
            "dims": list(cell.dims),
            "adjustment": _adjustment(cell.month, closed),
            "amount": amount,
        }
        for cell, amount in sorted(delta.items())
    ]
    if rows:
        await connection.execute(_ADD, {"rows": json.dumps(rows, ensure_ascii=False)})
