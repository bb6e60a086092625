"""What the dispatcher's tests put into a ledger and read back from it, on the real PostgreSQL."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.mail.channel import mail_channel
from connectors.outbound.webhook.channel import WebhookChannel
from connectors.outbound.webhook.endpoints import LedgerEndpoints
from connectors.outbound.webhook.sender import webhook_sender
from hub.dispatcher.dispatcher import Dispatcher
from hub.domain.delivery.states import delivery_id
from hub.health import Health
from hub.ledger import tables
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.wire.schemas import load_catalogue
from tests.empty_ledger import empty_ledger

SOURCE = "urn:hub:cd35:si-social"
CATALOGUE = load_catalogue()


@dataclass
class Clock:
    """A clock that stands still, or that runs when `standing` is None."""

    standing: datetime | None = None

    def __call__(self) -> datetime:
        return self.standing or datetime.now(UTC)

    def move(self, seconds: float) -> None:
        """Let time pass for a clock that stands."""
        assert self.standing is not None
        self.standing += timedelta(seconds=seconds)


def settings_for(database: str, smtp_port: int, **more: Any) -> Settings:
    """Settings of a dispatcher beside a mail catcher without TLS.

    Neither a lease nor an answer in time depends on how fast this machine is: what a test wants to run out, it says.
    """
    values: dict[str, Any] = {
        "database_url": database,
        "smtp_port": smtp_port,
        "smtp_starttls": "never",
        "smtp_timeout_seconds": 120.0,
        "claim_seconds": 120.0,
    }
    return Settings(**(values | more))


@contextlib.asynccontextmanager
async def fresh_ledger(database: str) -> AsyncIterator[AsyncEngine]:
    """Give the ledger of a database, with its tables and without rows."""
    engine = ledger_engine(Settings(database_url=database))
    try:
        await upgrade(engine)
        async with engine.begin() as connection:
            await empty_ledger(connection)
        yield engine
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def dispatching(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Dispatcher]:
    """Run a dispatcher beside the test, and stop it as SIGTERM would; with master keys, it makes handshakes too."""
    channel = mail_channel(settings, kept=4)
    engine = ledger_engine(settings, check_before_use=False)
    now = clock or Clock()
    sender = webhook_sender(settings, connections=2 * settings.webhook_concurrency + 1)
    webhook = WebhookChannel(
        sender, LedgerEndpoints(engine, now), most=settings.webhook_per_receiver, clock=lambda: now().timestamp()
    )
    health = Health("dispatcher")
    dispatcher = Dispatcher(
        settings,
        engine=engine,
        catalogue=CATALOGUE,
        channels={"MAIL": channel, "WEBHOOK": webhook},
        health=health,
        clock=now,
        sender=sender if settings.webhook_keys.get_secret_value() else None,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await running
        await channel.close()
        await webhook.close()
        await engine.dispose()


@dataclass(frozen=True)
class Notice:
    """A notice to put into the ledger, delivered to `contact-0`, `contact-1` and so on."""

    notice: str
    event_id: str
    contacts: int = 1
    version: int = 1
    event_type: str = "notice.published"
    lane: str = "standard"
    title: str = "Transfert du FSL au Département"
    due_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    directory_revision: int = 1
    digest: str | None = None
    effective_on: date = date(2024, 12, 1)
    medium: str = "MAIL"
    number: int | None = None

    def delivery(self, number: int) -> UUID:
        """The id of the delivery to a contact."""
        return delivery_id(SOURCE, self.event_id, f"contact-{number}", self.medium)


async def put_contacts(engine: AsyncEngine, number: int, *, revision: int = 1, **more: Any) -> None:
    """Let the directory hold `number` contacts, as of a revision."""
    rows = [
        {
            "ref": f"contact-{index}",
            "institution": "CD35",
            "service": "CDAS",
            "role": "GENERIC_MAILBOX",
            "label": f"CDAS {index}",
            "email": f"contact-{index}@cdas.example",
            "valid_from": date(2024, 1, 1),
            "valid_to": None,
            "opted_out": False,
            "revision": revision,
            "updated_at": datetime.now(UTC),
        }
        | more
        for index in range(number)
    ]
    async with engine.begin() as connection:
        if rows:
            await connection.execute(insert(tables.contact), rows)
        await connection.execute(delete(tables.directory_position))
        await connection.execute(
            insert(tables.directory_position).values(
                topic="hub.directory", revision=revision, updated_at=datetime.now(UTC)
            )
        )


async def put_notice(engine: AsyncEngine, notice: Notice) -> None:
    """Put an event, its notice and its deliveries, and say so as the intake does."""
    async with engine.begin() as connection:
        await connection.execute(insert(tables.event).values(_event(notice)))
        if notice.event_type != "notice.withdrawn":
            await connection.execute(insert(tables.notice_version).values(_version(notice)))
        await connection.execute(insert(tables.delivery), list(_deliveries(notice)))
        await connection.execute(text(f"notify {tables.DELIVERIES_CHANNEL}, '{notice.lane}'"))


def _event(notice: Notice) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "source": SOURCE,
        "id": notice.event_id,
        "type": notice.event_type,
        "kind": "notices",
        "subject": notice.notice,
        "correlationid": notice.notice,
        "confidentiality": "C0",
        "time": now,
        "topic": "cd35.notices",
        "partition": 0,
        "offset": 0,
        "received_at": now,
        "value_sha256": b"\0" * 32,
        "outcome": "ROUTED",
        "directory_revision": notice.directory_revision,
        "calendar_revision": 0,
        "rules_version": "1",
        "decided_at": now,
        "recorded_at": now,
    }


def _version(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.notice,
        "version": notice.version,
        "source": SOURCE,
        "event_id": notice.event_id,
        "status": "PUBLISHED",
        "issuer": "CD35",
        "nature": "ORGANISATION",
        "code": "O4",
        "significant": True,
        "title": notice.title,
        "summary": "Les demandes sont instruites par le Département.",
        "published_on": date(2024, 10, 1),
        "effective_on": notice.effective_on,
    }


def _deliveries(notice: Notice) -> Iterator[dict[str, Any]]:
    for number in range(notice.contacts):
        yield {
            "id": notice.delivery(number),
            "event_source": SOURCE,
            "event_id": notice.event_id,
            "notice": notice.notice,
            "version": notice.version,
            "contact": f"contact-{number}",
            "service": "CDAS",
            "role": "GENERIC_MAILBOX",
            "rules": ["R27"],
            "medium": notice.medium,
            "number": notice.number,
            "lane": notice.lane,
            "state": "SCHEDULED",
            "due_at": notice.due_at,
            "directory_revision": notice.directory_revision,
            "created_at": notice.due_at,
            "digest": notice.digest,
        }


async def rows(engine: AsyncEngine, table: Any) -> list[dict[str, Any]]:
    """Every row of a table, by its primary key."""
    async with engine.connect() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]


async def states(engine: AsyncEngine) -> dict[str, int]:
    """How many deliveries are in each state."""
    counted: dict[str, int] = {}
    for row in await rows(engine, tables.delivery):
        counted[row["state"]] = counted.get(row["state"], 0) + 1
    return counted


async def until_states(engine: AsyncEngine, expected: dict[str, int], seconds: float = 300.0) -> None:
    """Wait until the deliveries are in these states; a hang fails with what they are in instead."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await states(engine)) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"still {found}"
        await asyncio.sleep(0.02)


async def until_dispatchers(engine: AsyncEngine, count: int, seconds: float = 300.0) -> None:
    """Wait until so many dispatchers have begun an attempt."""
    async with asyncio.timeout(seconds):
        while True:
            attempts = await rows(engine, tables.delivery_attempt)
            if len({row["dispatcher"] for row in attempts}) >= count:
                return
            await asyncio.sleep(0.02)


def caught_deliveries(folder: Path) -> list[str]:
    """The delivery that each caught mail names, one entry a mail; of a digest the first."""
    marker = b"X-Hub-Delivery: "
    found = []
    for path in sorted(folder.glob("*.eml")):
        line = next(line for line in path.read_bytes().splitlines() if line.startswith(marker))
        found.append(line.removeprefix(marker).decode())
    return found
