"""The whole hub for a benchmark: embedded Kafka and PostgreSQL, and router, processors and dispatcher as processes."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_urlsafe
from time import perf_counter
from typing import Any, Final

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from hub.data import load_territory
from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.postgres import EmbeddedPostgres
from hub.errors import HubError
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.up.roles import Role, last_words, role_command, watch_health
from hub.wire import kafka_client
from hub.wire.cloudevents import EventReader, to_kafka_record, topic_of
from hub.wire.schemas import load_catalogue
from hub.wire.topics import apply_topics, read_topics

ROLES: Final = ("router", "processors", "dispatcher")
START_SECONDS: Final = 90.0

Record = tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]
"""Topic, key, value and headers."""


@dataclass(slots=True)
class WholeHub:
    """A hub that runs. `memory` is the largest peak of its roles seen so far, in MiB."""

    settings: Settings
    producer: AIOKafkaProducer
    roles: list[Role]
    reader: EventReader = field(default_factory=lambda: EventReader(load_catalogue(), load_territory()))
    memory: float = 0.0

    def record(self, event: dict[str, Any]) -> Record:
        """The Kafka record of an event."""
        received = self.reader.from_json(event)
        key, value, headers = to_kafka_record(received)
        return topic_of(received.envelope), key, value, headers

    def look_at_memory(self) -> None:
        """Take the roles' peaks into account."""
        self.memory = max(self.memory, *(_peak(pid) for role in self.roles for pid in role.pids))

    def words(self) -> str:
        """The last words of each role's log, for whoever must find out what went wrong."""
        return "\n".join(f"{role.name}: {last_words(role)}" for role in self.roles)


async def start_hub(
    stack: contextlib.AsyncExitStack,
    folder: Path,
    report: Callable[[str], None],
    *,
    smtp_port: int,
    concurrency: int,
    contacts: Sequence[dict[str, Any]],
    spare_topic: tuple[str, str] | None = None,
) -> WholeHub:
    """Start everything, and return when the ledger knows the contacts (data of `contact.changed` events, in JSON).

    `spare_topic`: a topic that the hub does not read, and the one that it is declared like. Raises HubError when a
    role does not become ready.
    """
    report("starting an embedded Kafka and PostgreSQL")
    broker = EmbeddedKafka(folder / "kafka")
    database = EmbeddedPostgres(folder / "postgres")
    for engine in (broker, database):
        stack.push_async_callback(engine.stop)
        await engine.start()
    url = await database.create_database("hub")
    settings = Settings(kafka_bootstrap=broker.bootstrap, database_url=SecretStr(url))
    declared = read_topics()
    spare = [replace(t, name=spare_topic[0]) for t in declared if spare_topic and t.name == spare_topic[1]]
    await apply_topics(settings, (*declared, *spare))
    ledger = ledger_engine(settings)
    await upgrade(ledger)
    await ledger.dispose()
    report(f"starting {', '.join(ROLES)}")
    environment = {
        "HUB_KAFKA_BOOTSTRAP": broker.bootstrap,
        "HUB_DATABASE_URL": url,
        "HUB_SMTP_PORT": str(smtp_port),
        "HUB_SMTP_STARTTLS": "never",
        "HUB_DISPATCHER_CONCURRENCY": str(concurrency),
        "HUB_LINK_KEYS": token_urlsafe(32),
        "HUB_LOG_LEVEL": "warning",
    }
    roles = await stack.enter_async_context(_roles(folder, environment))
    producer = await stack.enter_async_context(kafka_client.producer(settings))
    hub = WholeHub(settings, producer, roles)
    for contact in contacts:
        topic, key, value, headers = hub.record(_declared(contact))
        last = await producer.send(topic, value, key, headers=headers)
    await last
    await _until_known(url, [contact["contact"] for contact in contacts], hub)
    return hub


@contextlib.asynccontextmanager
async def _roles(folder: Path, settings: dict[str, str]) -> AsyncIterator[list[Role]]:
    common = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | settings
    roles = []
    for name in ROLES:
        port = free_port()
        environment = common | {"HUB_METRICS_PORT": str(port)}
        log = folder / f"{name}.log"
        roles.append(Role(name, role_command(name), environment, log, f"http://127.0.0.1:{port}/health"))
    try:
        for role in roles:
            role.start()
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            deadline = perf_counter() + START_SECONDS
            while not all(role.ready for role in roles):
                await watch_health(roles, client)
                late = next((role for role in roles if not role.ready), None)
                if late is not None and (perf_counter() > deadline or not late.pids):
                    message = f"Role {late.name} did not become ready:\n{last_words(late)}"
                    raise HubError(message)
                await asyncio.sleep(0.1)
        yield roles
    finally:
        await asyncio.gather(*(role.stop() for role in roles))


async def _until_known(database: str, contacts: Sequence[str], hub: WholeHub) -> None:
    """Wait until the contacts went through the router into the ledger."""
    connection = await asyncpg.connect(database)
    try:
        deadline = perf_counter() + START_SECONDS
        while await connection.fetchval("select count(*) from contact where ref = any($1)", contacts) < len(contacts):
            if perf_counter() > deadline:
                message = "The hub did not take the contacts in."
                raise HubError(message, hub.words())
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


_DIRECTORIES: Final = {
    "CAF": "urn:hub:caf35:bench",
    "CD35": "urn:hub:cd35:bench",
    "PARTNER": "urn:hub:partner:bench:bench",
}


def _declared(contact: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"declared-{contact['contact']}",
        "source": _DIRECTORIES[contact["institution"]],
        "type": "contact.changed",
        "time": "2024-01-01T00:00:00+01:00",
        "subject": contact["contact"],
        "data": {"communes": [], "epci": [], "valid_from": "2020-01-01", "opted_out": False} | contact,
    }
