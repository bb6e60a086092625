"""The intake agent: what the router committed reaches the ledger, once, whatever dies meanwhile."""

import asyncio
import signal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.postgres import EmbeddedPostgres
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.decisions import URGENT
from hub.wire.topics import DECISIONS
from tests.integration.processors.processors_process import (
    Processors,
    committed,
    decision_value,
    names,
    publish,
    router,
    rows,
    until,
)


async def _known(ledger: AsyncEngine, prefix: str) -> set[str]:
    return {row.id for row in await rows(ledger, "select id from event where id like :prefix", prefix=f"{prefix}-%")}


async def _until_known(ledger: AsyncEngine, ids: list[str]) -> None:
    prefix = ids[0].rsplit("-", 1)[0]

    async def all_known() -> bool:
        return await _known(ledger, prefix) >= set(ids)

    await until(all_known, 300)


async def test_an_aborted_transaction_is_never_seen_and_offsets_go_on_after_it(
    settings: Settings, ledger: AsyncEngine
) -> None:
    """Also right after the first record of a partition, where Faust alone would commit nothing any more."""
    async with router(settings) as producer:
        await publish(producer, ["first-0"], partition=0)
        await publish(producer, names("aborted", 30), recipients=["c1"], partition=0, abort=True)
        await publish(producer, ["first-1"], partition=0)
        with Processors(settings):
            await _until_known(ledger, ["first-0", "first-1"])
            await publish(producer, names("aborted", 30), recipients=["c1"], partition=0, abort=True)
            await publish(producer, ["first-2"], partition=0)
            await _until_known(ledger, ["first-2"])

            async def offsets_follow() -> bool:
                return (await committed(settings, DECISIONS, 0) or 0) > 60

            await until(offsets_follow)
    assert set() == await _known(ledger, "aborted")
    assert [] == await rows(ledger, "select id from delivery where event_id like 'aborted%'")


async def test_a_record_that_nobody_can_read_is_recorded_and_the_stream_goes_on(
    settings: Settings, ledger: AsyncEngine
) -> None:
    async with router(settings) as producer:
        async with producer.transaction():
            sent = await producer.send_and_wait(DECISIONS, key=b"x", value=b"\x00\x00", partition=1)
        await publish(producer, ["readable-0"], partition=1)
        with Processors(settings):
            await _until_known(ledger, ["readable-0"])
    where = {"partition": sent.partition, "position": sent.offset}
    found = await rows(
        ledger, 'select reason from reject where topic = :topic and partition = :partition and "offset" = :position',
        topic=DECISIONS, **where,
    )  # fmt: skip
    assert [("UNREADABLE_RECORD",)] == [tuple(row) for row in found]


async def test_a_value_that_postgresql_refuses_takes_no_other_record_with_it(
    settings: Settings, ledger: AsyncEngine
) -> None:
    async with router(settings) as producer:
        async with producer.transaction():
            for id_, title in (("storable-0", "Avant"), ("refused-0", "zéro \x00 ici"), ("storable-1", "Après")):
                key, value = decision_value(id_, ["c1"], title=title)
                await producer.send(DECISIONS, key=key, value=value, partition=2)
        with Processors(settings):
            await _until_known(ledger, ["storable-0", "storable-1"])
    assert set() == await _known(ledger, "refused")
    assert [1] == [row.count for row in await rows(ledger, "select count(*) from reject where reason = 'NOT_STORABLE'")]


async def test_what_the_router_marked_as_urgent_waits_for_no_other_record(
    settings: Settings, ledger: AsyncEngine
) -> None:
    """The others' transaction hangs on a contact that somebody holds; the urgent one is in the ledger all the same."""
    async with router(settings) as producer, ledger.connect() as holder:
        await holder.execute(text("insert into delivery_sequence (contact, sequence, last) values ('held', 'MAIL', 0)"))
        await publish(producer, ["slow-0"], recipients=["held"], partition=3)
        with Processors(settings):
            await until(lambda: _waiting_for_a_lock(ledger))
            before = await committed(settings, DECISIONS, 3)
            async with producer.transaction():
                key, value = decision_value("urgent-0", ["c1"])
                await producer.send(DECISIONS, key=key, value=value, headers=[URGENT], partition=3)
            await _until_known(ledger, ["urgent-0"])
            assert set() == await _known(ledger, "slow")
            assert before == await committed(settings, DECISIONS, 3)
            await holder.rollback()
            await _until_known(ledger, ["slow-0"])


async def _waiting_for_a_lock(ledger: AsyncEngine) -> bool:
    return bool(await rows(ledger, "select pid from pg_stat_activity where wait_event_type = 'Lock'"))


