"""A hub whose processors take turns when a test says so: topics, intake, count, relay."""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.bench.history import History
from hub.bench.replay import write
from hub.health import Health
from hub.processes.processors import readers
from hub.processors.indicators import IndicatorCounter
from hub.processors.intake import take_decisions
from hub.processors.parts import Parts
from hub.processors.relay import publisher, relay_once
from hub.replay.comparing import Comparison, compare
from hub.replay.counting import EPOCH
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.decisions import partition_of
from hub.wire.stretches import reading, records_of, stretches
from hub.wire.topics import DECISIONS, admin_session
from tests.integration.replay.replay_building import CATALOGUE, NOW

HISTORY = History(CATALOGUE)
GROUP = readers().processors


class Hub:
    """The topics, the ledger, and the processors' work."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self.settings, self.engine = settings, engine
        self.parts = Parts(engine, CATALOGUE, Health("test"), lambda: NOW)

    async def publish(self, first: int, number: int) -> None:
        """Have the router write so many records of the history."""
        await write(self.settings, HISTORY, first, number)

    async def publish_value(self, key: bytes, value: bytes) -> None:
        """Have the router write one record of its own making."""
        async with kafka_client.producer(self.settings) as producer:
            partition = partition_of(key, len(await producer.partitions_for(DECISIONS)))
            await producer.send_and_wait(DECISIONS, value, key, partition=partition)

    async def take_in(self, *, commit: bool = True) -> None:
        """Take everything in that hub.decisions holds, and commit it for the processors' group."""
        ends: dict[tuple[str, int], int] = {}
        async with reading(self.settings, DECISIONS) as consumer:
            for stretch in await stretches(consumer, EPOCH):
                ends[(DECISIONS, stretch.partition)] = stretch.end
                async for records in records_of(consumer, stretch):
                    await take_decisions(self.parts, [SimpleNamespace(message=record) for record in records])
        if commit:
            await self.commit(ends)

    async def take_in_values(self, values: Iterable[bytes]) -> None:
        """Take values in that no topic holds."""
        places = (
            SimpleNamespace(value=value, topic=DECISIONS, partition=0, offset=n) for n, value in enumerate(values)
        )
        await take_decisions(self.parts, [SimpleNamespace(message=place) for place in places])

    async def commit(self, ends: Mapping[tuple[str, int], int]) -> None:
        """Say that the processors have taken in what lies before these offsets."""
        async with kafka_client.consumer(self.settings, group_id=GROUP) as consumer:
            consumer.assign([TopicPartition(*place) for place in ends])
            await consumer.commit({TopicPartition(*place): offset for place, offset in ends.items()})

    async def ends(self) -> dict[tuple[str, int], int]:
        """Where hub.decisions ends now."""
        async with reading(self.settings, DECISIONS) as consumer:
            return {(DECISIONS, one.partition): one.end for one in await stretches(consumer, EPOCH)}

    async def count(self) -> None:
        """Count every fact that waits."""
        counter = IndicatorCounter(self.parts)
        while await self.scalar("select count(*) from indicator_fact where counted_at is null"):
            await counter.turn()

    async def relay(self) -> None:
        """Relay every status event."""
        async with kafka_client.producer(self.settings) as producer:
            while await relay_once(self.parts, publisher(producer)):
                pass

    async def compare(self) -> Comparison:
        """What `hub indicators compare` finds."""
        return await compare(self.settings, self.engine, CATALOGUE, GROUP, lambda *_: None)

    async def remove(self, before: Mapping[tuple[str, int], int]) -> None:
        """Have retention remove the records before these offsets."""
        async with admin_session(self.settings) as admin:
            await admin.delete_records(
                {TopicPartition(*place): RecordsToDelete(before_offset=offset) for place, offset in before.items()}
            )

    async def execute(self, statement: str) -> None:
        """Change the ledger behind everybody's back."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement))

    async def scalar(self, query: str) -> int:
        """One number of the ledger."""
        async with self.engine.connect() as connection:
            return await connection.scalar(text(query)) or 0
