"""The directory as the router applies it: what hub.directory holds, followed record by record."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from hub import metrics
from hub.data import load_calendar
from hub.domain.calendar.entries import entry_from_data
from hub.domain.calendar.line import Calendar
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence import absence_from_data
from hub.domain.directory.contacts import Directory, contact_from_data
from hub.domain.directory.territory import Territory
from hub.domain.events import parse_source
from hub.errors import HubError
from hub.health import Health
from hub.router.closing import close_consumer
from hub.router.reachable import show_reachable
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.faults import EventInvalid
from hub.wire.schemas import Catalogue
from hub.wire.topics import DIRECTORY

log = structlog.get_logger()

PARTITION: Final = TopicPartition(DIRECTORY, 0)
_POLL_MS: Final = 500
_PROBE_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 1.0
_STALL_SECONDS: Final = 60.0


class DirectoryUnreadable(HubError):
    """hub.directory holds a record that this version cannot read: deciding without it would be wrong."""


def today_in_paris() -> date:
    """The calendar date of now, Europe/Paris."""
    return datetime.now(paris()).date()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory knows under a key: the type of event that said it, and who owns it."""

    type: str
    owner: str


def owner_of(source: str) -> str:
    """Who owns what this source declares: the institution, and the partner where it is one."""
    parsed = parse_source(source)
    return parsed.institution.value if parsed.partner is None else f"{parsed.institution.value}:{parsed.partner}"


class DirectoryState:
    """Contacts with their absences, the calendar of the priority line, and who owns which key, at one revision.

    `revision` is the number of the offset after the last record applied, `calendar_revision` the same for the last
    record of a calendar; 0 when there was none.
    """

    def __init__(self, catalogue: Catalogue, territory: Territory) -> None:
        self.contacts = Directory(territory)
        self.calendar: Calendar = load_calendar()
        self.entries: dict[str, Entry] = {}
        self.revision = 0
        self.calendar_revision = 0
        self._catalogue = catalogue

    def apply(self, record: ConsumerRecord) -> None:
        """Apply one record of hub.directory. Raises DirectoryUnreadable."""
        try:
            key = record.key.decode()
            known = self.entries.get(key)
            if record.value is None:
                self.entries.pop(key, None)
                if known is not None and known.type == "contact.changed":
                    self.contacts.remove(key)
                elif known is not None and known.type == "absence.declared":
                    self.contacts.withdraw(key)
                elif known is not None and known.type == "calendar.changed":
                    self.calendar.remove(key)
                changed = known.type if known is not None else ""
            else:
                schema, data = decode(self._catalogue, record.value)
                source = next(value for name, value in record.headers if name == "ce_source").decode()
                self.entries[key] = Entry(schema.type, owner_of(source))
                if schema.type == "contact.changed":
                    self.contacts.apply(contact_from_data(data))
                elif schema.type == "absence.declared":
                    self.contacts.declare(key, absence_from_data(data))
                elif schema.type == "calendar.changed":
                    self.calendar.apply(key, entry_from_data(data))
                changed = schema.type
        except (EventInvalid, AttributeError, StopIteration, KeyError, ValueError) as error:
            message = f"{DIRECTORY} cannot be read at offset {record.offset}: {type(error).__name__}."
            raise DirectoryUnreadable(message, "Was it written by a newer router, or by somebody else?") from error
        self.revision = record.offset + 1
        if changed == "calendar.changed":
            self.calendar_revision = self.revision


class DirectoryFollower:
    """Reads hub.directory to its end, then keeps following it; one per process, shared by its lanes.

    Its loop also tells whether the broker answers at all, which an idle lane would not notice.
    """

    def __init__(
        self, settings: Settings, health: Health, state: DirectoryState, today: Callable[[], date] = today_in_paris
    ) -> None:
        self.state = state
        self._settings = settings
        self._health = health
        self._today = today
        self._told: tuple[int, date] | None = None
        self._position = 0
        self._moved = asyncio.Condition()
        self._caught_up = asyncio.Event()
        self._show_calendar()
        health.missing("directory", "hub.directory is not read to its end yet")

    async def wait_for_end(self) -> None:
        """Return when the directory was read to the end that it had when the router started."""
        await self._caught_up.wait()

    async def refresh(self, consumer: AIOKafkaConsumer) -> None:
        """Return when everything that is committed on hub.directory by now is applied. Raises KafkaError."""
        end = (await consumer.end_offsets([PARTITION]))[PARTITION]
        async with self._moved:
            await self._moved.wait_for(lambda: self._position >= end)

    async def run(self) -> None:
        """Follow until cancelled; a broker that is away is waited for. Raises DirectoryUnreadable."""
        progress = self._health.loop("directory-follower", _STALL_SECONDS)
        while True:
            try:
                await self._follow(progress)
            except (KafkaError, OSError, TimeoutError) as error:
                self._health.missing("kafka", f"the broker does not answer: {type(error).__name__}")
                log.warning("directory_waits_for_kafka", error=type(error).__name__)
                progress()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _follow(self, progress: Callable[[], None]) -> None:
        consumer = kafka_client.consumer(self._settings, request_timeout_ms=5000)
        try:
            # Not wait_for: a cancellation that meets the end of what it waits for would be lost (until Python 3.12).
            async with asyncio.timeout(10):
                await consumer.start()
            consumer.assign([PARTITION])
            consumer.seek(PARTITION, self._position)
            probed = 0.0
            loop = asyncio.get_running_loop()
            while True:
                records = (await consumer.getmany(PARTITION, timeout_ms=_POLL_MS)).get(PARTITION, ())
                for record in records:
                    self.state.apply(record)
                position = await consumer.position(PARTITION)
                if position != self._position:
                    await self._move(position)
                if loop.time() - probed > _PROBE_SECONDS or not self._caught_up.is_set():
                    async with asyncio.timeout(5):
                        end = (await consumer.end_offsets([PARTITION]))[PARTITION]
                    probed = loop.time()
                    self._health.there("kafka")
                    if position >= end and not self._caught_up.is_set():
                        self._caught_up.set()
                        self._health.there("directory")
                        log.info("directory_read", revision=self.state.revision, contacts=len(self.state.contacts))
                if self._caught_up.is_set() and not records:
                    await self._show_reachable()
                progress()
        finally:
            await close_consumer(consumer)

    async def _move(self, position: int) -> None:
        async with self._moved:
            self._position = position
            self._moved.notify_all()
        metrics.DIRECTORY_REVISION.set(self.state.revision)
        metrics.DIRECTORY_CONTACTS.set(len(self.state.contacts))
        self._show_calendar()

    async def _show_reachable(self) -> None:
        """Tell who is reached, once for each state of the directory and each day; while records come, it waits."""
        stand = (self.state.revision, self._today())
        if stand != self._told:
            await show_reachable(self.state.contacts, stand[1])
            self._told = stand

    def _show_calendar(self) -> None:
        end = datetime.combine(self.state.calendar.data_end + timedelta(days=1), time(), paris())
        metrics.CALENDAR_END.set(end.timestamp())