async def test_records_that_come_again_change_nothing(settings: Settings, ledger: AsyncEngine) -> None:
    ids = names("again", 50)
    async with router(settings) as producer:
        await publish(producer, ids, recipients=["c1", "c2"])
        with Processors(settings) as processors:
            await _until_known(ledger, ids)
            assert 0 == processors.end()
        deliveries = await rows(ledger, "select * from delivery where event_id like 'again-%' order by id")
        statuses = await rows(ledger, "select count(*) from status_outbox")
        consumer = kafka_client.consumer(settings, group_id="hub-processors")
        await consumer.start()
        partitions = [TopicPartition(DECISIONS, number) for number in range(6)]
        consumer.assign(partitions)
        # The static member has ended but its session has not: wait until the group is empty and takes the offsets.
        await until(lambda: _rewound(consumer, partitions))
        await consumer.stop()
        await publish(producer, ["again-last"])
        with Processors(settings):
            await _until_known(ledger, ["again-last"])
    assert deliveries == await rows(ledger, "select * from delivery where event_id like 'again-%' order by id")
    assert statuses == await rows(ledger, "select count(*) from status_outbox")


async def _rewound(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> bool:
    try:
        await consumer.commit(dict.fromkeys(partitions, 0))
    except KafkaError:
        return False
    return True


async def test_killed_again_and_again_in_the_middle_it_loses_nothing_and_makes_nothing_twice(
    settings: Settings, ledger: AsyncEngine
) -> None:
    ids = names("killed", 3000)
    async with router(settings) as producer:
        processors = Processors(settings)
        processors.start()
        for start in range(0, len(ids), 500):
            before = len(await _known(ledger, "killed"))
            await publish(producer, ids[start : start + 500], recipients=["c1", "c2", "c3"])

            async def moved(before: int = before) -> bool:
                return len(await _known(ledger, "killed")) > before

            await until(moved, 300)
            processors.end(signal.SIGKILL)
            processors.start()
        await _until_known(ledger, ids)
        processors.end(signal.SIGKILL)
    assert set(ids) == await _known(ledger, "killed")
    found = await rows(ledger, "select event_id, contact from delivery where event_id like 'killed-%'")
    assert 9000 == len(found) == len({tuple(row) for row in found})


async def test_asked_to_stop_in_the_middle_it_ends_cleanly_and_loses_nothing(
    settings: Settings, ledger: AsyncEngine
) -> None:
    ids = names("stopped", 4000)
    async with router(settings) as producer:
        with Processors(settings) as processors:
            await publish(producer, ids, recipients=["c1"])

            async def begun() -> bool:
                return len(await _known(ledger, "stopped")) > 0

            await until(begun)
            assert 0 == processors.end(signal.SIGTERM)
            part = await _known(ledger, "stopped")
            processors.start()
            await _until_known(ledger, ids)
    assert part <= set(ids)


async def test_postgresql_killed_in_the_middle_loses_nothing_and_the_process_goes_on(
    settings: Settings, ledger: AsyncEngine, postgres: EmbeddedPostgres
) -> None:
    ids = names("outage", 2000)
    async with router(settings) as producer:
        with Processors(settings) as processors:
            await publish(producer, ids[:1000], recipients=["c1"])

            async def begun() -> bool:
                return len(await _known(ledger, "outage")) > 0

            await until(begun)
            await postgres.kill()
            await publish(producer, ids[1000:], recipients=["c1"])

            async def said_so() -> bool:
                return "postgresql" in (await asyncio.to_thread(processors.health)).get("missing", {})

            await until(said_so)
            await postgres.restart()
            await ledger.dispose()
            await _until_known(ledger, ids)
            assert 0 == processors.end(signal.SIGTERM)
    assert 2000 == len(await rows(ledger, "select id from delivery where event_id like 'outage-%'"))


async def test_asked_to_stop_while_postgresql_is_away_it_ends_and_the_batch_is_read_again(
    settings: Settings, ledger: AsyncEngine, postgres: EmbeddedPostgres
) -> None:
    """Faust acknowledges a batch that is cancelled while it is handled; its offset must not be committed."""
    ids = names("parked", 300)
    async with router(settings) as producer:
        with Processors(settings) as processors:
            await publish(producer, ["before-0"])
            await _until_known(ledger, ["before-0"])
            await postgres.kill()
            await publish(producer, ids, recipients=["c1"])

            async def said_so() -> bool:
                return "postgresql" in (await asyncio.to_thread(processors.health)).get("missing", {})

            await until(said_so)
            assert 0 == await asyncio.to_thread(processors.end)
            await postgres.restart()
            await ledger.dispose()
            processors.start()
            await _until_known(ledger, ids)


async def test_two_replicas_share_the_work_and_one_takes_over_when_the_other_dies(
    settings: Settings, ledger: AsyncEngine
) -> None:
    ids = names("shared", 3000)
    async with router(settings) as producer:
        with Processors(settings, "1") as first, Processors(settings, "2"):
            await publish(producer, ids[:1500], recipients=["c1"])

            async def begun() -> bool:
                return len(await _known(ledger, "shared")) > 0

            await until(begun)
            await publish(producer, ids[1500:], recipients=["c1"])
            first.end(signal.SIGKILL)
            await _until_known(ledger, ids)
    found = await rows(ledger, "select event_id from delivery where event_id like 'shared-%'")
    assert sorted(ids) == sorted(row.event_id for row in found)
