"""What the tests of feeds do: make one, tell it notices and situations, and read it as readers do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

import httpx
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.states import delivery_id
from hub.ledger import tables
from hub.ledger.decided import DecidedEvent
from hub.ledger.engine import ledger_engine
from hub.ledger.numbers import add_deliveries
from hub.settings import Settings
from tests.integration.ledger.decided_building import CD35, take

T = TypeVar("T")


ATOM = "{http://www.w3.org/2005/Atom}"


SITUATION = "S-secret-reference"


def in_ledger(database: str, act: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = ledger_engine(Settings(database_url=database))
        try:
            return await act(engine)
        finally:
            await engine.dispose()

    return asyncio.run(run())


@dataclass(frozen=True)
class Addresses:
    """A feed that was made at the command line."""

    id: str
    atom: str
    calendar: str


def make(feeds: Callable[..., Any], *words: str) -> Addresses:
    (made,) = feeds("create", *words)
    return Addresses(**made)


def tell(
    database: str, *events: DecidedEvent, confidentiality: str = "C0", by_feed: bool = False, **places: list[str]
) -> None:
    """Take notices in, at a level and for a territory; each contact is also told by feed where asked."""

    async def act(engine: AsyncEngine) -> None:
        for event in events:
            data = event.notice if event.type == "notice.withdrawn" else (event.notice or {}) | places
            await take(engine, replace(event, confidentiality=confidentiality, notice=data), at=datetime.now(UTC))
            if by_feed:
                async with engine.begin() as connection:
                    of = select(tables.delivery).where(tables.delivery.c.event_id == event.id)
                    rows = [dict(row) for row in (await connection.execute(of)).mappings()]
                    await add_deliveries(connection, [as_feed(row) for row in rows])

    in_ledger(database, act)


def as_feed(row: Mapping[str, Any]) -> dict[str, Any]:
    id_ = delivery_id(row["event_source"], row["event_id"], row["contact"], "FEED")
    return dict(row) | {"id": id_, "medium": "FEED", "lane": "pull"}


def put_situation(database: str, event_id: str, contact: str, *media: str) -> None:
    """Put an urgency that waits for a contact."""
    now = datetime.now(UTC)
    routings = [{"service": "CDAS", "role": "MANAGER", "cdas": None, "purpose": "ALERT", "recipients": [contact]}]
    event = {
        "source": CD35, "id": event_id, "type": "social_urgency.reported", "kind": "urgencies", "subject": SITUATION,
        "correlationid": SITUATION, "confidentiality": "C3", "time": now, "topic": "cd35.urgencies", "partition": 0,
        "offset": 0, "received_at": now, "value_sha256": b"\0" * 32, "outcome": "ROUTED",
        "decision": {"routings": routings}, "directory_revision": 0, "calendar_revision": 0, "rules_version": "1",
        "decided_at": now, "recorded_at": now,
    }  # fmt: skip
    rows = [
        {
            "id": delivery_id(CD35, event_id, contact, medium), "event_source": CD35, "event_id": event_id,
            "contact": contact, "service": "CDAS", "role": "MANAGER", "medium": medium, "lane": "urgent",
            "state": "SCHEDULED", "due_at": now, "directory_revision": 0, "created_at": now,
        }
        for medium in media
    ]  # fmt: skip

    async def act(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(tables.event).values(event))
            await add_deliveries(connection, rows)

    in_ledger(database, act)


def read(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=60)


def entries(address: str) -> dict[str, ET.Element]:
    """The entries of an Atom feed by their titles."""
    answer = read(address)
    assert (200, "application/atom+xml; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    found = ET.fromstring(answer.content).findall(f"{ATOM}entry")
    return {str(entry.findtext(f"{ATOM}title")): entry for entry in found}


def opened(address: str) -> Calendar:
    answer = read(address)
    assert (200, "text/calendar; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    return IcsCalendarStream.calendar_from_ics(answer.text)
