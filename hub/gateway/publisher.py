"""The gateway's way into Kafka: one idempotent producer, replaced when it fails, and never waited for too long.

A record whose acknowledgement did not come in time may still be written a moment later. The caller is told that
nothing was accepted and sends the same id again; readers drop the repeat by its id.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from hub.errors import BrokerUnavailable
from hub.health import Health
from hub.settings import Settings
from hub.wire.kafka_client import producer as kafka_producer

log = structlog.get_logger()

Record = tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]
"""Topic, key, value, headers."""

_BATCH_BYTES: Final = 950_000  # a Kafka batch; the brokers' default limit is 1,048,588 bytes
_REQUEST_MS: Final = 2_000  # after this an unacknowledged batch is given up
_PROBE_SECONDS: Final = 1.0
_PROBE_TIMEOUT: Final = 2.5
_RETRY_SECONDS: Final = 0.2


class Publisher:
    """Publishes groups of records, all acknowledged by every in-sync replica or BrokerUnavailable."""

    def __init__(self, settings: Settings, health: Health) -> None:
        self._settings = settings
        self._health = health
        self._producer: AIOKafkaProducer | None = None
        self._there = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()
        self._keeper: asyncio.Task[None] | None = None
        health.missing("kafka", "not connected yet")

    def start(self) -> None:
        """Begin to connect; `publish` waits for the connection."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Disconnect. What was acknowledged is on the broker; nothing else was promised."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._producer is not None:
            self._abandon(self._producer, "stopping")
        if self._ending:
            await asyncio.wait(self._ending, timeout=2.5)

    async def ready(self, deadline: float) -> None:
        """Wait until a producer is connected. Raises BrokerUnavailable at `deadline` (time.monotonic)."""
        await self._connected(deadline)

    async def publish(self, records: Sequence[Record], deadline: float) -> None:
        """Publish all records and wait for every acknowledgement, until `deadline` (time.monotonic) at most.

        Raises BrokerUnavailable; then some of the records may have been written. A producer that failed (not: timed
        out) is replaced and the group sent once more.
        """
        for last in (False, True):
            producer = await self._connected(deadline)
            try:
                await self._send(producer, records, deadline)
            except TimeoutError:
                self._abandon(producer, "no acknowledgement in time")
                break
            except KafkaError as error:
                self._abandon(producer, type(error).__name__)
                if last:
                    break
            else:
                return
        raise _unavailable()

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record], deadline: float) -> None:
        partitions: dict[str, int] = {}
        parts: dict[tuple[str, int], list[Record]] = defaultdict(list)
        async with asyncio.timeout(deadline - time.monotonic()):
            for record in records:
                topic = record[0]
                if topic not in partitions:
                    partitions[topic] = len(await producer.partitions_for(topic))
                parts[topic, partition_of(record[1], partitions[topic])].append(record)
        sends = [asyncio.ensure_future(_send_part(producer, *place, part)) for place, part in parts.items()]
        # A send that is late is left to itself: to cancel it would not take the batch back.
        done, late = await asyncio.wait(sends, timeout=max(0.0, deadline - time.monotonic()))
        for send in late:
            send.add_done_callback(_look_at)
        faults = [fault for send in done if (fault := send.exception()) is not None]
        if late:
            raise TimeoutError
        if faults:
            raise faults[0]

    async def _connected(self, deadline: float) -> AIOKafkaProducer:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                while True:
                    producer = self._producer
                    if producer is not None:
                        return producer
                    await self._there.wait()
        except TimeoutError:
            raise _unavailable() from None

    def _abandon(self, producer: AIOKafkaProducer, reason: str) -> None:
        if self._producer is producer:
            self._producer = None
            self._there.clear()
            self._health.missing("kafka", reason)
            if reason != "stopping":
                log.warning("producer_abandoned", reason=reason)
        # `stop` waits for what is under way, which ends by itself after _REQUEST_MS.
        ending = asyncio.create_task(_stop(producer))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _keep(self) -> None:
        progress = self._health.loop("kafka", limit_seconds=60)
        while True:
            progress()
            if self._producer is None:
                if not await self._connect():
                    await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(_PROBE_SECONDS)
                await self._probe()

    async def _connect(self) -> bool:
        producer = kafka_producer(self._settings, request_timeout_ms=_REQUEST_MS, max_batch_size=_BATCH_BYTES)
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT):
                await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            self._health.missing("kafka", type(error).__name__)
            await _stop(producer)
            return False
        except asyncio.CancelledError:
            await _stop(producer)
            raise
        self._producer = producer
        self._health.there("kafka")
        self._there.set()
        log.info("kafka_connected")
        return True

    async def _probe(self) -> None:
        producer = self._producer
        if producer is None:
            return
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT):
                await producer.client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError) as error:
            self._abandon(producer, f"probe: {type(error).__name__}")


async def _send_part(producer: AIOKafkaProducer, topic: str, partition: int, records: list[Record]) -> None:
    now = int(time.time() * 1000)
    acknowledgements = []
    batch = producer.create_batch()
    for _, key, value, headers in records:
        if batch.append(timestamp=now, key=key, value=value, headers=headers) is None:
            acknowledgements.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=now, key=key, value=value, headers=headers)
    batch.close()
    acknowledgements.append(await producer.send_batch(batch, topic, partition=partition))
    for acknowledgement in acknowledgements:
        await acknowledgement


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        await producer.stop()
    except (KafkaError, OSError) as error:
        log.debug("producer_stop_failed", reason=type(error).__name__)


def _look_at(send: "asyncio.Future[Any]") -> None:
    if not send.cancelled():
        send.exception()


def _unavailable() -> BrokerUnavailable:
    return BrokerUnavailable("Kafka did not acknowledge in time.", "Send the same events again in a moment.")


@lru_cache(maxsize=16_384)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as every Kafka client's default partitioner has it (murmur2)."""
    hashed: int = murmur2(key)
    return (hashed & 0x7FFFFFFF) % partitions
