"""A timeline: publish at t, expect between t1 and t2, on the real PostgreSQL, dispatcher and mail server.

On a controlled clock, time jumps from one thing that is due to the next, so that days pass in a second and each mail
carries the instant at which it left. Instants are written as people write them, in Europe/Paris: `2026-03-02 09:00`.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, Self

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.mail.channel import mail_channel
from hub.data.parameter_file import load_parameters
from hub.dispatcher.dispatcher import Dispatcher
from hub.domain.calendar.paris import paris
from hub.embedded.mail import MailCatcher
from hub.health import Health
from hub.ledger import tables
from hub.ledger.acknowledgements import Taking, take
from hub.ledger.contacts import ABSENCE, CALENDAR, CONTACT, DirectoryRecord, apply_directory
from hub.ledger.decided import DecidedEvent
from hub.ledger.engine import ledger_engine
from hub.ledger.escalations import EscalationPolicy
from hub.ledger.intake import take_in
from hub.settings import Settings
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
SOURCE = "urn:hub:cd35:si-social"
TOPIC = "hub.directory"
_NUMBERS = count(1)


def at(words: str) -> datetime:
    """The instant that people write as `2026-03-02 09:00` or `2026-03-02 09:00:05`, in Europe/Paris."""
    return datetime.fromisoformat(words).replace(tzinfo=paris())


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that left: to whom, when (the timeline's clock), and its subject."""

    contact: str
    at: datetime
    subject: str


@dataclass(slots=True)
class Person:
    """A contact of the timeline's directory; it takes mail at its own address unless told otherwise."""

    contact: str
    place: str
    cdas: str | None = None
    institution: str = "CD35"
    deputy: str | None = None
    email: str | None = "its own"

    def data(self) -> dict[str, Any]:
        """The data of its `contact.changed`."""
        service, role = self.place.split("/")
        return {
            "contact": self.contact, "institution": self.institution, "service": service, "role": role,
            "cdas": self.cdas, "communes": [], "epci": [], "actor_kind": None, "label": self.contact,
            "email": f"{self.contact}@hub.example" if self.email else None, "phone": None, "webhook": None,
            "deputy": self.deputy, "valid_from": date(2024, 1, 1), "valid_to": None, "opted_out": False,
        }  # fmt: skip


