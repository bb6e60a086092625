"""Processors killed while they count a stream of mixed events: the indicators are those of what was sent."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from aiokafka import TopicPartition

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact, fact_of
from hub.ledger.engine import ledger_engine
from hub.ledger.indicators.cells import read_cells
from hub.replay.records import TOPICS, FactReader
from hub.wire import kafka_client
from hub.wire.decisions import read_decision
from hub.wire.topics import DECISIONS, read_topics
from tests.faults.faults_chaos import kill_often, random_moments, streaming
from tests.faults.faults_events import CATALOGUE, READER, Sent, record_of
from tests.faults.faults_stack import Stack, until
from tests.integration.indicators.mixed_facts import mixed_events, pure

pytestmark = pytest.mark.asyncio(loop_scope="session")

_BEGIN: Final = datetime(2023, 12, 31, 20, 0, tzinfo=UTC)  # months of which no other campaign tells anything
_FIRST, _LAST = "2023-12", "2024-03"
_KILLS: Final = 5

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
    events: dict[Key, dict[str, Any]] = {}

    def remembered() -> Iterator[Sent]:
        for event, sent in _stream(moments.randrange(10**9)):
            events[sent.source, sent.id] = event
            yield sent

    async def counted() -> int:
        return int((await hub.rows("select count(*) from indicator_fact where counted_at is not null"))[0][0])

    async with streaming(hub, remembered(), at_least=1500):
        await kill_often(hub, "processors", _KILLS, counted, moments)
    await hub.ready()
    await until(lambda: _all_counted(hub, events), lambda: "not everything is counted")

    told = await _told(hub, events)
    refused = {
        (row["source"], row["event_id"])
        for row in await hub.rows("select source, event_id from reject where event_id like 'mixed-%'")
    }
    facts = [fact for key, fact in told.items() if key not in refused]
    assert len(events) * 0.7 < len(facts)
    assert _of_campaign(pure(facts)) == await _cells(hub)


async def _all_counted(hub: Stack, events: dict[Key, dict[str, Any]]) -> bool:
    known = await hub.rows(
        "select source, id from event where id like 'mixed-%' "
        "union select source, event_id from reject where event_id like 'mixed-%'"
    )
    waiting = await hub.rows("select 1 from indicator_fact where counted_at is null limit 1")
    return events.keys() <= {tuple(row) for row in known} and not waiting


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
