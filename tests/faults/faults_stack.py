"""A whole hub for the campaigns: embedded engines, and every role as a process of its own that can be killed."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import confluent_kafka
import httpx
from pydantic import SecretStr

from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka, EmbeddedKafkaCluster
from hub.embedded.mail import MailCatcher
from hub.embedded.postgres import EmbeddedPostgres
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.up.endpoints import System
from hub.up.systems import demo_systems
from hub.wire.topics import apply_topics
from tests.faults.faults_events import CONTACTS, Record, contact_events, record_of
from tests.faults.faults_role import Role

PATIENCE_SECONDS: Final = 300.0
CONCURRENCY: Final = 8
UNRECORDED_AT_MOST: Final = 2 * CONCURRENCY  # mails whose outcome a kill leaves untold, and that leave again (ADR 21)
ROLES: Final = ("gateway", "router", "processors", "dispatcher")
COMMON: Final = {
    "HUB_LOG_FORMAT": "json",
    "HUB_SMTP_STARTTLS": "never",
    "HUB_DISPATCHER_CONCURRENCY": str(CONCURRENCY),
    "HUB_CLAIM_SECONDS": "3",  # a killed dispatcher's deliveries come back soon
    "HUB_RETRY_SCHEDULE": "0.5,0.5,1,1" + 100 * ",2",  # no receiver is away for longer, however slow the machine
    # Its server runs in the test's own loop: shorter, and a mail that it keeps while it reads the books leaves twice.
    "HUB_SMTP_TIMEOUT_SECONDS": "10",
    "HUB_LINK_KEYS": "the-key-of-the-links-in-the-mails-of-campaigns",
    "HUB_WEBHOOK_KEYS": "the-master-key-of-the-webhooks-of-campaigns",
    "HUB_WEBHOOK_ALLOWED": "127.0.0.1",
    "HUB_ADMINISTRATORS": "nobody",  # whatever the hour, no urgency climbs to the contacts of the campaigns
    "HUB_ROUTER_BATCH": "60",  # many transactions, so that a kill meets one
}


@dataclass(slots=True)
class Stack:
    """The engines, the roles by name, and what reaches them."""

    folder: Path
    kafka: EmbeddedKafka | EmbeddedKafkaCluster
    postgres: EmbeddedPostgres
    mail: MailCatcher
    settings: Settings
    environment: dict[str, str]
    systems: list[System]
    gateway_url: str
    roles: dict[str, Role] = field(default_factory=dict)

    def role(self, name: str, *, key: str | None = None, **variables: str) -> Role:
        """The role of this name, made when it is new; `key` names a second one, with variables of its own."""
        known = self.roles.get(key or name)
        if known is None:
            port = int(self.environment["HUB_GATEWAY_PORT"]) if name == "gateway" else free_port()
            environment = self.environment | {"HUB_METRICS_PORT": str(port)} | variables
            known = Role(name, environment, self.folder / "logs" / f"{key or name}.log", f"http://127.0.0.1:{port}")
            self.roles[key or name] = known
        return known

    async def ready(self, *names: str) -> None:
        """Start what does not run, as a supervisor does, until each of these roles (default: all four) is ready."""
        roles = [self.role(name) for name in names or ROLES]

        async def is_up(role: Role) -> bool:
            if not role.runs:  # also what ended meanwhile: a router that was fenced out is ready until it notices
                role.start()
            return await role.is_ready()

        for role in roles:
            if not role.runs:
                role.start()
        for role in roles:
            await until(partial(is_up, role), lambda role=role: role.last_words)  # type: ignore[misc]  # a default binds it

    async def stop(self) -> None:
        """Stop every role, all at once; the frozen ones are thawed first."""
        await asyncio.gather(*(role.stop() for role in self.roles.values()))

    async def rows(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the ledger."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
            return found
        finally:
            await connection.close()

    def token(self, source: str) -> str:
        """The token of the demo system with this source."""
        return next(system.token for system in self.systems if system.source == source)

    def client(self) -> httpx.AsyncClient:
        """An HTTP client of the gateway."""
        return httpx.AsyncClient(base_url=self.gateway_url, timeout=30, trust_env=False)

    async def post(self, client: httpx.AsyncClient, event: dict[str, Any]) -> httpx.Response:
        """Publish one event over HTTP as the system of its source."""
        return await self.post_bytes(client, json.dumps(event).encode(), event["source"])

    async def post_bytes(self, client: httpx.AsyncClient, body: bytes, source: str) -> httpx.Response:
        """Publish a body over HTTP as the system of this source."""
        headers = {"Authorization": f"Bearer {self.token(source)}", "Content-Type": "application/cloudevents+json"}
        return await client.post("/events", content=body, headers=headers)

    async def post_until_accepted(self, client: httpx.AsyncClient, event: dict[str, Any]) -> list[int]:
        """Publish one event again and again under its id until it is accepted; the answers, 0 for none."""
        answers: list[int] = []

        async def accepted() -> bool:
            try:
                answers.append((await self.post(client, event)).status_code)
            except httpx.TransportError:
                answers.append(0)
            return answers[-1] == httpx.codes.ACCEPTED

        await until(accepted, lambda: f"{event['id']} is not accepted: {answers[-5:]}")
        return answers


class Publisher:
    """Publishes records on Kafka as an institution would, idempotently; what was acknowledged is published."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.timeout.ms": int(PATIENCE_SECONDS * 1000),
                "log_level": 0,
            }
        )
        self.acknowledged = 0
        self.failures: list[str] = []

    def send(self, records: Iterable[Record]) -> None:
        """Hand records over; they are published in the background."""
        for record in records:
            self._producer.produce(
                record.topic, record.value, record.key, headers=record.headers, on_delivery=self._done
            )
        self._producer.poll(0)

    async def flush(self) -> None:
        """Wait for every acknowledgement."""
        left = await asyncio.to_thread(self._producer.flush, PATIENCE_SECONDS)
        assert (0, []) == (left, self.failures)

    def _done(self, error: confluent_kafka.KafkaError | None, _message: confluent_kafka.Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self.failures.append(error.str())


@contextlib.asynccontextmanager
async def stack(folder: Path, *, brokers: int = 1, **variables: str) -> AsyncIterator[Stack]:
    """Engines with topics and tables, no role running yet; everything is stopped at the end."""
    (folder / "logs").mkdir(parents=True)
    (folder / "secrets").mkdir()
    kafka = EmbeddedKafka(folder / "kafka") if brokers == 1 else EmbeddedKafkaCluster(folder / "kafka", brokers)
    async with kafka, EmbeddedPostgres(folder / "postgres") as postgres, MailCatcher(folder / "mails") as mail:
        database = await postgres.create_database("hub")
        settings = Settings(kafka_bootstrap=kafka.bootstrap, database_url=SecretStr(database))
        await apply_topics(settings)
        engine = ledger_engine(settings)
        await upgrade(engine)
        await engine.dispose()
        systems, credentials = demo_systems(folder / "secrets")
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        environment |= COMMON | {
            "HUB_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "HUB_DATABASE_URL": database,
            "HUB_SMTP_PORT": str(mail.port),
            "HUB_CREDENTIALS_FILE": str(credentials),
            "HUB_GATEWAY_PORT": str(port),
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        made = Stack(
            folder, kafka, postgres, mail, settings, environment | variables, systems, f"http://127.0.0.1:{port}"
        )
        try:
            yield made
        finally:
            await made.stop()


async def introduce_contacts(made: Stack) -> None:
    """Have the institutions declare the contacts, and wait until the ledger has them."""
    publisher = Publisher(made.settings.kafka_bootstrap)
    publisher.send(record_of(event) for event in contact_events())
    await publisher.flush()

    async def known() -> bool:
        return len(CONTACTS) == len(await made.rows("select ref from contact"))

    await until(known, lambda: "the contacts are not in the ledger")


async def until(
    condition: Callable[[], bool | Awaitable[bool]], explain: Callable[[], object] = lambda: "", every: float = 0.05
) -> None:
    """Wait for something that must come; how long it takes is not asserted."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        assert asyncio.get_running_loop().time() < deadline, f"it did not come: {explain()}"
        await asyncio.sleep(every)
