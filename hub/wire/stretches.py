"""A day of a topic, as a stretch of offsets of each partition, and its committed records.

The clock is the one of the records' timestamps, as Kafka looks them up: a day begins at the first record that is not
older than its first instant, and ends where the next day begins. So each record lies in exactly one day, also where
timestamps are out of order.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from hub.errors import BrokerUnavailable
from hub.settings import Settings
from hub.wire import kafka_client

_AT_ONCE: Final = 500  # records
_POLL_MS: Final = 200
_TRANSACTION_SECONDS: Final = 90.0  # the router's transactions are aborted after 60
_PAUSE: Final = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets from `start` (included) to `end` (excluded). `cut`: retention may have removed what was before."""

    topic: str
    partition: int
    start: int
    end: int
    cut: bool


@asynccontextmanager
async def reading(settings: Settings, *topics: str) -> AsyncGenerator[AIOKafkaConsumer, None]:
    """A consumer without a group of every partition of some topics, which fetches only what `records_of` reads."""
    async with kafka_client.consumer(settings, *topics) as consumer:
        consumer.pause(*consumer.assignment())
        yield consumer


async def stretches(consumer: AIOKafkaConsumer, since: datetime, until: datetime | None = None) -> list[Stretch]:
    """The stretch of each partition of a consumer of `reading`; without `until`, to the present end."""
    partitions = sorted(consumer.assignment())
    first = await consumer.beginning_offsets(partitions)
    last = await consumer.end_offsets(partitions)  # read_committed: up to the first transaction under way
    begins = await _first_at(consumer, partitions, since)
    ends = {} if until is None else await _first_at(consumer, partitions, until)
    found = []
    for partition in partitions:
        start = begins.get(partition, last[partition])
        end = max(start, min(ends.get(partition, last[partition]), last[partition]))
        cut = 0 < first[partition] == start
        found.append(Stretch(partition.topic, partition.partition, start, end, cut))
    return found


async def _first_at(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], moment: datetime
) -> dict[TopicPartition, int]:
    stamp = int(moment.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, stamp))
    return {partition: place.offset for partition, place in found.items() if place is not None}


async def records_of(consumer: AIOKafkaConsumer, stretch: Stretch) -> AsyncGenerator[Sequence[ConsumerRecord], None]:
    """The committed records of a stretch, in order, some hundred at once.

    One that the client cannot decode (a header's name that is not UTF-8) comes with its place only.
    """
    partition = TopicPartition(stretch.topic, stretch.partition)
    if stretch.start >= stretch.end:
        return
    consumer.seek(partition, stretch.start)
    consumer.resume(partition)
    while (before := await consumer.position(partition)) < stretch.end:
        try:
            found = await _fetch(consumer, partition, _AT_ONCE)
        except UnicodeDecodeError:
            consumer.seek(partition, before)
            found = await _one_by_one(consumer, partition)
        inside = [record for record in found if record.offset < stretch.end]
        if inside:
            yield inside
    consumer.pause(partition)


async def _fetch(consumer: AIOKafkaConsumer, partition: TopicPartition, most: int) -> Sequence[ConsumerRecord]:
    fetched: dict[Any, Sequence[Any]] = await consumer.getmany(partition, timeout_ms=_POLL_MS, max_records=most)
    return fetched.get(partition, ())


async def _one_by_one(consumer: AIOKafkaConsumer, partition: TopicPartition) -> list[ConsumerRecord]:
    """Read up to a record that cannot be decoded, and past it; aiokafka raises for the whole batch and forgets it."""
    found: list[ConsumerRecord] = []
    while True:
        try:
            found += await _fetch(consumer, partition, 1)
        except UnicodeDecodeError:
            await consumer.getmany(partition, timeout_ms=0, max_records=1)  # moves the position onto the record
            offset = await consumer.position(partition)
            consumer.seek(partition, offset + 1)
            return [*found, _bare(partition, offset)]


def _bare(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(partition.topic, partition.partition, offset, -1, 0, None, None, None, 0, 0, headers=())


async def await_transactions(settings: Settings, topic: str) -> None:
    """Return once every transaction that now writes to a topic has ended: what it wrote can be read, or never will.

    Raises BrokerUnavailable when one stays open for longer than the router's may.
    """
    async with (
        kafka_client.consumer(settings, topic, isolation_level="read_uncommitted") as written,
        kafka_client.consumer(settings, topic) as committed,
    ):
        partitions = sorted(written.assignment())
        ends = await written.end_offsets(partitions)
        deadline = asyncio.get_running_loop().time() + _TRANSACTION_SECONDS
        while any(offset < ends[part] for part, offset in (await committed.end_offsets(partitions)).items()):
            if asyncio.get_running_loop().time() > deadline:
                msg = f"A transaction on {topic} stays open: what it wrote cannot be read."
                raise BrokerUnavailable(msg, "Look at `kafka-transactions.sh find-hanging`, and try again.")
            await asyncio.sleep(_PAUSE)
