"""One input partition's transactional producer: everything that a batch comes to, and its offset, or nothing of it."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from hub.domain.vocabulary import Kind
from hub.router.closing import close_producer
from hub.router.judge import Batch, Output
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.decisions import URGENT, partition_of
from hub.wire.topics import DECISIONS, DIRECTORY, REJECTS, STATUSES

_BATCH_BYTES: Final = 512 * 1024
_TRANSACTION_MS: Final = 60_000


async def go_back(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    """Have the consumer fetch from the committed offset on, or from the beginning when there is none."""
    committed = await consumer.committed(partition)
    if committed is None:
        await consumer.seek_to_beginning(partition)
    else:
        consumer.seek(partition, committed)


class PartitionWriter:
    """Writes the results of one input partition, one transaction at a time.

    The transactional id is that of the partition, so that opening it fences whoever wrote for it before.
    """

    def __init__(self, settings: Settings, group: str, partition: TopicPartition, batch_bytes: int) -> None:
        self._group = group
        self._partition = partition
        self._marks = [URGENT] if partition.topic.endswith(f".{Kind.URGENCIES.value}") else []
        self._producer: AIOKafkaProducer = kafka_client.producer(
            settings,
            transactional_id=f"hub-router-{partition.topic}-{partition.partition}",
            transaction_timeout_ms=_TRANSACTION_MS,
            max_batch_size=min(_BATCH_BYTES, batch_bytes),
            max_request_size=2**31 - 1,  # the broker's own limits hold, and the judge knows them
        )
        self._decision_partitions = 0

    async def open(self, consumer: AIOKafkaConsumer) -> None:
        """Fence the former owner, then go back to what is committed: what was fetched before may be done already."""
        await self._producer.start()
        await go_back(consumer, self._partition)
        self._decision_partitions = len(await self._producer.partitions_for(DECISIONS))

    async def write(self, batch: Batch, next_offset: int) -> None:
        """Write and commit.

        Raises KafkaError when it is not known to be committed; the writer must then be closed and another opened.
        """
        producer = self._producer
        await producer.begin_transaction()
        futures = await self._send_decisions(batch.decisions)
        for topic, outputs in ((REJECTS, batch.rejects), (STATUSES, batch.statuses), (DIRECTORY, batch.directory)):
            futures += await self._send(topic, outputs)
        # Awaited before the commit: aiokafka would commit a transaction of which a part was refused. And before the
        # offsets: Kafka verifies both with the transaction's coordinator, and while it does so for the one it may turn
        # the other down (KIP-890), which aiokafka tries again 100 ms later.
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        await producer.send_offsets_to_transaction({self._partition: next_offset}, self._group)
        await producer.commit_transaction()

    async def _send(self, topic: str, outputs: Iterable[Output]) -> list[asyncio.Future[Any]]:
        return [await self._producer.send(topic, o.value, o.key, headers=list(o.headers)) for o in outputs]

    async def _send_decisions(self, decisions: list[tuple[bytes, bytes]]) -> list[asyncio.Future[Any]]:
        """Send in whole batches by partition: a future for every record would cost more than the decision."""
        producer, count = self._producer, self._decision_partitions
        filling: dict[int, Any] = {}
        full: list[tuple[int, Any]] = []
        for key, value in decisions:
            partition = partition_of(key, count)
            builder = filling.get(partition)
            if builder is None:
                builder = filling[partition] = producer.create_batch()
            if builder.append(timestamp=None, key=key, value=value, headers=self._marks) is None:
                full.append((partition, builder))
                builder = filling[partition] = producer.create_batch()
                builder.append(timestamp=None, key=key, value=value, headers=self._marks)
        return [
            await producer.send_batch(builder, DECISIONS, partition=partition)
            for partition, builder in (*full, *filling.items())
        ]

    async def close(self) -> None:
        """Close within seconds. A transaction under way is left to be aborted by whoever opens next, or by time."""
        await close_producer(self._producer)
