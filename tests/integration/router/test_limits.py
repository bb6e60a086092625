"""Where the router stops, and what it does with what is too large."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.record.util import calc_crc32c

from hub.health import Health
from hub.processes.router import route
from hub.processes.service import Service
from hub.router.lanes import ALL, Lane
from hub.router.reject_limit import RejectLimitReached
from hub.wire import kafka_client
from hub.wire.cloudevents import to_kafka_record
from hub.wire.topics import DECISIONS, Topic, apply_topics, diff_topics, read_topics
from tests.integration.router.router_desk import Desk, Record, example


async def test_too_many_rejects_stop_the_lane_without_moving_past_any_and_it_can_be_told_to_go_on(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"reject_window": 50, "reject_share": 0.5})
    bad: list[Record] = [("partner.activity", b"same-key", b"no event", []) for _ in range(200)]
    await desk.publish_raw(*bad)
    service = Service(settings, Health("router"), asyncio.Event())
    with pytest.raises(RejectLimitReached) as stopped:
        await asyncio.wait_for(route(service, [Lane.STANDARD]), 180)
    assert 3 == stopped.value.exit_code
    assert "nothing is lost" in stopped.value.message
    assert "--ignore-reject-limit" in stopped.value.way_out
    assert not service.health.ready
    assert not [reject for reject in await desk.rejects() if reject.topic == "partner.activity"]
    async with Desk(settings).routing(Lane.STANDARD, ignore_reject_limit=True):
        await desk.refused(len(bad), lambda reject: reject.topic == "partner.activity")


async def test_a_lane_at_its_reject_limit_leaves_the_urgencies_alone(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"reject_window": 50, "reject_share": 0.5})
    urgent = example("benefit_urgency.reported", id="u-limit", subject="u-limit")
    service = Service(settings, Health("router"), asyncio.Event())
    work = asyncio.create_task(route(service, ALL))
    await desk.publish_raw(*(("caf.activity", b"same-key", b"no event", []) for _ in range(100)))

    async def missing() -> str:
        return str(service.health.report()["missing"])

    await desk.eventually(missing, lambda parts: "lane-standard" in parts)
    await desk.publish(urgent)
    await desk.decided("u-limit")
    service.stop.set()
    with pytest.raises(RejectLimitReached):
        await work


async def test_a_few_bad_records_do_not_stop_the_router(desk: Desk) -> None:
    bad: list[Record] = [("cd35.activity", b"same-key", b"no event", []) for _ in range(20)]
    async with desk.routing(Lane.STANDARD):
        await desk.publish_raw(*bad)
        await desk.refused(len(bad), lambda reject: reject.topic == "cd35.activity")


async def test_an_event_that_is_too_large_with_its_decision_is_refused_and_the_stream_goes_on(desk: Desk) -> None:
    declared = read_topics()
    small = [
        Topic(t.name, t.owner, t.partitions, 1, t.cleanup, t.retention_days, 20_000, t.read, t.write)
        if t.name == DECISIONS
        else t
        for t in declared
    ]
    await apply_topics(desk.settings, small)
    name = uuid4().hex
    large = example(
        "notice.published", id=f"l-{name}", subject=name, source="urn:hub:cd35:test", data_summary="long " * 6000
    )
    after = example("notice.published", id=f"a-{name}", subject=name, source="urn:hub:cd35:test")
    async with desk.routing(Lane.STANDARD):
        await desk.publish(large, after)
        await desk.decided(f"a-{name}")
    (reject,) = [reject for reject in await desk.rejects() if reject.identity.id == f"l-{name}"]
    assert "RECORD_TOO_LARGE" == reject.reason
    assert large.value == reject.value
    await apply_topics(desk.settings, declared)


async def test_a_limit_that_is_lowered_while_the_router_runs_is_noticed(desk: Desk) -> None:
    declared = read_topics()
    name = uuid4().hex
    first = example("notice.published", id=f"f-{name}", subject=name, source="urn:hub:cd35:test")
    large = example(
        "notice.published", id=f"l-{name}", subject=name, source="urn:hub:cd35:test", data_summary="long " * 6000
    )
    async with desk.routing(Lane.STANDARD):
        await desk.publish(first)
        await desk.decided(f"f-{name}")
        small = [
            Topic(t.name, t.owner, t.partitions, 1, t.cleanup, t.retention_days, 20_000, t.read, t.write)
            if t.name == DECISIONS
            else t
            for t in declared
        ]
        await apply_topics(desk.settings, small)
        await desk.publish(large)
        await desk.refused(1, lambda reject: reject.identity.id == f"l-{name}")
    await apply_topics(desk.settings, declared)


async def test_topics_that_differ_are_named_and_adjusted_but_partitions_never_shrink(desk: Desk) -> None:
    declared = read_topics()
    changed = [
        Topic(t.name, t.owner, t.partitions + 1, 1, t.cleanup, 7, t.max_message_bytes, t.read, t.write)
        if t.name == "hub.heartbeat"
        else t
        for t in declared
    ]
    before = {(d.setting, d.actual) for d in await diff_topics(desk.settings, changed)}
    _, remaining = await apply_topics(desk.settings, changed)
    assert {("partitions", "1"), ("retention.ms", "86400000")} == before
    assert [] == remaining
    _, remaining = await apply_topics(desk.settings, declared)
    assert [("hub.heartbeat", "partitions", "1", "2")] == [
        (d.topic, d.setting, d.declared, d.actual) for d in remaining
    ]


async def test_a_header_whose_name_is_not_utf8_is_refused_by_its_place_and_the_stream_goes_on(desk: Desk) -> None:
    name = uuid4().hex
    before, after = (
        example("notice.published", id=f"{when}-{name}", subject=name, source="urn:hub:cd35:test")
        for when in ("before", "after")
    )
    async with desk.routing(Lane.STANDARD):
        await desk.publish(before)
        await _publish_with_unreadable_header(desk, name.encode())
        await desk.publish(after)
        await desk.decided(f"before-{name}", f"after-{name}")
    (reject,) = [reject for reject in await desk.rejects() if reject.reason == "HEADERS_UNREADABLE"]
    decided = [row["envelope"]["id"] for row in await desk.decisions()]
    assert (None, None, ()) == (reject.key, reject.value, reject.headers)
    assert [1, 1] == [decided.count(f"{when}-{name}") for when in ("before", "after")]


async def _publish_with_unreadable_header(desk: Desk, key: bytes) -> None:
    """No client lets one write such a name: change the bytes of a batch that is ready to be sent, and its checksum."""
    async with kafka_client.producer(desk.settings, enable_idempotence=False) as producer:
        partitions = sorted(await producer.partitions_for("cd35.notices"))
        partition = DefaultPartitioner()(key, partitions, partitions)
        batch = producer.create_batch()
        batch.append(timestamp=None, key=key, value=b"x", headers=[("ce_NAME", b"")])
        batch.close()
        raw = bytearray(bytes(batch._build()).replace(b"ce_NAME", b"ce_\xff\xff\xff\xff"))
        raw[17:21] = calc_crc32c(bytes(raw[21:])).to_bytes(4, "big")
        batch._buffer = bytes(raw)
        await (await producer.send_batch(batch, "cd35.notices", partition=partition))


async def test_a_header_without_value_counts_as_absent(desk: Desk) -> None:
    name = uuid4().hex
    topic, (key, value, headers) = (
        "cd35.notices",
        to_kafka_record(example("notice.published", id=f"n-{name}", subject=name, source="urn:hub:cd35:test")),
    )
    async with desk.routing(Lane.STANDARD):
        await desk.publish_raw((topic, key, value, [*headers, ("ce_causationid", None)]))  # type: ignore[list-item]  # as a careless client does
        await desk.decided(f"n-{name}")
