"""`hub publish --kafka`: many sends under way at once, each answered when Kafka has acknowledged it, in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from aiokafka.errors import KafkaError

from hub.cli.publish_files import FromFile
from hub.cli.publishing import Answer
from hub.data import load_territory
from hub.domain.events import never_stored
from hub.errors import BrokerUnavailable
from hub.settings import Settings
from hub.wire.cloudevents import EventReader, ReceivedEvent, to_kafka_record, topic_of
from hub.wire.faults import EventInvalid
from hub.wire.kafka_client import producer as kafka_producer
from hub.wire.kafka_client import refusal_or
from hub.wire.schemas import load_catalogue

_UNDER_WAY: Final = 2_000
"""Events handed to the Kafka client and not acknowledged yet: enough to fill its batches, a few megabytes at most."""

Sent = asyncio.Future[Any] | Answer


async def publish_kafka(events: Iterable[FromFile], settings: Settings, report: Callable[[Answer], None]) -> None:
    """Check each event as the hub does and publish it on its topic; report each in order, once it is acknowledged.

    An event of which nothing may be stored is refused here: on Kafka it would stay for the topic's retention. Raises
    BrokerUnavailable; what was reported accepted by then is on Kafka.
    """
    reader = EventReader(load_catalogue(), load_territory())
    producer = kafka_producer(settings, linger_ms=2, max_batch_size=256 * 1024)
    waiting: deque[tuple[FromFile, Sent]] = deque()
    try:
        await producer.start()
        try:
            for event in events:
                waiting.append((event, await _send(producer, reader, event)))
                while len(waiting) > _UNDER_WAY or (waiting and _answered(waiting[0][1])):
                    report(await _answer(*waiting.popleft()))
            while waiting:
                report(await _answer(*waiting.popleft()))
        finally:
            await producer.stop()
            # What nobody waits for any more would be reported as forgotten.
            await asyncio.gather(*(s for _, s in waiting if isinstance(s, asyncio.Future)), return_exceptions=True)
    except (KafkaError, OSError) as error:
        msg = f"Kafka at {settings.kafka_bootstrap} does not answer ({type(error).__name__})."
        away = BrokerUnavailable(msg, "Sending the same events again is harmless.")
        raise await refusal_or(settings, away) from None


async def _send(producer: Any, reader: EventReader, event: FromFile) -> Sent:
    """Hand an event to the Kafka client, which waits where it has too many; or refuse it."""
    received = _read(reader, event)
    if isinstance(received, Answer):
        return received
    key, value, headers = to_kafka_record(received)
    sent: asyncio.Future[Any] = await producer.send(topic_of(received.envelope), value, key, headers=headers)
    return sent


def _read(reader: EventReader, event: FromFile) -> ReceivedEvent | Answer:
    try:
        received = reader.from_json(msgspec.json.decode(event.text))
    except EventInvalid as error:
        faults = tuple(f"{f.code} {f.pointer}: {f.detail}" for f in error.faults)
        return Answer(event.source, event.id, "refused", "EVENT_INVALID", faults)
    reason = None if received.data is None else never_stored(received.envelope.type, received.data)
    if reason is not None:
        return Answer(event.source, event.id, "refused", reason, ("nothing of it may be stored",))
    return received


def _answered(sent: Sent) -> bool:
    return isinstance(sent, Answer) or sent.done()


async def _answer(event: FromFile, sent: Sent) -> Answer:
    if isinstance(sent, Answer):
        return sent
    await sent
    return Answer(event.source, event.id, "accepted")
