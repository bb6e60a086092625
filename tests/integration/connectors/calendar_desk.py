"""A contact's calendar on a real HTTP server, the poller that follows it, and a ledger that follows the directory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.inbound.absences.fetching import calendar_fetcher
from connectors.inbound.absences.poller import Poller
from hub.data import load_territory
from hub.domain.directory.absence_calendar import CalendarReads
from hub.ledger.absence_calendars import AbsenceCalendar, add_calendar, list_calendars
from hub.ledger.contacts import DirectoryRecord, apply_directory
from hub.ledger.directory_view import DirectoryViews
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.sealing import SealingKeys, sealing_keys
from tests.integration.router.router_desk import CATALOGUE, Desk

TOPIC = "hub.directory"
SECRET = "0f9b-private-canary"


def ics(*periods: tuple[date, date]) -> str:
    """A calendar of absences: whole days, both included."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number, (first, last) in enumerate(periods):
        end = last + timedelta(1)
        lines += ["BEGIN:VEVENT", f"UID:{number}", "SUMMARY:CANARY", f"DTSTART;VALUE=DATE:{first:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{end:%Y%m%d}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


@dataclass
class Server:
    """What a calendar's server answers, and what it was asked."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """The secret address."""
        return f"http://127.0.0.1:{self.port}/{SECRET}/basic.ics"

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as told; 304 for the tag that was given last."""
        self.asked.append(dict(request.headers))
        given = {} if self.etag is None else {"ETag": self.etag}
        if self.etag is not None and request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=given)
        return web.Response(status=self.status, text=self.text, headers=given | self.headers)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    """Serve on a free port of the loopback interface."""
    app = web.Application()
    app.router.add_get("/{secret}/basic.ics", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Office:
    """A poller with its surroundings."""

    desk: Desk
    engine: AsyncEngine
    server: Server
    poller: Poller
    clock: Clock
    keys: SealingKeys

    async def add(self, contact: str, reads: CalendarReads = CalendarReads.ALL_DAY, address: str = "") -> UUID:
        """Give a contact the calendar of the server."""
        of = uuid4()
        sealed = self.keys.seal(address or self.server.address, str(of))
        async with self.engine.begin() as connection:
            await add_calendar(connection, of, contact, reads, sealed, "operator:test", self.clock())
        return of

    async def calendar(self, of: UUID) -> AbsenceCalendar:
        """The calendar as the ledger holds it."""
        async with self.engine.connect() as connection:
            (found,) = await list_calendars(connection, of, removed=True)
        return found

    async def knows(self, *contacts: str, institution: str = "CAF") -> None:
        """Let the ledger's directory hold contacts."""
        for contact in contacts:
            await self.holds(contact, contact_data(contact, institution), "contact.changed")

    async def holds(self, key: str, data: dict[str, Any] | None, type_: str = "absence.declared") -> None:
        """Apply one record of the directory to the ledger."""
        async with self.engine.begin() as connection:
            await apply_directory(connection, TOPIC, [DirectoryRecord(next(OFFSETS), key, data, type_)], self.clock())

    async def follow(self, contact: str, of: UUID) -> None:
        """Let the ledger's directory hold what the calendar declared, as the processors do after the router."""
        for one in (await self.calendar(of)).declared:
            data = {"contact": contact, "from": one.days.first, "to": one.days.last, "deputy": None}
            await self.holds(one.key, data)

    async def published(self, contact: str) -> list[str]:
        """What is on the topic of the CAF for a contact, in order: first and last day, or « deleted »."""
        found = sorted(await self.desk.records("caf.directory"), key=lambda record: record.timestamp)
        mine = [record.value for record in found if contact in record.key.decode().split(":")]
        return ["deleted" if value is None else _period(value) for value in mine]


def _period(value: bytes) -> str:
    _, data = decode(CATALOGUE, value)
    return f"{data['from']:%m-%d}/{data['to']:%m-%d}"


OFFSETS = iter(range(1_000_000))


def contact_data(contact: str, institution: str = "CAF") -> dict[str, Any]:
    """The data of a social worker of the CAF."""
    names = ("cdas", "actor_kind", "email", "phone", "deputy", "valid_to", "webhook")
    return dict.fromkeys(names) | {
        "contact": contact,
        "institution": institution,
        "service": "CAF_SOCIAL_WORK",
        "role": "SOCIAL_WORKER",
        "communes": [],
        "epci": [],
        "label": contact,
        "valid_from": date(2024, 1, 1),
        "opted_out": False,
    }


@asynccontextmanager
async def office(desk: Desk, engine: AsyncEngine, now: datetime) -> AsyncIterator[Office]:
    """Run a server and give a poller that may call it."""
    async with serving(Server()) as server:
        settings = Settings(calendar_allowed=f"127.0.0.1:{server.port}", calendar_timeout_seconds=60)
        keys = sealing_keys(Settings(calendar_keys="k" * 32).calendar_keys, "test")
        assert keys is not None
        fetcher, clock = calendar_fetcher(settings), Clock(now)
        async with kafka_client.producer(desk.settings) as producer:
            poller = Poller(
                engine=engine,
                catalogue=CATALOGUE,
                producer=producer,
                fetcher=fetcher,
                keys=keys,
                views=DirectoryViews(load_territory()),
                clock=clock,
                every=timedelta(minutes=15),
            )
            yield Office(desk, engine, server, poller, clock, keys)
        await fetcher.close()


NOON = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
