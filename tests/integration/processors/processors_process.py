"""The processors as a process of their own, the records that the router would write for them, and what they wrote."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from typing import Any, Self

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.engine import free_port
from hub.processors.app import GROUP
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import encode
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, DIRECTORY, admin_session

CATALOGUE = load_catalogue()
CD35 = "urn:hub:cd35:si-social"
MOMENT = "2026-03-02T09:00:00+01:00"
_RUN = "from hub.processes.processors import run; from hub.settings import read_settings; run(read_settings())"


class Processors:
    """One process of the role, started and ended as a supervisor would."""

    def __init__(self, settings: Settings, instance: str = "1") -> None:
        self._port = free_port()
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
            "HUB_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "HUB_DATABASE_URL": settings.database_url.get_secret_value(),
            "HUB_METRICS_PORT": str(self._port),
            "HUB_PROCESSORS_INSTANCE": instance,
            "HUB_LOG_FORMAT": "json",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen([sys.executable, "-c", _RUN], env=self._environment)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(120)

    def wait(self) -> int:
        """Wait until the process ends by itself; returns the exit code."""
        assert self._process is not None
        return self._process.wait(180)

    def health(self) -> dict[str, Any]:
        """What /health says; empty while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health", timeout=2) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(120)


def decision_value(
    id_: str,
    recipients: Sequence[str],
    *,
    reference: str | None = None,
    offset: int = 0,
    directory_revision: int = 0,
    title: str = "Le FSL rejoint le Département",
) -> tuple[bytes, bytes]:
    """Key and value of hub.decisions for one published notice."""
    notice = reference or f"N-{id_}"
    data = {
        "notice": notice, "version": 1, "issuer": "CD35", "nature": "ORGANISATION", "code": "O4",
        "impacts": ["COLLABORATION"], "significant": False, "title": title,
        "summary": "Les demandes passent par les CDAS.", "benefits": [], "published_on": date(2026, 3, 1),
        "effective_on": date(2026, 5, 1), "communes": [], "epci": [],
    }  # fmt: skip
    routing = {
        "service": "CDAS", "role": "GENERIC_MAILBOX", "channel": "HUB", "purpose": "INFORMATION", "urgency": "NONE",
        "cdas": None, "rules": ["R27"], "recipients": list(recipients),
    }  # fmt: skip
    record = {
        "envelope": {
            "specversion": "1.0", "id": id_, "source": CD35, "type": "notice.published", "time": MOMENT,
            "subject": notice, "dataschema": None, "correlationid": notice, "causationid": None,
            "confidentiality": "C1",
        },
        "origin": {"topic": "cd35.notices", "partition": 0, "offset": offset, "timestamp_ms": 1772438400000},
        "event": encode(CATALOGUE.latest("notice.published"), data),
        "directory_revision": directory_revision,
        "calendar_revision": 0,
        "rules_version": "2026.1",
        "decided_at": MOMENT,
        "decision": {
            "event_id": id_, "event_type": "notice.published", "as_of": MOMENT, "rules_version": "2026.1",
            "outcome": "ROUTED", "routings": [routing], "rejections": [], "missing": [], "suggestions": [],
            "warnings": [], "flags": [], "instruction": None, "keyword": None, "lead_days": 61, "explanation": [],
        },
    }  # fmt: skip
    return notice.encode(), encode(CATALOGUE.latest("hub.decision"), record)


def contact_value(reference: str, email: str | None) -> bytes:
    """The value of hub.directory for one contact."""
    contact: dict[str, Any] = {
        "contact": reference, "institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "cdas": "CDAS-01",
        "communes": [], "epci": [], "actor_kind": None, "label": "CDAS démo 01", "email": email, "phone": None,
        "webhook": None, "deputy": None, "valid_from": date(2024, 1, 1), "valid_to": None, "opted_out": False,
    }  # fmt: skip
    return encode(CATALOGUE.latest("contact.changed"), contact)


@contextlib.asynccontextmanager
async def router(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Give a transactional producer, as the router has one."""
    producer = kafka_client.producer(settings, transactional_id="test-router")
    await producer.start()
    yield producer
    await producer.stop()


async def publish(
    producer: AIOKafkaProducer,
    ids: Sequence[str],
    *,
    recipients: Sequence[str] = (),
    abort: bool = False,
    partition: int | None = None,
) -> None:
    """Publish decisions in one transaction, or in one that is given up."""
    await producer.begin_transaction()
    for id_ in ids:
        key, value = decision_value(id_, recipients)
        await producer.send(DECISIONS, key=key, value=value, partition=partition)
    await producer.flush()
    if abort:
        await producer.abort_transaction()
    else:
        await producer.commit_transaction()


async def publish_contacts(
    producer: AIOKafkaProducer, contacts: dict[str, str | None], *, removed: Sequence[str] = ()
) -> None:
    """Publish contacts on hub.directory, reference → e-mail, and removals, in one transaction."""
    async with producer.transaction():
        for reference, email in contacts.items():
            await producer.send(DIRECTORY, key=reference.encode(), value=contact_value(reference, email))
        for reference in removed:
            await producer.send(DIRECTORY, key=reference.encode(), value=None)


async def rows(engine: AsyncEngine, statement: str, **parameters: Any) -> list[Any]:
    """The rows of a query."""
    async with engine.connect() as connection:
        return list((await connection.execute(text(statement), parameters)).all())


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 180) -> None:
    """Wait for a condition; the limit only ends a test that would never end."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 -- another process brings the condition about
            await asyncio.sleep(0.1)


def names(prefix: str, number: int) -> list[str]:
    """As many ids with a prefix."""
    return [f"{prefix}-{index}" for index in range(number)]


async def committed(settings: Settings, topic: str, partition: int) -> int | None:
    """The offset that the processors' group has committed."""
    async with admin_session(settings) as admin:
        found = await admin.list_consumer_group_offsets(GROUP)
    offset = found.get(TopicPartition(topic, partition))
    return None if offset is None else offset.offset


async def records(settings: Settings, topic: str) -> list[ConsumerRecord]:
    """Every committed record of a topic, in order inside a partition."""
    consumer = kafka_client.consumer(settings, topic)
    await consumer.start()
    try:
        found: list[ConsumerRecord] = []
        for partition, end in (await consumer.end_offsets(list(consumer.assignment()))).items():
            while await consumer.position(partition) < end:
                found += (await consumer.getmany(partition, timeout_ms=200)).get(partition, ())
        return found
    finally:
        await consumer.stop()
