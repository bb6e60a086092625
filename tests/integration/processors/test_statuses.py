"""What the processors publish: status events from the outbox, in order and never lost, and heartbeats."""

import asyncio
import signal
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.deliveries import delivery_id
from hub.health import Health
from hub.ledger.outbox import StatusChange, Waiting, add_statuses, status_row
from hub.processors.parts import Parts
from hub.processors.relay import publisher, relay_once
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode, encode
from hub.wire.rejects import REASONS
from hub.wire.topics import HEARTBEAT, REJECTS, STATUSES
from tests.integration.processors.processors_process import (
    CATALOGUE,
    CD35,
    Processors,
    names,
    publish,
    records,
    router,
    rows,
    until,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _parts(ledger: AsyncEngine) -> Parts:
    return Parts(ledger, CATALOGUE, Health("test"), lambda: datetime.now(UTC))


def _change(event_id: str, attempt: int) -> StatusChange:
    return StatusChange(
        delivery=delivery_id(CD35, event_id, "c1", "MAIL"),
        event_source=CD35,
        event_id=event_id,
        subject=f"N-{event_id}",
        correlationid=f"N-{event_id}",
        contact="c1",
        service="CDAS",
        role="GENERIC_MAILBOX",
        medium="MAIL",
        status="SENDING",
        reason=None,
        attempt=attempt,
        at=START + timedelta(seconds=attempt),
    )


async def _fill(ledger: AsyncEngine, prefix: str, *, events: int, changes: int) -> None:
    async with ledger.begin() as connection:
        await add_statuses(
            connection,
            [
                status_row(CATALOGUE, _change(id_, attempt))
                for attempt in range(changes)
                for id_ in names(prefix, events)
            ],
        )


async def _attempts(settings: Settings, prefix: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for record in await records(settings, STATUSES):
        data = decode(CATALOGUE, record.value)[1]
        if (data["event_id"] or "").startswith(f"{prefix}-"):
            found[data["event_id"]].append(data["attempt"])
    return found


async def _nothing_waits(ledger: AsyncEngine) -> bool:
    return not await rows(ledger, "select seq from status_outbox where relayed_at is null limit 1")


async def test_statuses_reach_kafka_in_the_order_of_the_outbox(settings: Settings, ledger: AsyncEngine) -> None:
    await _fill(ledger, "ordered", events=7, changes=300)
    with Processors(settings):
        await until(lambda: _nothing_waits(ledger))
    attempts = await _attempts(settings, "ordered")
    assert {key: list(range(300)) for key in names("ordered", 7)} == attempts


async def test_a_status_carries_a_whole_envelope_and_the_event_it_is_about(
    settings: Settings, ledger: AsyncEngine
) -> None:
    await _fill(ledger, "envelope", events=1, changes=1)
    with Processors(settings):
        await until(lambda: _nothing_waits(ledger))
    record = next(row for row in await records(settings, STATUSES) if row.key == b"N-envelope-0")
    headers = dict(record.headers)
    assert (b"delivery.status_changed", b"N-envelope-0", b"envelope-0", b"C1") == (
        headers["ce_type"], headers["ce_subject"], headers["ce_causationid"], headers["ce_confidentiality"],
    )  # fmt: skip


async def test_a_crash_between_kafka_and_the_mark_repeats_and_loses_nothing(
    settings: Settings, ledger: AsyncEngine
) -> None:
    await _fill(ledger, "crashed", events=3, changes=20)
    producer = kafka_client.producer(settings)
    await producer.start()
    publish_all = publisher(producer)

    async def die_after_kafka(statuses: list[Waiting]) -> None:
        await publish_all(statuses)
        raise ConnectionResetError

    try:
        await relay_once(_parts(ledger), die_after_kafka)
    except ConnectionResetError:
        assert not await _nothing_waits(ledger)
    while await relay_once(_parts(ledger), publish_all):
        pass
    await producer.stop()

    assert {key: [*range(20), *range(20)] for key in names("crashed", 3)} == await _attempts(settings, "crashed")


async def test_killed_while_it_relays_it_loses_no_status(settings: Settings, ledger: AsyncEngine) -> None:
    await _fill(ledger, "killed", events=10, changes=400)
    processors = Processors(settings)
    with processors:

        async def begun() -> bool:
            return bool(await rows(ledger, "select seq from status_outbox where relayed_at is not null limit 1"))

        await until(begun)
        processors.end(signal.SIGKILL)
        processors.start()
        await until(lambda: _nothing_waits(ledger))
    for attempts in (await _attempts(settings, "killed")).values():
        assert list(range(400)) == sorted(set(attempts))


async def test_only_one_process_relays_at_a_time(ledger: AsyncEngine) -> None:
    await _fill(ledger, "alone", events=1, changes=5)
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: list[Waiting]) -> None:
        entered.set()
        await go_on.wait()

    first = asyncio.create_task(relay_once(_parts(ledger), slow))
    await entered.wait()
    assert 0 == await relay_once(_parts(ledger), slow)
    go_on.set()
    assert 5 == await first


async def test_heartbeats_count_on(settings: Settings) -> None:
    with Processors(settings):

        async def three() -> bool:
            return len(await records(settings, HEARTBEAT)) >= 3

        await until(three)
    by_start: list[list[int]] = []
    for record in await records(settings, HEARTBEAT):
        sequence = decode(CATALOGUE, record.value)[1]["sequence"]
        if sequence == 0:
            by_start.append([])
        by_start[-1].append(sequence)
    assert [list(range(len(run))) for run in by_start] == by_start


async def test_rejects_are_recorded_without_their_payload(settings: Settings, ledger: AsyncEngine) -> None:
    reason = next(iter(REASONS))
    value = {
        "reason": reason,
        "faults": [{"code": reason, "pointer": "/data", "detail": "Not framed."}],
        "origin": {"topic": "caf.notices", "partition": 1, "offset": 5, "timestamp_ms": 1772438400000},
        "key": b"N-1",
        "headers": [{"name": "ce_id", "value": b"r1"}, {"name": "ce_source", "value": CD35.encode()}],
        "value": b"the payload",
        "rejected_at": "2026-03-02T09:00:00+01:00",
    }
    framed = encode(CATALOGUE.latest("hub.reject"), value)
    async with router(settings) as producer:
        for _ in range(2):
            async with producer.transaction():
                await producer.send(REJECTS, key=b"N-1", value=framed)
        await publish(producer, ["beside-0"])
    with Processors(settings):
        await until(lambda: _recorded(ledger))
    found = await rows(ledger, "select * from reject where topic = 'caf.notices'")
    assert [(1, 5, reason, "/data", CD35, "r1", None)] == [tuple(row)[1:8] for row in found]


async def _recorded(ledger: AsyncEngine) -> bool:
    return bool(await rows(ledger, "select reason from reject where topic = 'caf.notices'"))
