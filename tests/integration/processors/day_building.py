"""Days made by hand: records with the timestamps of their day, routed by a router and taken into a ledger."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.record.util import calc_crc32c

from hub.domain.calendar.paris import paris
from hub.domain.delivery.reconciliation import Gap, day_bounds
from hub.health import Health
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.ledger.reconciliation import Readers, Report, Sources, reconcile
from hub.processes.processors import readers
from hub.processors.app import GROUP
from hub.processors.audience import AudiencePlanner
from hub.processors.directory import take_directory
from hub.processors.intake import take_decisions
from hub.processors.parts import Parts
from hub.processors.rejects import take_rejects
from hub.router.lanes import Lane
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.cloudevents import ReceivedEvent, to_kafka_record, topic_of
from hub.wire.topics import DECISIONS, DIRECTORY, REJECTS, apply_topics
from hub.wire.trails import committed_offsets
from tests.integration.router.router_desk import CATALOGUE, Desk, Record, example

CD35 = "urn:hub:cd35:test"
CAF = "urn:hub:caf35:test"
TODAY = datetime.now(UTC).astimezone(paris()).date()
NOW = day_bounds(TODAY)[0] + timedelta(minutes=5)
"""When the days are reconciled: no test depends on the time at which it runs."""


def day(number: int) -> date:
    """A day of the past; higher numbers are later, as records of a topic must be published."""
    return TODAY - timedelta(days=20 - number)


UNREADABLE = [("ce_NAME", b"")]
"""Stands for headers of which no client can read the name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies."""

    topic: str
    partition: int
    offset: int


def notice(identifier: str, reference: str = "", **changes: Any) -> Record:
    """A notice to the three base audiences; `reference` is the identifier unless another is given."""
    subject = reference or identifier
    audience = {"data_impacts": ["COLLABORATION"], "data_communes": [], "data_epci": []}
    event = example("notice.published", "housing", id=identifier, subject=subject, source=CD35, **(audience | changes))
    return record(event)


def record(event: ReceivedEvent) -> Record:
    """The record of an event, for the topic where it belongs."""
    return topic_of(event.envelope), *to_kafka_record(event)


def contacts() -> list[Record]:
    """One contact of each base audience."""
    made = []
    for service, role, source, institution in (
        ("CAF_REFERENTS", "REFERENT", CAF, "CAF"),
        ("CD35_SOCIAL_LIFE_REFERENTS", "REFERENT", CD35, "CD35"),
        ("CDAS", "GENERIC_MAILBOX", CD35, "CD35"),
    ):
        reference = f"contact-{service.lower()}".replace("_", "-")
        data: dict[str, Any] = {
            "institution": institution, "service": service, "role": role, "communes": [], "deputy": None,
            "cdas": "CDAS-07" if service == "CDAS" else None, "valid_from": "2024-01-01", "valid_to": None,
        }  # fmt: skip
        changes = {f"data_{name}": value for name, value in data.items()}
        event = example("contact.changed", "cdas", id=reference, subject=reference, source=source, **changes)
        made.append(record(event))
    return made


async def publish(settings: Settings, on: date, *records: Record, hours: float = 12) -> list[Place]:
    """Publish records at noon of a day, or as many hours after it begins."""
    noon = int((day_bounds(on)[0] + timedelta(hours=hours)).timestamp() * 1000)
    places = []
    async with kafka_client.producer(settings) as producer:
        for topic, key, value, headers in records:
            if headers == UNREADABLE:
                sent = await _publish_unreadable(settings, topic, noon)
            else:
                sent = await producer.send_and_wait(topic, value, key, headers=headers, timestamp_ms=noon)
            places.append(Place(sent.topic, sent.partition, sent.offset))
    return places


async def _publish_unreadable(settings: Settings, topic: str, noon: int) -> Any:
    """No client lets one write such a name: change the bytes of a batch that is ready to be sent, and its checksum."""
    async with kafka_client.producer(settings, enable_idempotence=False) as producer:
        await producer.partitions_for(topic)
        batch = producer.create_batch()
        batch.append(timestamp=noon, key=b"k", value=b"x", headers=UNREADABLE)
        batch.close()
        raw = bytearray(bytes(batch._build()).replace(b"ce_NAME", b"ce_\xff\xff\xff\xff"))
        raw[17:21] = calc_crc32c(bytes(raw[21:])).to_bytes(4, "big")
        batch._buffer = bytes(raw)
        return await (await producer.send_batch(batch, topic, partition=0))


async def build(settings: Settings, days: Mapping[int, Sequence[Record]]) -> dict[int, list[Place]]:
    """Publish the days, have them routed and taken in; gives where the records of each lie."""
    await apply_topics(settings)
    desk = Desk(settings)
    async with desk.routing(Lane.DIRECTORY):
        await publish(settings, day(0), *contacts())
        await desk.eventually(desk.directory, lambda found: len(found) == 3)
    places = {number: await publish(settings, day(number), *records) for number, records in sorted(days.items())}
    ends = await _ends(settings, {topic for rows in days.values() for topic, *_ in rows})
    async with desk.routing(Lane.STANDARD, ignore_reject_limit=True):
        await desk.eventually(lambda: _routed(settings), lambda offsets: ends.items() <= offsets.items())
    await take_in(settings)
    return places


async def _ends(settings: Settings, topics: set[str]) -> dict[tuple[str, int], int]:
    async with kafka_client.consumer(settings, *topics) as consumer:
        ends = await consumer.end_offsets(list(consumer.assignment()))
    return {(part.topic, part.partition): end for part, end in ends.items() if end}


async def _routed(settings: Settings) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for group in set(readers().router.values()):
        found |= await committed_offsets(settings, group)
    return found


async def take_in(settings: Settings) -> None:
    """Take what the router wrote into the ledger, as the processors do, and commit it for them."""
    engine, desk = ledger_engine(settings), Desk(settings)
    await upgrade(engine)
    parts = Parts(engine, CATALOGUE, Health("test"), lambda: NOW)
    for topic, take in ((DIRECTORY, take_directory), (DECISIONS, take_decisions), (REJECTS, take_rejects)):
        await take(parts, [SimpleNamespace(message=found) for found in await desk.records(topic)])
        await commit(settings, GROUP, await _ends(settings, {topic}))
    await AudiencePlanner(parts).turn()
    await engine.dispose()


async def commit(settings: Settings, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
    """Commit offsets for a group of which nobody runs."""
    async with kafka_client.consumer(settings, group_id=group) as consumer:
        consumer.assign([TopicPartition(*place) for place in offsets])
        await consumer.commit({TopicPartition(*place): offset for place, offset in offsets.items()})


def reconciled(settings: Settings, number: int, now: datetime = NOW, groups: Readers | None = None) -> Report:
    """The reconciliation of a day, by the progress of the hub's groups or of others."""

    async def run() -> Report:
        engine = ledger_engine(settings)
        try:
            return await reconcile(Sources(settings, engine, CATALOGUE, groups or readers()), day(number), now)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def named(report: Report) -> list[tuple[Gap, Place, str | None, str | None]]:
    """The differences of a report: kind, place, id of the event, detail."""
    return [(d.gap, Place(d.topic, d.partition, d.offset), d.id, d.detail) for d in report.differences]
