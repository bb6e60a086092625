"""One heartbeat.sent a second on hub.heartbeat, by which any consumer proves its own health."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from hub import metrics
from hub.domain.events import Envelope
from hub.domain.vocabulary import Confidentiality
from hub.processors.parts import Parts
from hub.wire.avro import encode
from hub.wire.cloudevents import kafka_headers
from hub.wire.schemas import Catalogue
from hub.wire.topics import HEARTBEAT

log = structlog.get_logger()

TYPE: Final = "heartbeat.sent"
_HEARTBEATS: Final = UUID("3c7c0d52-1f0c-5b6b-9c44-7d9b6a35cd35")
_STALLED_AFTER: Final = 60.0  # seconds

Record = tuple[bytes, bytes, list[tuple[str, bytes]]]


def heartbeat_record(catalogue: Catalogue, instance: str, sequence: int, at: datetime) -> Record:
    """Key, value and headers of one heartbeat of a replica of the processors."""
    source = f"urn:hub:hub:processors-{instance}"
    envelope = Envelope(
        id=str(uuid5(_HEARTBEATS, f"{source}:{sequence}:{at.isoformat()}")),
        source=source,
        type=TYPE,
        time=at,
        subject=f"processors-{instance}",
        correlationid=f"processors-{instance}",
        confidentiality=Confidentiality.C0,
    )
    schema = catalogue.latest(TYPE)
    return envelope.subject.encode(), encode(schema, {"sequence": sequence}), kafka_headers(envelope, schema)


class Heartbeat:
    """Counts and publishes the heartbeats of this process."""

    def __init__(self, parts: Parts, producer: AIOKafkaProducer, instance: str) -> None:
        self._parts = parts
        self._producer = producer
        self._instance = instance
        self._sequence = 0
        self._progress = parts.health.loop("heartbeat", _STALLED_AFTER)

    async def beat(self) -> None:
        """Publish the next heartbeat; when Kafka does not take it, say that the process is not ready and go on."""
        now = self._parts.clock()
        key, value, headers = heartbeat_record(self._parts.catalogue, self._instance, self._sequence, now)
        self._progress()
        try:
            await self._producer.send_and_wait(HEARTBEAT, value=value, key=key, headers=headers)
        except KafkaError as error:
            if not error.retriable:
                raise
            self._parts.health.missing("kafka", "Kafka does not acknowledge heartbeats")
            log.warning("heartbeat_missed", error=type(error).__name__)
        else:
            self._sequence += 1
            metrics.HEARTBEATS.inc()
            metrics.HEARTBEAT_AT.set(now.timestamp())
            self._parts.health.there("kafka")
