"""The live count against the topics: fact by fact, then cell by cell, to the unit.

The ledger is read at one instant. What is under way at that instant (read and not taken in, taken in and not counted,
told and not relayed) is no difference; nor is what retention has removed from the topics: there the ledger's own facts
stand for it, and it is told how many.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from struct import Struct
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact, Key, digest
from hub.ledger.indicators.snapshot import (
    KeptFact,
    begin_snapshot,
    decided_at,
    kept_facts,
    left_out,
    live_cells,
    number_of_facts,
    on_their_way,
)
from hub.replay.counting import ALL_GONE, EPOCH, Progress, Read, count, gather
from hub.replay.gathered import Gathered, GatheredFact, Seen, bucket_of, buckets_for
from hub.replay.records import TOPICS
from hub.replay.spill import Spill
from hub.settings import Settings
from hub.wire.decisions import partition_of
from hub.wire.schemas import Catalogue
from hub.wire.stretches import reading, stretches
from hub.wire.topics import DECISIONS, STATUSES
from hub.wire.trails import committed_offsets

NAMED_AT_MOST: Final = 10_000
"""Events that a comparison names; all are counted."""

_MARGIN_MS: Final = int(timedelta(minutes=5).total_seconds() * 1000)  # records of one moment lie in no strict order
_LOOKED_UP: Final = 2_000  # events at once
_ROW: Final = Struct("<I?32s")  # length of the fact, whether it is counted, its digest
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Fact)
_STATUS: Final = "delivery.status_changed"


class Lack(StrEnum):
    """What is wrong about an event."""

    NOT_IN_LEDGER = "NOT_IN_LEDGER"
    NOT_IN_TOPICS = "NOT_IN_TOPICS"
    OTHER_CONTENT = "OTHER_CONTENT"


@dataclass(frozen=True, slots=True)
class EventDifference:
    """An event that one side lacks, or that says something else there."""

    lack: Lack
    source: str
    id: str
    type: str
    month: str


@dataclass(frozen=True, slots=True, order=True)
class CellDifference:
    """A cell whose amounts are not equal."""

    cell: Cell
    replayed: int
    live: int


@dataclass(slots=True)
class Comparison:
    """What came of it. `removed`: facts by month that only the ledger still has; `under_way`: facts not compared."""

    compared: int = 0
    under_way: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    lacks: Counter[Lack] = field(default_factory=Counter)
    events: list[EventDifference] = field(default_factory=list)
    cells: list[CellDifference] = field(default_factory=list)
    replayed: Counter[Cell] = field(default_factory=Counter)
    read: Read = field(default_factory=Read)

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.lacks and not self.cells

    def note(self, lack: Lack, fact: Fact) -> None:
        """Count a difference, and name it unless far too many are."""
        self.lacks[lack] += 1
        if len(self.events) < NAMED_AT_MOST:
            self.events.append(EventDifference(lack, fact.source, fact.id, fact.type, fact.month))


@dataclass(frozen=True, slots=True)
class _Before:
    """How far everything was before the snapshot: a record before these offsets has its fact in it."""

    taken: Mapping[tuple[str, int], int]
    records: int


async def compare(
    settings: Settings, engine: AsyncEngine, catalogue: Catalogue, group: str, progress: Progress
) -> Comparison:
    """Compare everything. `group`: the consumer group of the processors, which take decisions in.

    Raises as `gather` does, and what PostgreSQL raises when away.
    """
    before = await _before(settings, group)
    async with engine.connect() as plain:
        connection = await begin_snapshot(plain)
        expected = await number_of_facts(connection)
        buckets = buckets_for(max(expected, before.records))
        live, refused = await live_cells(connection), await left_out(connection, DECISIONS)
        told = await on_their_way(connection)
        kept, done = Spill(buckets), 0
        async for rows in kept_facts(connection):
            for row in rows:
                kept.add(bucket_of(row.fact.thread, buckets), _written(row))
            done += len(rows)
            progress("ledger", done, expected)
    comparison, standing = Comparison(), Gathered(buckets)
    gathered, comparison.read = await gather(settings, catalogue, refused, progress, buckets)
    try:
        retention = _Retention(comparison.read)
        for number in range(buckets):
            alone = _compare_bucket(comparison, before, standing, gathered.bucket(number), _read(kept.read(number)))
            await _explain(engine, comparison, retention, standing, {k: f for k, f in alone.items() if k not in told})
            for key in alone.keys() & told:
                comparison.under_way += 1
                _stand(standing, alone[key])
            progress("comparing", number + 1, buckets)
        comparison.replayed = count(standing, progress)
    finally:
        for files in (kept, gathered, standing):
            files.close()
    comparison.cells = _cell_differences(comparison.replayed, live)
    return comparison


async def _before(settings: Settings, group: str) -> _Before:
    taken = await committed_offsets(settings, group)
    async with reading(settings, *TOPICS) as consumer:
        found = await stretches(consumer, EPOCH)
    ends = {(one.topic, one.partition): one.end for one in found if one.topic == STATUSES}
    return _Before(
        {place: offset for place, offset in taken.items() if place[0] == DECISIONS} | ends,
        sum(one.end - one.start for one in found),
    )


def _compare_bucket(
    comparison: Comparison,
    before: _Before,
    standing: Gathered,
    topics: Mapping[Key, GatheredFact],
    ledger: dict[Key, KeptFact],
) -> dict[Key, Fact]:
    """Compare what both sides have; the facts that only the ledger has, counted ones, are returned."""
    for key, (fact, seen) in topics.items():
        row = ledger.pop(key, None)
        if row is None:
            if seen.offset >= before.taken.get((TOPICS[seen.topic], seen.partition), 0):
                comparison.under_way += 1
                continue
            comparison.note(Lack.NOT_IN_LEDGER, fact)
        elif not row.counted:
            comparison.under_way += 1
            continue
        elif row.fact != fact or row.digest != digest(fact):
            comparison.note(Lack.OTHER_CONTENT, fact)
        else:
            comparison.compared += 1
        _stand(standing, fact)
    comparison.under_way += sum(not row.counted for row in ledger.values())
    return {key: row.fact for key, row in ledger.items() if row.counted}


async def _explain(
    engine: AsyncEngine, comparison: Comparison, retention: "_Retention", standing: Gathered, alone: dict[Key, Fact]
) -> None:
    """Tell what retention has removed from the topics, where the ledger's fact stands for it, from what is missing."""
    decided = [key for key, fact in alone.items() if fact.type != _STATUS]
    known: dict[Key, tuple[str, datetime]] = {}
    if retention.decisions and decided:
        async with engine.connect() as connection:
            for begun in range(0, len(decided), _LOOKED_UP):
                known |= await decided_at(connection, decided[begun : begun + _LOOKED_UP])
    for key, fact in alone.items():
        if fact.type == _STATUS:
            removed = retention.removed_status(int(fact.time.timestamp() * 1000))
        elif key in known:
            subject, at = known[key]
            removed = retention.removed_decision(subject, int(at.timestamp() * 1000))
        else:
            removed = bool(retention.decisions)  # the ledger's own retention has removed the event
        if removed:
            comparison.removed[fact.month] += 1
            _stand(standing, fact)
        else:
            comparison.note(Lack.NOT_IN_TOPICS, fact)


