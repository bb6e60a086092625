"""A router on a real broker: what tests publish, what they read back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka import ConsumerRecord, TopicPartition

from hub.data import load_territory
from hub.health import Health
from hub.paths import schemas_root
from hub.processes.router import route
from hub.processes.service import Service
from hub.router.lanes import ALL, Lane
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.cloudevents import EventReader, ReceivedEvent, to_kafka_record, topic_of
from hub.wire.decisions import read_decision
from hub.wire.rejects import Reject, read_reject
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, DIRECTORY, REJECTS, STATUSES

CATALOGUE = load_catalogue()
READER = EventReader(CATALOGUE, load_territory())
PATIENCE_SECONDS = 180.0

Headers = list[tuple[str, bytes]]
Record = tuple[str, bytes | None, bytes | None, Headers]
Read = TypeVar("Read")


def example(event_type: str, name: str = "", **changes: Any) -> ReceivedEvent:
    """Give an example of the schemas as an event; `changes` replace attributes, and `data_…` fields of its data."""
    path = min((schemas_root() / event_type).glob(f"1.{name}*.json"))
    event = json.loads(path.read_text("utf-8"))
    event.pop("correlationid", None)
    for key, value in changes.items():
        if key.startswith("data_"):
            event["data"][key[5:]] = value
        else:
            event[key] = value
    for reference in ("notice", "situation", "contact", "calendar"):
        if reference in event["data"] and "subject" in changes:
            event["data"][reference] = changes["subject"]
    return READER.from_json(event)


@dataclass(frozen=True, slots=True)
class Desk:
    """One hub's topics, as a test sees them."""

    settings: Settings

    async def publish(self, *events: ReceivedEvent) -> None:
        """Publish valid events where they belong."""
        await self.publish_raw(*((topic_of(e.envelope), *to_kafka_record(e)) for e in events))

    async def publish_raw(self, *records: Record) -> None:
        """Publish records as they are: topic, key, value, headers."""
        async with kafka_client.producer(self.settings, max_request_size=4_000_000) as producer:
            for topic, key, value, headers in records:
                await producer.send_and_wait(topic, value, key, headers=headers)

    @asynccontextmanager
    async def routing(self, *lanes: Lane, **options: Any) -> AsyncIterator[Service]:
        """Run the router, as the role does, until the block ends."""
        service = Service(self.settings, Health("router"), asyncio.Event())
        work = asyncio.create_task(route(service, lanes or ALL, **options))
        try:
            yield service
        finally:
            service.stop.set()
            await work

    async def records(self, topic: str) -> list[ConsumerRecord]:
        """Read every committed record that a topic holds now, by partition."""
        async with kafka_client.consumer(self.settings, topic) as consumer:
            found: list[ConsumerRecord] = []
            for partition, end in sorted((await consumer.end_offsets(list(consumer.assignment()))).items()):
                while await consumer.position(partition) < end:
                    found += (await consumer.getmany(partition, timeout_ms=100)).get(partition, ())
            return found

    async def decisions(self) -> list[dict[str, Any]]:
        """Read hub.decisions."""
        return [read_decision(CATALOGUE, record.value) for record in await self.records(DECISIONS)]

    async def rejects(self) -> list[Reject]:
        """Read hub.rejects."""
        return [read_reject(CATALOGUE, record.value) for record in await self.records(REJECTS)]

    async def refusals(self) -> list[dict[str, Any]]:
        """Read the event.rejected of hub.statuses, with their headers under `headers`."""
        found = []
        for record in await self.records(STATUSES):
            schema, datum = decode(CATALOGUE, record.value)
            if schema.type == "event.rejected":
                found.append(datum | {"headers": dict(record.headers), "key": record.key})
        return found

    async def directory(self) -> list[ConsumerRecord]:
        """Read hub.directory."""
        return await self.records(DIRECTORY)

    async def decided(self, *ids: str) -> list[dict[str, Any]]:
        """Wait until each of these events is in hub.decisions, and give its records in the order asked for."""

        def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
            return {row["envelope"]["id"]: row for row in rows}

        found = by_id(await self.eventually(self.decisions, lambda rows: set(ids) <= by_id(rows).keys()))
        return [found[identifier] for identifier in ids]

    async def refused(self, count: int, wanted: Callable[[Reject], bool]) -> list[Reject]:
        """Wait until at least so many of these rejects are in hub.rejects, and give them."""

        def those(rejects: list[Reject]) -> list[Reject]:
            return [reject for reject in rejects if wanted(reject)]

        return those(await self.eventually(self.rejects, lambda rejects: len(those(rejects)) >= count))

    async def eventually(self, read: Callable[[], Awaitable[Read]], good: Callable[[Read], bool]) -> Read:
        """Read again and again until what is read is good."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not good(found := await read()):
            assert asyncio.get_running_loop().time() < deadline, "what the test waits for did not come"
            await asyncio.sleep(0.2)
        return found

    async def committed(self, lane: Lane, topic: str) -> dict[int, int]:
        """Read the offsets that a lane has committed on a topic."""
        async with kafka_client.consumer(self.settings, group_id=f"hub-router-{lane.value}") as consumer:
            offsets = {p: await consumer.committed(TopicPartition(topic, p)) for p in range(3)}
        return {partition: offset for partition, offset in offsets.items() if offset is not None}
