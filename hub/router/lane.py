"""One lane: its consumer group, and a task for every partition that the group gives to this process."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from hub.router.closing import close_consumer
from hub.router.faults import FATAL, TRANSIENT, stopped_by
from hub.router.lanes import Lane, group_of, topics_of
from hub.router.partition import LaneContext, PartitionWork
from hub.wire import kafka_client

log = structlog.get_logger()

_SESSION_MS: Final = 10_000
_HEARTBEAT_MS: Final = 2_000
_FETCH_BYTES: Final = 2 * 1024 * 1024
_LEAVE_SECONDS: Final = 5.0
_START_SECONDS: Final = 15.0
_RETRY_SECONDS: Final = 1.0
_TICK_SECONDS: Final = 1.0
_STALL_SECONDS: Final = 60.0


class LaneWork(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Runs one lane until it is asked to stop or something ends it.

    Each partition has its own task and transaction, so partitions never wait for each other; an idle one costs nothing.
    """

    def __init__(self, context: LaneContext) -> None:
        self._context = context
        self._consumer: AIOKafkaConsumer | None = None
        self._works: dict[TopicPartition, PartitionWork] = {}
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, stop: asyncio.Event) -> None:
        """Route until `stop`. Raises RejectLimitReached, and RouterStopped for what only a new process sorts out."""
        lane = self._context.lane
        progress = self._context.health.loop(f"lane-{lane.value}", _STALL_SECONDS)
        stopping: asyncio.Future[bool] = asyncio.ensure_future(stop.wait())
        ends: set[asyncio.Future[Any]] = {stopping, self._failure}
        try:
            await self._start(stop, progress)
            while not stop.is_set():
                await asyncio.wait(ends, timeout=_TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                progress()
                if self._failure.done():
                    self._failure.result()
        finally:
            stopping.cancel()
            await self._leave(list(self._works))
            if self._consumer is not None:
                await close_consumer(self._consumer)
            self._context.health.forget(f"lane-{lane.value}")

    async def _start(self, stop: asyncio.Event, progress: Callable[[], None]) -> None:
        """Join the group; a broker that is away, or topics that are not there yet, are waited for."""
        context, name = self._context, f"lane-{self._context.lane.value}"
        while not stop.is_set():
            consumer = self._make_consumer()
            try:
                async with asyncio.timeout(_START_SECONDS):
                    await consumer.start()
            except FATAL as error:
                await close_consumer(consumer)
                raise stopped_by(error, name) from error
            except TRANSIENT as error:
                await close_consumer(consumer)
                context.health.missing(name, f"Kafka does not answer: {type(error).__name__}")
                log.warning("lane_waits_for_kafka", lane=context.lane.value, error=type(error).__name__)
                progress()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._consumer = consumer
                consumer.subscribe(topics_of(context.lane), listener=self)
                context.health.there(name)
                log.info("lane_started", lane=context.lane.value, topics=topics_of(context.lane))
                return

    def _make_consumer(self) -> AIOKafkaConsumer:
        context = self._context
        # One member has the whole directory lane: every topic of it has one partition, and the range assignor gives
        # partition 0 of each to the same member. So two routers never judge the ownership of one contact at once.
        assignor = RangePartitionAssignor if context.lane is Lane.DIRECTORY else RoundRobinPartitionAssignor
        return kafka_client.consumer(
            context.settings,
            group_id=group_of(context.lane),
            group_instance_id=f"{group_of(context.lane)}-{context.settings.router_instance}",
            partition_assignment_strategy=(assignor,),
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            max_partition_fetch_bytes=_FETCH_BYTES,
            metadata_max_age_ms=30_000,
        )

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish what is under way before the partitions go to somebody else."""
        await self._leave(list(revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin the work on each partition."""
        partitions = sorted(assigned)
        log.info("partitions_assigned", lane=self._context.lane.value, partitions=len(partitions))
        await self._leave(list(self._works))
        for partition in partitions:
            work = self._works[partition] = PartitionWork(self._context, self._consumer, partition)
            work.start(self._on_done)

    async def _leave(self, partitions: list[TopicPartition]) -> None:
        works = [self._works.pop(partition) for partition in partitions if partition in self._works]
        await asyncio.gather(*(work.leave(_LEAVE_SECONDS) for work in works))

    def _on_done(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or self._failure.done():
            return
        error = task.exception()
        if error is not None:
            self._failure.set_exception(error)
