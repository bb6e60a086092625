"""What calendars change in the directory: events and deletions on the topic of the contact's institution."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from hub.domain.directory.absence_calendar import Days
from hub.domain.events import EVENT_TYPES, Envelope, parse_source
from hub.domain.vocabulary import Institution
from hub.wire.avro import encode
from hub.wire.cloudevents import ReceivedEvent, to_kafka_record, topic_of
from hub.wire.schemas import Catalogue

SOURCES: Final = {
    Institution.CAF: "urn:hub:caf35:agenda",
    Institution.CD35: "urn:hub:cd35:agenda",
    Institution.PARTNER: "urn:hub:partner:asip:agenda",
}
"""Under which source the absences of each institution's contacts are published."""

TYPE: Final = "absence.declared"
_NAMESPACE: Final = UUID("3f5d1f0e-6a53-5b7e-9d0b-35ca1e0da35b")


class Producer(Protocol):
    """What is used of aiokafka's producer."""

    async def send(
        self, topic: str, value: bytes | None = None, key: bytes | None = None, *, headers: object = None
    ) -> asyncio.Future[object]:
        """Queue a record; the future ends with Kafka's acknowledgement."""


def event_id(calendar: UUID, generation: int, days: Days) -> str:
    """The id of a declaration: the same for a repeat after an interruption, another after a withdrawal."""
    return f"agenda-{uuid5(_NAMESPACE, f'{calendar} {generation} {days.first} {days.last}')}"


def key_of(contact: str, identifier: str) -> str:
    """The key that the router gives a declaration in the directory."""
    return f"absence:{contact}:{identifier}"


def declaration(
    catalogue: Catalogue, contact: str, institution: Institution, days: Days, identifier: str, now: datetime
) -> ReceivedEvent:
    """The event that declares days; whoever is the contact's own deputy stands in, else the service's mailbox."""
    data = {"contact": contact, "from": days.first, "to": days.last, "deputy": None}
    envelope = Envelope(
        id=identifier,
        source=SOURCES[institution],
        type=TYPE,
        time=now,
        subject=contact,
        correlationid=contact,
        confidentiality=EVENT_TYPES[TYPE].level,
    )
    schema = catalogue.latest(TYPE)
    return ReceivedEvent(envelope, schema, data, encode(schema, data))


async def publish(
    producer: Producer, institution: Institution, events: Sequence[ReceivedEvent], withdrawn: Sequence[str]
) -> None:
    """Publish declarations, then deletions, to Kafka's acknowledgement. Raises KafkaError; then some may be written.

    Declarations first: a contact whose days changed is never there in between.
    """
    sent = []
    for event in events:
        key, value, headers = to_kafka_record(event)
        sent.append(await producer.send(topic_of(event.envelope), value, key, headers=headers))
    await asyncio.gather(*sent)
    topic = f"{parse_source(SOURCES[institution]).topic_prefix}.directory"
    await asyncio.gather(*[await producer.send(topic, None, key.encode()) for key in withdrawn])
