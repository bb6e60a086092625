"""Count the indicators again: read both topics to the end that they have now, then count thread after thread."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from aiokafka import ConsumerRecord

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.increments import increments
from hub.errors import HubError
from hub.ledger.indicators.snapshot import LeftOut
from hub.replay.gathered import Gathered, Seen, buckets_for, by_thread
from hub.replay.records import TOPICS, FactReader
from hub.settings import Settings
from hub.wire.faults import EventInvalid
from hub.wire.schemas import Catalogue
from hub.wire.stretches import Stretch, await_transactions, reading, records_of, stretches

EPOCH: Final = datetime.fromtimestamp(0, UTC)
ALL_GONE: Final = 2**63 - 1
_NUMBER: Final = {topic: number for number, topic in enumerate(TOPICS)}
Progress = Callable[[str, int, int], None]
"""Told « reading » or « counting », how far it is, and how far it goes."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What was read of one partition.

    `since`: where retention has removed what was before, the timestamp of the first record that is left, in ms, or
    ALL_GONE; None where nothing is removed.
    """

    stretch: Stretch
    since: int | None


@dataclass(slots=True)
class Read:
    """How the reading went: records in all, those that no fact came of by why, and each partition's extent."""

    records: int = 0
    unreadable: int = 0
    left_out: int = 0
    extents: list[Extent] = field(default_factory=list)

    @property
    def cut(self) -> bool:
        """Whether retention has removed something from the topics."""
        return any(extent.since is not None for extent in self.extents)


async def gather(
    settings: Settings, catalogue: Catalogue, left_out: LeftOut, progress: Progress, buckets: int | None = None
) -> tuple[Gathered, Read]:
    """Read every fact of the topics, from their beginnings to their present ends; the caller closes what it gets.

    `buckets`: of the facts; by default as many as suits the topics. Raises BrokerUnavailable and KafkaError;
    EventInvalid for what a newer version of the hub wrote.
    """
    reader, read = FactReader(catalogue), Read()
    for topic in TOPICS:
        await await_transactions(settings, topic)
    async with reading(settings, *TOPICS) as consumer:
        found = await stretches(consumer, EPOCH)
        total = sum(stretch.end - stretch.start for stretch in found)
        gathered = Gathered(buckets or buckets_for(total))
        try:
            done = 0
            for stretch in found:
                first: int | None = None
                async for records in records_of(consumer, stretch):
                    if first is None:
                        first = records[0].timestamp
                    _take(reader, records, left_out, gathered, read)
                    progress("reading", done + records[-1].offset + 1 - stretch.start, total)
                done += stretch.end - stretch.start
                read.extents.append(Extent(stretch, _since(stretch, first)))
            gathered.settle()
        except BaseException:
            gathered.close()
            raise
    return gathered, read


def _take(
    reader: FactReader, records: Sequence[ConsumerRecord], left_out: LeftOut, gathered: Gathered, read: Read
) -> None:
    read.records += len(records)
    for record in records:
        try:
            found = reader.read(record)
        except EventInvalid as error:
            if error.faults[0].code == "UNKNOWN_SCHEMA_ID":
                raise
            read.unreadable += 1
            continue
        except HubError:
            read.unreadable += 1
            continue
        if found is None:
            continue
        place = (record.topic, record.partition, record.offset)
        if found.origin in left_out.places or place in left_out.places or found.fact.key in left_out.keys:
            read.left_out += 1
            continue
        gathered.add(found.fact, Seen(_NUMBER[record.topic], record.partition, record.offset, record.timestamp))


def _since(stretch: Stretch, first: int | None) -> int | None:
    if not stretch.cut:
        return None
    return ALL_GONE if first is None else first


def count(gathered: Gathered, progress: Progress) -> Counter[Cell]:
    """The cells of everything that was gathered."""
    gone = gathered.gone()
    total: Counter[Cell] = Counter()
    for number in range(gathered.buckets):
        standing = (one.fact for key, one in gathered.bucket(number).items() if key not in gone)
        for facts in by_thread(standing).values():
            total.update(increments(facts))
        progress("counting", number + 1, gathered.buckets)
    return total


async def replay(
    settings: Settings, catalogue: Catalogue, left_out: LeftOut, progress: Progress
) -> tuple[Counter[Cell], Read]:
    """The cells of everything that the topics still hold. Raises as `gather` does."""
    gathered, read = await gather(settings, catalogue, left_out, progress)
    try:
        return count(gathered, progress), read
    finally:
        gathered.close()