@dataclass
class Clock:
    """A clock that stands until the timeline moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Timeline:
    """One ledger, any number of dispatchers, one mail server, one clock."""

    settings: Settings
    engine: AsyncEngine
    catcher: MailCatcher
    clock: Clock
    policy: EscalationPolicy
    sent: list[Sent] = field(default_factory=list)
    dispatchers: list[Dispatcher] = field(default_factory=list)
    _revision: int = 0

    async def directory(self, *people: Person, calendars: Sequence[dict[str, Any]] = ()) -> Self:
        """Let the directory hold these contacts and calendar entries, beside those that it has."""
        records = [(person.contact, person.data(), CONTACT) for person in people]
        records += [(entry["calendar"], entry, CALENDAR) for entry in calendars]
        await self._apply(records)
        return self

    async def away(self, contact: str, first: str, last: str, deputy: str | None = None) -> None:
        """Declare an absence, days included."""
        days = {"from": date.fromisoformat(first), "to": date.fromisoformat(last)}
        await self._apply([(f"absence-{contact}-{first}", {"contact": contact, "deputy": deputy} | days, ABSENCE)])

    async def _apply(self, records: list[tuple[str, dict[str, Any], str]]) -> None:
        rows = [DirectoryRecord(self._revision + n, key, data, kind) for n, (key, data, kind) in enumerate(records)]
        self._revision += len(rows)
        async with self.engine.begin() as connection:
            await apply_directory(connection, TOPIC, rows, self.clock())

    async def publish(self, when: str, event: DecidedEvent) -> DecidedEvent:
        """Let time come to `when`, and take an event in as the processors do."""
        await self.until(when)
        async with self.engine.begin() as connection:
            await take_in(connection, CATALOGUE, [event], self.clock())
        await self._settle()
        return event

    async def take(self, when: str, contact: str, event: DecidedEvent) -> Taking:
        """Let time come to `when`; then the contact takes in charge what its latest mail asks."""
        await self.until(when)
        query = (
            select(tables.delivery.c.id)
            .where(tables.delivery.c.contact == contact, tables.delivery.c.event_id == event.id)
            .order_by(tables.delivery.c.created_at.desc())
        )
        async with self.engine.begin() as connection:
            found = await connection.scalar(query.limit(1))
            assert found is not None, f"{contact} was never asked"
            taking = await take(connection, CATALOGUE, found, self.clock())
            assert taking is not None
        await self._settle()
        return taking

    async def until(self, when: str) -> None:
        """Let time pass to `when`, stopping at everything that is due on the way."""
        end = at(when)
        await self._settle()
        while self.dispatchers and (following := await self._next()) is not None and following <= end:
            self.clock.now = max(following, self.clock.now)
            await self._settle()
        self.clock.now = end
        await self._settle()

    def between(self, first: str, last: str) -> list[tuple[str, str]]:
        """Who got a mail in a stretch of time, both ends included, and its subject, in order."""
        return [(one.contact, one.subject) for one in self.sent if at(first) <= one.at <= at(last)]

    def asked(self) -> list[tuple[str, str]]:
        """Who was asked and when (local day, hour and minute), in order; who is only told is left out."""
        return [
            (f"{one.at.astimezone(paris()):%a %H:%M}", one.contact)
            for one in self.sent
            if "prise en" not in one.subject
        ]

    async def steps(self) -> list[Any]:
        """The steps of every escalation, in order."""
        query = select(tables.escalation_step, tables.escalation.c.state.label("of")).join(tables.escalation)
        order = (tables.escalation.c.created_at, tables.escalation.c.id, tables.escalation_step.c.number)
        async with self.engine.connect() as connection:
            return list((await connection.execute(query.order_by(*order))).all())

    async def outcome(self) -> list[tuple[str, str | None]]:
        """State and outcome of every escalation."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("select state, outcome from escalation order by created_at, id"))
            return [(row.state, row.outcome) for row in rows]

    @contextlib.asynccontextmanager
    async def dispatching(self, number: int = 1) -> AsyncIterator[None]:
        """Run dispatchers, and stop them as SIGTERM would."""
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(number):
                self.dispatchers.append(await stack.enter_async_context(self._dispatcher()))
            await self._settle()
            yield
            self.dispatchers.clear()

    @contextlib.asynccontextmanager
    async def _dispatcher(self) -> AsyncIterator[Dispatcher]:
        channel, engine = mail_channel(self.settings, kept=4), ledger_engine(self.settings)
        dispatcher = Dispatcher(
            self.settings, engine=engine, catalogue=CATALOGUE, channels={"MAIL": channel},
            health=Health("dispatcher"), clock=self.clock, policy=self.policy,
        )  # fmt: skip
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        try:
            yield dispatcher
        finally:
            stop.set()
            await running
            await channel.close()
            await engine.dispose()

    async def _next(self) -> datetime | None:
        """When the next thing after now is due."""
        query = text("""
            select min(due) from (
              select s.due_at as due from escalation_step s join escalation x on x.id = s.escalation
              where s.state = 'WAITING' and x.state = 'RUNNING'
              union all select due_at from delivery where state in ('SCHEDULED', 'RETRYING') and lane <> 'pull'
            ) waiting where due > :now
        """)
        async with self.engine.connect() as connection:
            found: datetime | None = await connection.scalar(query, {"now": self.clock()})
            return found

    async def _settle(self) -> None:
        """Wait until everything that is due now is done, and note what left meanwhile."""
        if not self.dispatchers:
            return
        busy = text("""
            select (select count(*) from delivery
                    where state = 'SENDING' or (state in ('SCHEDULED', 'RETRYING') and due_at <= :now))
                 + (select count(*) from escalation_step s join escalation x on x.id = s.escalation
                    where s.state = 'WAITING' and x.state = 'RUNNING' and s.due_at <= :now)
                 + (select count(*) from escalation where state = 'OPEN')
        """)
        for dispatcher in self.dispatchers:
            for lane in dispatcher.lanes:
                dispatcher.wake(lane.name)
        async with asyncio.timeout(180):
            while True:
                await asyncio.gather(*(dispatcher.escalation.tick() for dispatcher in self.dispatchers))
                async with self.engine.connect() as connection:
                    if not await connection.scalar(busy, {"now": self.clock()}):
                        break
                await asyncio.sleep(0.01)
        for mail in self.catcher.messages()[len(self.sent) :]:
            self.sent.append(Sent(mail.recipients[0].partition("@")[0], self.clock(), mail.subject))


def urgency(
    *asked: str,
    place: str = "CDAS/SOCIAL_WORKER",
    cdas: str | None = "CDAS-01",
    kind: str = "social_urgency",
    purpose: str = "URGENT_RESPONSE",
    at_revision: int = 0,
) -> DecidedEvent:
    """A decided urgency that asks these contacts; `kind`: social_urgency, benefit_urgency or child_protection."""
    number = next(_NUMBERS)
    service, role = place.split("/")
    level = {"social_urgency": "SOCIAL", "benefit_urgency": "BENEFIT"}.get(kind, "NONE")
    routing = {
        "service": service, "role": role, "channel": "CDAS_MAILBOX", "purpose": purpose, "urgency": level,
        "cdas": cdas, "rules": ["R67"], "recipients": list(asked),
    }  # fmt: skip
    moment = at("2026-01-01 00:00")
    return DecidedEvent(
        source=SOURCE, id=f"urgency-{number}", type=f"{kind}.reported", kind="urgencies", subject=f"S-{number}",
        correlationid=f"S-{number}", causationid=None, confidentiality="C2", time=moment, topic="cd35.urgencies",
        partition=0, offset=number, received_at=moment, value_sha256=hashlib.sha256(str(number).encode()).digest(),
        decision={"outcome": "ROUTED", "routings": [routing]}, directory_revision=at_revision, calendar_revision=0,
        rules_version="2026.1", decided_at=moment, notice=None,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def timeline(
    engine: AsyncEngine, database: str, catcher: MailCatcher, start: str, *, administrators: tuple[str, ...] = ()
) -> AsyncIterator[Timeline]:
    """Give a timeline that begins at `start`, with the shipped parameters; nothing runs yet."""
    settings = Settings(
        database_url=database, smtp_port=catcher.port, smtp_starttls="never", escalation_tick_seconds=5.0
    )
    yield Timeline(settings, engine, catcher, Clock(at(start)), EscalationPolicy(load_parameters(), administrators))
