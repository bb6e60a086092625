"""Contacts on their way into the directory: published as their institution, then seen in `hub.directory`."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hub.domain.directory.contacts import Contact, contact_data
from hub.domain.events import EVENT_TYPES, Envelope
from hub.errors import BrokerUnavailable, HubError
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import encode
from hub.wire.cloudevents import ReceivedEvent, to_kafka_record, topic_of
from hub.wire.directory_topic import DirectoryState, apply_record
from hub.wire.schemas import Catalogue
from hub.wire.topics import DIRECTORY

TYPE: Final = "contact.changed"
SOURCES: Final = {
    "CAF": "urn:hub:caf35:annuaire",
    "CD35": "urn:hub:cd35:annuaire",
    "PARTNER": "urn:hub:partner:asip:annuaire",
}
"""Under which source an import publishes the contacts of each institution."""

PATIENCE_SECONDS: Final = 30.0
_NAMESPACE: Final = UUID("6a1c1c52-3c0e-5d0a-9c56-6a6f2f0d3b35")
_POLL_MS: Final = 500

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


class ImportNotApplied(HubError):
    """Contacts were published, and the router has not taken all of them in."""


def contact_event(catalogue: Catalogue, contact: Contact, revision: int, now: datetime) -> ReceivedEvent:
    """The event that declares `contact`, planned on the directory of this revision.

    Its id depends on the contact's content and the revision only: an import that is repeated after an interruption
    publishes the same ids again.
    """
    data = contact_data(contact)
    content = json.dumps(data, default=str, sort_keys=True)
    identity = uuid5(_NAMESPACE, f"{revision} {content}")
    envelope = Envelope(
        id=f"import-{identity}",
        source=SOURCES[contact.institution],
        type=TYPE,
        time=now,
        subject=contact.contact,
        correlationid=contact.contact,
        confidentiality=EVENT_TYPES[TYPE].level,
    )
    schema = catalogue.latest(TYPE)
    return ReceivedEvent(envelope, schema, dict(data), encode(schema, data))


async def publish_contacts(
    settings: Settings, catalogue: Catalogue, contacts: Sequence[Contact], revision: int, now: datetime
) -> None:
    """Publish to each institution's directory topic, to Kafka's acknowledgement. Raises BrokerUnavailable."""
    producer = kafka_client.producer(settings, linger_ms=5)
    try:
        await producer.start()
        sent = []
        for contact in contacts:
            event = contact_event(catalogue, contact, revision, now)
            key, value, headers = to_kafka_record(event)
            sent.append(await producer.send(topic_of(event.envelope), value, key=key, headers=headers))
        await asyncio.gather(*sent)
    except (KafkaError, OSError) as error:
        msg = f"Kafka did not take the contacts at {settings.kafka_bootstrap} ({error})."
        away = BrokerUnavailable(msg, "Import the same file again: what arrived already is found unchanged.")
        raise await kafka_client.refusal_or(settings, away) from error
    finally:
        await producer.stop()


async def wait_until_applied(
    settings: Settings, catalogue: Catalogue, state: DirectoryState, contacts: Sequence[Contact], progress: Progress
) -> None:
    """Follow `hub.directory` until it shows every contact as published; `state.directory` is brought up to it.

    Raises ImportNotApplied when nothing moves for half a minute, and BrokerUnavailable.
    """
    waiting = {contact.contact: contact for contact in contacts}
    partition = TopicPartition(DIRECTORY, 0)
    reader = kafka_client.consumer(settings)
    loop = asyncio.get_running_loop()
    try:
        await reader.start()
        reader.assign([partition])
        reader.seek(partition, state.revision)
        moved = loop.time()
        while waiting:
            if await _take(reader, partition, catalogue, state, waiting):
                moved = loop.time()
                progress(len(contacts) - len(waiting), len(contacts))
            elif loop.time() - moved > PATIENCE_SECONDS:
                msg = f"{len(waiting)} contacts of {len(contacts)} were published, and are not in the directory."
                raise ImportNotApplied(msg, "Is the router running? `hub rejects list` shows what it refused, and why.")
    except (KafkaError, OSError) as error:
        msg = f"The directory cannot be followed: Kafka does not answer at {settings.kafka_bootstrap} ({error})."
        raise BrokerUnavailable(
            msg, "The contacts are published; `hub directory show` tells when they are in."
        ) from error
    finally:
        await reader.stop()


async def _take(
    reader: AIOKafkaConsumer,
    partition: TopicPartition,
    catalogue: Catalogue,
    state: DirectoryState,
    waiting: dict[str, Contact],
) -> bool:
    """Apply what came, and strike out the contacts that are as they should be; False when nothing came."""
    batches = await reader.getmany(partition, timeout_ms=_POLL_MS)
    records = batches.get(partition, [])
    for record in records:
        apply_record(state.directory, catalogue, record)
        reference = (record.key or b"").decode()
        if reference in waiting and state.directory.get(reference) == waiting[reference]:
            del waiting[reference]
    return bool(records)
