"""Members of a consumer group that a test can have the group forget, and work on a partition that they do."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.protocol.group import LeaveGroupRequest

from hub.data import load_territory
from hub.health import Health
from hub.router.directory import DirectoryFollower, DirectoryState
from hub.router.judge import Judge, Limits
from hub.router.lanes import Lane
from hub.router.partition import LaneContext, PartitionWork
from hub.router.reject_limit import RejectWindow
from hub.wire import kafka_client
from tests.integration.router.router_desk import CATALOGUE, PATIENCE_SECONDS, Desk


@dataclass(slots=True)
class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Ends the work on revocation, as a lane does."""

    assigned: asyncio.Event = field(default_factory=asyncio.Event)
    work: PartitionWork | None = None

    async def on_partitions_revoked(self, _revoked: Iterable[TopicPartition]) -> None:
        """End the work before the partitions go to somebody else."""
        if self.work is not None:
            await self.work.leave(PATIENCE_SECONDS)

    async def on_partitions_assigned(self, _assigned: Iterable[TopicPartition]) -> None:
        """Note that the group has let this member in."""
        self.assigned.set()


@asynccontextmanager
async def member(desk: Desk, group: str, topic: str, listener: Listener) -> AsyncIterator[AIOKafkaConsumer]:
    """Give the one member of a group, which learns late from its own heartbeats what becomes of it."""
    late = {"session_timeout_ms": 60_000, "heartbeat_interval_ms": 20_000}
    async with kafka_client.consumer(desk.settings, group_id=group, group_instance_id="frozen", **late) as consumer:
        consumer.subscribe([topic], listener=listener)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await listener.assigned.wait()
        yield consumer


async def forget(consumer: AIOKafkaConsumer) -> None:
    """Have the group forget this member, as the end of its session does; nobody tells the member."""
    coordinator = consumer._coordinator
    left = await coordinator._send_req(LeaveGroupRequest(coordinator.group_id, coordinator.member_id))
    assert 0 == left.error_code


def partition_work(desk: Desk, consumer: AIOKafkaConsumer, partition: TopicPartition) -> PartitionWork:
    """The work of the standard lane on a partition, not started."""
    health, territory = Health("router"), load_territory()
    state = DirectoryState(CATALOGUE, territory)
    judge = Judge(CATALOGUE, territory, state, Limits(1_000_000, 1_000_000))
    follower = DirectoryFollower(desk.settings, health, state)

    async def read_limits() -> None:
        return None

    context = LaneContext(
        Lane.STANDARD, desk.settings, health, judge, follower, RejectWindow(100, 0.5), read_limits, turn=None
    )
    return PartitionWork(context, consumer, partition)
