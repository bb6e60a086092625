"""What survives: a router that is killed again and again, a transaction that is aborted, a broker that goes away."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from hub.data import load_territory
from hub.embedded.kafka import EmbeddedKafka
from hub.health import Health
from hub.processes.router import route
from hub.processes.service import Service
from hub.router.directory import DirectoryState
from hub.router.judge import Batch, Judge, Limits
from hub.router.lanes import ALL, Lane, group_of
from hub.router.membership import NotAMember, ensure_member
from hub.router.partition import judge_all
from hub.router.transaction import PartitionWriter
from hub.wire import kafka_client
from hub.wire.cloudevents import to_kafka_record
from tests.integration.router.members import Listener, forget, member, partition_work
from tests.integration.router.router_desk import CATALOGUE, PATIENCE_SECONDS, Desk, example

ROLE = "import sys; from hub.settings import read_settings; from hub.processes.router import run; run(read_settings())"


def _start(desk: Desk) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "HUB_KAFKA_BOOTSTRAP": desk.settings.kafka_bootstrap,
        "HUB_ROUTER_BATCH": "50",
        "HUB_LOG_LEVEL": "error",
    }
    return subprocess.Popen([sys.executable, "-c", ROLE], env=environment)


async def test_a_router_killed_in_the_middle_of_a_stream_again_and_again_routes_every_event_once(desk: Desk) -> None:
    ids = [f"kill-{number:05d}" for number in range(3000)]
    template = example("notice.published", id="t", subject="t", source="urn:hub:cd35:test")
    events = [
        example("notice.published", id=identifier, subject=identifier, source="urn:hub:cd35:test") for identifier in ids
    ]
    async with kafka_client.producer(desk.settings, linger_ms=5) as producer:
        futures = [
            await producer.send("cd35.notices", value, key, headers=headers)
            for key, value, headers in map(to_kafka_record, events)
        ]
        await asyncio.gather(*futures)
    seen = 0
    for _ in range(4):
        process = _start(desk)

        async def read() -> int:
            return len(await desk.decisions())

        seen = await desk.eventually(read, lambda count, before=seen: count > before)  # type: ignore[misc]  # a default
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = _start(desk)
    await desk.decided(*ids)
    process.terminate()
    # The one before may have decided everything: this one may be told to stop before it listens for that.
    assert process.wait(timeout=60) in {0, -signal.SIGTERM}
    times = Counter(row["envelope"]["id"] for row in await desk.decisions())
    assert dict.fromkeys(ids, 1) == {identifier: times[identifier] for identifier in ids}
    assert template.envelope.id not in times


async def test_nobody_sees_what_an_aborted_transaction_wrote(desk: Desk) -> None:
    event = example("notice.published", id="aborted", subject="aborted", source="urn:hub:cd35:test")
    key, value, headers = to_kafka_record(event)
    record = ConsumerRecord("cd35.notices", 0, 7, 0, 0, key, value, None, 0, 0, tuple(headers))
    territory = load_territory()
    judge = Judge(CATALOGUE, territory, DirectoryState(CATALOGUE, territory), Limits(1_000_000, 1_000_000))
    partition = TopicPartition("cd35.notices", 0)
    writer = PartitionWriter(desk.settings, group_of(Lane.STANDARD), partition, 1_000_000)
    async with kafka_client.consumer(desk.settings, group_id=group_of(Lane.STANDARD)) as consumer:
        consumer.assign([partition])
        await writer.open(consumer)
        before = await consumer.committed(partition)
        batch = await judge_all(judge, [record])
        await writer._producer.begin_transaction()
        futures = await writer._send_decisions(batch.decisions)
        await asyncio.gather(*futures)
        await writer._producer.abort_transaction()
        await writer.close()
        assert before == await consumer.committed(partition)
    assert "aborted" not in {row["envelope"]["id"] for row in await desk.decisions()}


async def test_a_second_router_of_the_same_partition_fences_the_first(desk: Desk) -> None:
    partition = TopicPartition("caf.notices", 0)
    async with kafka_client.consumer(desk.settings, group_id="fencing-test") as consumer:
        consumer.assign([partition])
        first, second = (PartitionWriter(desk.settings, "fencing-test", partition, 1_000_000) for _ in range(2))
        await first.open(consumer)
        await second.open(consumer)
        event = example("notice.published", id="fenced", subject="fenced", source="urn:hub:caf35:test")
        key, value, headers = to_kafka_record(event)
        territory = load_territory()
        judge = Judge(CATALOGUE, territory, DirectoryState(CATALOGUE, territory), Limits(1_000_000, 1_000_000))
        batch = await judge_all(
            judge, [ConsumerRecord("caf.notices", 0, 0, 0, 0, key, value, None, 0, 0, tuple(headers))]
        )
        failures = await asyncio.gather(first.write(batch, 1), return_exceptions=True)
        await first.close()
        await second.close()
    assert "ProducerFenced" == type(failures[0]).__name__
    assert "fenced" not in {row["envelope"]["id"] for row in await desk.decisions()}


async def test_a_router_that_its_group_has_forgotten_does_not_fence_the_one_that_took_over(desk: Desk) -> None:
    group, partition = "forgotten-test", TopicPartition("partner.notices", 0)
    listener, ended = Listener(), asyncio.Event()
    owner = PartitionWriter(desk.settings, group, partition, 1_000_000)
    async with member(desk, group, partition.topic, listener) as thawed:
        await forget(thawed)
        await owner.open(thawed)
        listener.work = partition_work(desk, thawed, partition)
        listener.work.start(lambda _: ended.set())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ended.wait()
        await owner.write(Batch(datetime.now(UTC)), 0)
        await owner.close()


async def test_a_member_of_a_group_is_told_from_one_that_the_group_has_forgotten(desk: Desk) -> None:
    async with member(desk, "told-test", "partner.notices", Listener()) as consumer:
        await ensure_member(consumer)
        await forget(consumer)
        with pytest.raises(NotAMember):
            await ensure_member(consumer)


async def test_a_broker_that_goes_away_is_waited_for_and_nothing_is_lost(desk: Desk, kafka: EmbeddedKafka) -> None:
    service = Service(desk.settings, Health("router"), asyncio.Event())
    work = asyncio.create_task(route(service, ALL))
    first, second = (
        example("notice.published", id=identifier, subject=identifier, source="urn:hub:cd35:test")
        for identifier in ("up-1", "up-2")
    )
    await desk.publish(first)
    await desk.decided("up-1")

    async def ready() -> bool:
        return service.health.ready

    await kafka.kill()
    await desk.eventually(ready, lambda is_ready: not is_ready)
    assert service.health.live
    assert not work.done()
    await kafka.restart()
    await desk.publish(second)
    await desk.decided("up-2")
    await desk.eventually(ready, bool)
    service.stop.set()
    await work
    times = Counter(row["envelope"]["id"] for row in await desk.decisions())
    assert (1, 1) == (times["up-1"], times["up-2"])
