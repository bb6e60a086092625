"""What hub.decisions and hub.rejects say of the records of some stretches: which ones the router came to, and how."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aiokafka import ConsumerRecord, TopicPartition

from hub.domain.delivery.marks import Marks
from hub.settings import Settings
from hub.wire.avro import decode
from hub.wire.faults import EventInvalid
from hub.wire.schemas import Catalogue
from hub.wire.stretches import Stretch, await_transactions, reading, records_of, stretches
from hub.wire.topics import DECISIONS, REJECTS, admin_session

EARLIER: Final = timedelta(hours=2)
"""How much older than its record an answer may look: Kafka takes timestamps of up to an hour ahead, clocks differ."""

Place = tuple[str, int]
"""Topic and partition."""


@dataclass(slots=True)
class Trail:
    """The answers to the records of one stretch. `waiting`: the ledger has not read the answer yet."""

    stretch: Stretch
    answered: Marks = field(init=False)
    waiting: Marks = field(init=False)

    def __post_init__(self) -> None:
        self.answered = Marks(self.stretch.start, self.stretch.end)
        self.waiting = Marks(self.stretch.start, self.stretch.end)


@dataclass(frozen=True, slots=True)
class Oddity:
    """An answer that is not as it should be: `origin` is answered again, or None: the answer cannot be read."""

    place: str
    origin: tuple[str, int, int] | None


async def committed_offsets(settings: Settings, group: str) -> dict[Place, int]:
    """How far a group has come in each partition: the offset that it reads next. Raises BrokerUnavailable."""
    async with admin_session(settings) as admin:
        found: Mapping[TopicPartition, object] = await admin.list_consumer_group_offsets(group)
    return {(p.topic, p.partition): offset.offset for p, offset in found.items()}  # type: ignore[attr-defined]  # aiokafka ships no types


async def follow(
    settings: Settings,
    catalogue: Catalogue,
    trails: Mapping[Place, Trail],
    during: tuple[datetime, datetime],
    taken: Mapping[Place, int],
    progress: Callable[[], None],
) -> AsyncGenerator[Oddity, None]:
    """Mark every answer to a record of the trails, and give what is odd. `taken`: how far the ledger has come.

    Reads from the beginning of the day, `during`, to the present end, once every transaction under way has ended. What
    cannot be read is odd if it was written that day. Raises BrokerUnavailable, KafkaError.
    """
    for topic in (DECISIONS, REJECTS):
        await await_transactions(settings, topic)
        async with reading(settings, topic) as consumer:
            for stretch in await stretches(consumer, during[0] - EARLIER):
                end = taken.get((topic, stretch.partition), 0)
                async for records in records_of(consumer, stretch):
                    progress()
                    for oddity in _mark(catalogue, trails, records, during, end):
                        yield oddity


def _mark(
    catalogue: Catalogue,
    trails: Mapping[Place, Trail],
    records: Sequence[ConsumerRecord],
    during: tuple[datetime, datetime],
    taken: int,
) -> list[Oddity]:
    odd = []
    first, after = (moment.timestamp() * 1000 for moment in during)
    for record in records:
        place = f"{record.topic}-{record.partition}-{record.offset}"
        try:
            origin = decode(catalogue, record.value or b"")[1]["origin"]
            topic, partition, offset = origin["topic"], origin["partition"], origin["offset"]
        except (EventInvalid, KeyError):
            if first <= record.timestamp < after:
                odd.append(Oddity(place, None))
            continue
        trail = trails.get((topic, partition))
        if trail is None or not trail.stretch.start <= offset < trail.stretch.end:
            continue
        if not trail.answered.add(offset):
            odd.append(Oddity(place, (topic, partition, offset)))
        if record.offset >= taken:
            trail.waiting.add(offset)
    return odd