class _Retention:
    """What retention has removed from the topics: before which instant nothing is left, by partition."""

    def __init__(self, read: Read) -> None:
        cut = [extent for extent in read.extents if extent.since is not None]
        self.decisions = {one.stretch.partition: one.since for one in cut if one.stretch.topic == DECISIONS}
        self._partitions = sum(one.stretch.topic == DECISIONS for one in read.extents)
        statuses = [one.since or 0 for one in cut if one.stretch.topic == STATUSES]
        self._statuses = max((since for since in statuses if since != ALL_GONE), default=max(statuses, default=None))

    def removed_decision(self, subject: str, at_ms: int) -> bool:
        since = self.decisions.get(partition_of(subject.encode(), self._partitions))
        return since is not None and at_ms <= since + _MARGIN_MS

    def removed_status(self, at_ms: int) -> bool:
        return self._statuses is not None and at_ms <= self._statuses + _MARGIN_MS


def _cell_differences(replayed: Counter[Cell], live: Counter[Cell]) -> list[CellDifference]:
    return sorted(
        CellDifference(cell, replayed[cell], live[cell])
        for cell in replayed.keys() | live.keys()
        if replayed[cell] != live[cell]
    )


def _stand(standing: Gathered, fact: Fact) -> None:
    standing.add(fact, Seen(0, 0, 0, 0))


def _written(row: KeptFact) -> bytes:
    written = _ENCODER.encode(row.fact)
    return _ROW.pack(len(written), row.counted, row.digest) + written


def _read(content: bytes) -> dict[Key, KeptFact]:
    return {row.fact.key: row for row in _rows(memoryview(content))}


def _rows(content: memoryview) -> Iterator[KeptFact]:
    start = 0
    while start < len(content):
        length, counted, sha256 = _ROW.unpack_from(content, start)
        start += _ROW.size
        yield KeptFact(_DECODER.decode(content[start : start + length]), sha256, counted)
        start += length
