"""Processors killed while they count a stream of mixed events: the indicators are those of what was sent."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import pytest
from aiokafka import TopicPartition

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact, fact_of
from hub.ledger.engine import ledger_engine
from hub.ledger.indicators.cells import read_cells
from hub.ledger.indicators.counting import LOCK
from hub.replay.records import TOPICS, FactReader
from hub.wire import kafka_client
from hub.wire.decisions import read_decision
from hub.wire.topics import DECISIONS, read_topics
from tests.faults.faults_chaos import random_moments
from tests.faults.faults_events import CATALOGUE, READER, Sent, record_of
from tests.faults.faults_stack import Publisher, Stack, until
from tests.integration.indicators.mixed_facts import mixed_events, pure

pytestmark = pytest.mark.asyncio(loop_scope="session")

_BEGIN: Final = datetime(2023, 12, 31, 20, 0, tzinfo=UTC)  # months of which no other campaign tells anything
_FIRST, _LAST = "2023-12", "2024-03"
_KILLS: Final = 5
_BETWEEN_KILLS: Final = 250  # records

Key = tuple[str, str]


def _stream(seed: int) -> Iterator[tuple[dict[str, Any], Sent]]:
    """Mixed events without end: one in eight comes again, one in twenty with another time under its id."""
    for block in itertools.count():
        for place, event in enumerate(mixed_events(seed + block, 40, _BEGIN)):
            yield event, _sent(event)
            if place % 8 == 3:
                yield event, _sent(event)
            if place % 20 == 7:
                yield event, _sent(event | {"time": "2024-03-05T10:00:00+01:00"})


def _sent(event: dict[str, Any]) -> Sent:
    return Sent(event["id"], event["source"], record_of(event))


async def test_processors_killed_while_they_count_give_the_indicators_of_what_was_sent(hub: Stack) -> None:
    moments = random_moments()
    stream, publisher = _stream(moments.randrange(10**9)), Publisher(hub.settings.kafka_bootstrap)
    events: dict[Key, dict[str, Any]] = {}
    ledger = await asyncpg.connect(hub.settings.database_url.get_secret_value())
    met = 0
    for _ in range(_KILLS):
        for event, sent in itertools.islice(stream, _BETWEEN_KILLS):
            events[sent.source, sent.id] = event
            publisher.send([sent.record])
        goal = len(await _known(hub)) + moments.randint(1, _BETWEEN_KILLS // 2)
        await until(lambda goal=goal: _has(hub, goal), every=0.01)  # type: ignore[misc]  # a default binds it
        met += await _meet_the_count(ledger)
        await hub.role("processors").kill()
        await asyncio.sleep(moments.random() * 0.2)
        hub.role("processors").start()
    await ledger.close()
    await publisher.flush()
    await hub.ready()
    print(f"{met} of {_KILLS} kills met a transaction that counts")  # noqa: T201 -- pytest shows it with a failure
    missing: list[object] = []
    await until(lambda: _all_counted(hub, events, missing), lambda: missing, every=0.5)

    told = await _told(hub, events)
    refused = {
        (row["source"], row["event_id"])
        for row in await hub.rows("select source, event_id from reject where event_id like 'mixed-%'")
    }
    facts = [fact for key, fact in told.items() if key not in refused]
    assert len(events) * 0.7 < len(facts)
    assert _of_campaign(pure(facts)) == await _cells(hub)


async def _has(hub: Stack, goal: int) -> bool:
    return len(await _known(hub)) >= goal


async def _known(hub: Stack) -> set[Key]:
    """The events of the campaign that the ledger holds, or refused."""
    rows = await hub.rows(
        "select source, id from event where id like 'mixed-%' "
        "union select source, event_id from reject where event_id like 'mixed-%'"
    )
    return {tuple(row) for row in rows}


async def _meet_the_count(ledger: Any) -> bool:
    """Wait for the moment at which facts are being counted; False when they all were before it was seen."""
    sql = (
        "select exists (select from pg_locks where locktype = 'advisory' and objid = $1) as held, "
        "exists (select from indicator_fact where counted_at is null) as waits"
    )
    while True:
        row = await ledger.fetchrow(sql, LOCK)
        if row["held"] or not row["waits"]:
            return bool(row["held"])


async def _all_counted(hub: Stack, events: dict[Key, dict[str, Any]], missing: list[object]) -> bool:
    """Whether every event is in the ledger or refused, and every fact counted; `missing` is told what is not."""
    known = await _known(hub)
    waiting = await hub.rows("select source, id from indicator_fact where counted_at is null limit 5")
    absent = [key for key in events if key not in known]
    missing[:] = [len(absent), *absent[:5], *map(tuple, waiting)]
    return not absent and not waiting


async def _told(hub: Stack, events: dict[Key, dict[str, Any]]) -> dict[Key, Fact]:
    """What was sent counts, with the router's answer; and what the hub told of its deliveries."""
    reader, found = FactReader(CATALOGUE), dict[Key, Fact]()
    consumer = kafka_client.consumer(hub.settings)
    await consumer.start()
    try:
        topics = [topic for topic in read_topics() if topic.name in TOPICS]
        consumer.assign([TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)])
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    fact = _decided(record.value, events) if partition.topic == DECISIONS else _status(reader, record)
                    if fact is not None:
                        found.setdefault(fact.key, fact)
    finally:
        await consumer.stop()
    return found


def _decided(value: bytes, events: dict[Key, dict[str, Any]]) -> Fact | None:
    said = read_decision(CATALOGUE, value)
    event = events.get((said["envelope"]["source"], said["envelope"]["id"]))
    if event is None:
        return None
    received = READER.from_json(event)
    return fact_of(received.envelope, received.data, said["decision"], said["rules_version"])


def _status(reader: FactReader, record: Any) -> Fact | None:
    found = reader.read(record)
    return None if found is None else found.fact


async def _cells(hub: Stack) -> Counter[Cell]:
    engine = ledger_engine(hub.settings)
    async with engine.connect() as connection:
        found = await read_cells(connection, _FIRST, _LAST)
    await engine.dispose()
    assert {""} == {adjustment for _, adjustment in found}
    return Counter({cell: amount for (cell, _), amount in found.items()})


def _of_campaign(cells: Counter[Cell]) -> Counter[Cell]:
    return Counter({cell: amount for cell, amount in cells.items() if _FIRST <= cell.month <= _LAST})
