"""A real gateway in a process of its own, on a real Kafka and PostgreSQL, with a token per invented system."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from sqlalchemy.ext.asyncio import create_async_engine

from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka
from hub.gateway.credentials import digest_of
from hub.ledger.migrate import upgrade
from hub.paths import schemas_root
from hub.settings import Settings
from hub.wire.topics import apply_topics

CAF = "urn:hub:caf35:si-partenaires"
CD35 = "urn:hub:cd35:si-social"
PARTNER = "urn:hub:partner:ccas-demo:accueil"
ALL_KINDS = ["notices", "referrals", "urgencies", "activity", "directory"]
TOKENS = {
    "caf": "hub_token-of-the-caf",
    "cd35": "hub_token-of-the-cd35",
    "partner": "hub_token-of-a-partner",
    "limited": "hub_token-of-a-limited-system",
}
_NUMBERS = count(1)


@dataclass
class Gateway:
    """A running gateway, and how to talk to it."""

    url: str
    port: int
    environment: dict[str, str]
    credentials: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self, seconds: float = 180) -> None:
        code = "from hub.processes.gateway import run; from hub.settings import read_settings; run(read_settings())"
        log = self.credentials.with_suffix(".log").open("ab")
        self.process = subprocess.Popen([sys.executable, "-c", code], env=self.environment, stdout=log, stderr=log)
        self.wait_until_ready(seconds)

    @property
    def log(self) -> str:
        return self.credentials.with_suffix(".log").read_text()

    def wait_until_ready(self, seconds: float = 180) -> None:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        pytest.fail(f"the gateway did not become ready:\n{self.log}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def post(self, event: Any, system: str = "caf", **options: Any) -> httpx.Response:
        """Publish an event or a list of events, and again after a 503, as a caller does: a slow broker is no fault."""
        give_up = time.monotonic() + 120
        while True:
            answer = self.post_once(event, system, **options)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > give_up:
                return answer
            time.sleep(0.3)

    def post_once(self, event: Any, system: str = "caf", **options: Any) -> httpx.Response:
        """Publish an event (structured mode) or a list of events (batched mode)."""
        kind = "cloudevents-batch" if isinstance(event, list) else "cloudevents"
        headers = {"content-type": f"application/{kind}+json", "authorization": f"Bearer {TOKENS[system]}"}
        headers |= options.pop("headers", {})
        content = options.pop("content", None)
        body = json.dumps(event).encode() if content is None else content
        return httpx.post(f"{self.url}/events", content=body, headers=headers, timeout=60, **options)

    def get(self, path: str, system: str | None = None) -> httpx.Response:
        headers = {} if system is None else {"authorization": f"Bearer {TOKENS[system]}"}
        return httpx.get(self.url + path, headers=headers, timeout=60)


def write_credentials(path: Path) -> None:
    """Give every invented system its token."""
    sources = {"caf": CAF, "cd35": CD35, "partner": PARTNER, "limited": "urn:hub:caf35:si-activite"}
    inboxes = {
        "caf": ["CAF_SOCIAL_WORK", "CDAS"],
        "cd35": ["CDAS/CDAS-07", "contact:cd35-referent"],
        "partner": ["ASIP", "contact:ccas-demo"],
    }
    path.write_text(
        "\n".join(
            f'[[system]]\nname = "{name}"\nsource = "{source}"\ntoken_sha256 = ["{digest_of(TOKENS[name])}"]\n'
            f"kinds = {json.dumps(['activity'] if name == 'limited' else ALL_KINDS)}\n"
            f"inboxes = {json.dumps(inboxes.get(name, []))}\n"
            for name, source in sources.items()
        )
    )


def prepare(kafka: EmbeddedKafka, database: str) -> None:
    """Create the topics and tables."""

    async def both() -> None:
        await apply_topics(Settings(kafka_bootstrap=kafka.bootstrap))
        engine = create_async_engine("postgresql+asyncpg://" + database.split("://", 1)[1])
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(both())


def make_gateway(folder: Path, kafka: EmbeddedKafka, database: str, **settings: str) -> Gateway:
    """A gateway that is not started yet."""
    credentials = folder / f"credentials-{next(_NUMBERS)}.toml"
    write_credentials(credentials)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
        "HUB_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "HUB_DATABASE_URL": database,
        "HUB_GATEWAY_PORT": str(port),
        "HUB_PUBLIC_URL": url,
        "HUB_CREDENTIALS_FILE": str(credentials),
        "HUB_LOG_FORMAT": "json",
    }
    return Gateway(url, port, environment | settings, credentials)


def new_notice(source: str = CAF, **changes: Any) -> dict[str, Any]:
    """A valid notice with an id and a reference of its own."""
    example = min((schemas_root() / "notice.published").glob("*.json"))
    event: dict[str, Any] = json.loads(example.read_text())
    number = next(_NUMBERS)
    event |= {"id": f"test-{number}", "source": source, "subject": f"notice-{number}"}
    event.pop("correlationid", None)
    event["data"] |= {
        "notice": f"notice-{number}",
        "issuer": "CAF" if source == CAF else "CD35",
        "nature": "ORGANISATION",
        "code": "O1",
    }
    return event | changes


def records_of(kafka: EmbeddedKafka, *topics: str) -> list[ConsumerRecord]:
    """Every record of these topics, as a reader of committed records sees them."""

    async def read() -> list[ConsumerRecord]:
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=kafka.bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            places = list(consumer.assignment())
            ends = await consumer.end_offsets(places)
            found: list[ConsumerRecord] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += records
            return found
        finally:
            await consumer.stop()

    return asyncio.run(read())


def header(record: ConsumerRecord, name: str) -> str:
    """A `ce_` header as text."""
    value: bytes = dict(record.headers)[name]
    return value.decode()


def ids_of(kafka: EmbeddedKafka, *topics: str) -> list[str]:
    """The ids of every event of these topics, with repeats."""
    return [header(record, "ce_id") for record in records_of(kafka, *topics)]
