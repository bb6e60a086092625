"""The directory as `hub.directory` holds it now: what every command and role that looks contacts up starts from."""

from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from hub.domain.directory.absence import absence_from_data
from hub.domain.directory.contacts import Directory, contact_from_data
from hub.domain.directory.territory import Territory
from hub.errors import BrokerUnavailable
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.schemas import Catalogue
from hub.wire.topics import DIRECTORY

_PARTITION = TopicPartition(DIRECTORY, 0)
_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """The contacts with their absences; their revision: offset of the last record plus one, 0 for an empty topic."""

    directory: Directory
    revision: int


async def read_directory(settings: Settings, catalogue: Catalogue, territory: Territory) -> DirectoryState:
    """Read `hub.directory` from its beginning to its present end. Raises BrokerUnavailable."""
    directory, revision = Directory(territory), 0
    reader = kafka_client.consumer(settings)
    try:
        await reader.start()
        reader.assign([_PARTITION])
        await reader.seek_to_beginning(_PARTITION)
        end = (await reader.end_offsets([_PARTITION]))[_PARTITION]
        while await reader.position(_PARTITION) < end:
            batches = await reader.getmany(_PARTITION, timeout_ms=_POLL_MS)
            for record in batches.get(_PARTITION, ()):
                if record.offset < end:
                    apply_record(directory, catalogue, record)
                    revision = record.offset + 1
    except (KafkaError, OSError) as error:
        msg = f"The directory cannot be read: Kafka does not answer at {settings.kafka_bootstrap} ({error})."
        away = BrokerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_KAFKA_BOOTSTRAP to where Kafka runs.")
        raise await kafka_client.refusal_or(settings, away) from error
    finally:
        await reader.stop()
    return DirectoryState(directory, revision)


def apply_record(directory: Directory, catalogue: Catalogue, record: ConsumerRecord) -> None:
    """Bring the directory to the state after one record of `hub.directory`; a calendar's record changes nothing."""
    if record.key is None:
        return
    key = record.key.decode()
    if record.value is None:
        directory.remove(key)
        directory.withdraw(key)
        return
    schema, data = decode(catalogue, record.value)
    if schema.type == "contact.changed":
        directory.apply(contact_from_data(data))
    elif schema.type == "absence.declared":
        directory.declare(key, absence_from_data(data))
