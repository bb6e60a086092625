"""Contacts, what waits for them, and a browser without script: what the tests of the pages share."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger import tables
from hub.ledger.engine import ledger_engine
from hub.ledger.intake import take_in
from hub.ledger.sessions import Lifetime, choose, hash_of, open_session
from hub.settings import Settings
from tests.integration.gateway.gateway_setup import Gateway
from tests.integration.ledger.decided_building import CATALOGUE, notice, routing

LINK_KEY = "the-key-of-the-links-in-the-mails"
LIFETIME = Lifetime(timedelta(hours=12), timedelta(hours=1))

_Found = TypeVar("_Found")


def in_ledger(database: str, work: Callable[[AsyncConnection], Awaitable[_Found]]) -> _Found:
    """Do something in one transaction."""

    async def run() -> _Found:
        engine = ledger_engine(Settings(database_url=database))
        try:
            async with engine.begin() as connection:
                return await work(connection)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def contact(reference: str, **changes: Any) -> dict[str, Any]:
    """A row of the directory: a social worker of CDAS-07."""
    row: dict[str, Any] = {
        "ref": reference, "institution": "CD35", "service": "CDAS", "role": "SOCIAL_WORKER", "cdas": "CDAS-07",
        "communes": [], "epci": [], "actor_kind": None, "label": f"Démo {reference}",
        "email": f"{reference}@departement-demo.example", "phone": None, "webhook": None, "deputy": None,
        "valid_from": date(2023, 1, 1), "valid_to": None, "opted_out": False, "revision": 1,
        "updated_at": datetime.now(UTC),
    }  # fmt: skip
    return row | changes


def put_contacts(database: str, *rows: dict[str, Any]) -> None:
    """Put contacts into the directory."""

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(tables.contact), list(rows))

    in_ledger(database, work)


def put_notice(database: str, reference: str, *recipients: str, title: str = "Le FSL rejoint le Département") -> None:
    """Decide a notice for contacts."""
    decided = replace(notice(reference, routing(recipients), reference=reference, title=title))

    async def work(connection: AsyncConnection) -> None:
        await take_in(connection, CATALOGUE, [decided], datetime.now(UTC))

    in_ledger(database, work)


def put_urgency(database: str, reference: str, *recipients: str, confidentiality: str = "C2") -> None:
    """Decide a social urgency for contacts."""
    asked = {**routing(recipients), "role": "SOCIAL_WORKER", "purpose": "URGENT_RESPONSE", "cdas": "CDAS-07"}
    decided = notice(reference, asked, reference=reference)
    event = replace(
        decided, type="social_urgency.reported", kind="urgencies", topic="cd35.urgencies", notice=None,
        confidentiality=confidentiality,
    )  # fmt: skip

    async def work(connection: AsyncConnection) -> None:
        await take_in(connection, CATALOGUE, [event], datetime.now(UTC))

    in_ledger(database, work)


class Browser:
    """A browser without script: follows links and posts forms as they stand on the page that it shows."""

    def __init__(self, gateway: Gateway) -> None:
        self.client = httpx.Client(base_url=gateway.url, timeout=60, follow_redirects=True, trust_env=False)
        self.origin = gateway.url
        self.page = httpx.Response(200, text="")

    def signed_in(self, database: str, reference: str) -> "Browser":
        """The browser with a session that acts for a contact."""
        token, now = f"token-{uuid4()}", datetime.now(UTC)

        async def work(connection: AsyncConnection) -> None:
            address = f"{reference}@departement-demo.example"
            await open_session(connection, hash_of(token), address, now, LIFETIME)
            await choose(connection, hash_of(token), reference, now)

        in_ledger(database, work)
        self.client.cookies.set("hub-session", token)
        return self

    def get(self, path: str) -> httpx.Response:
        self.page = self.client.get(path)
        return self.page

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """Post fields, with the proof of the page that is shown, as a browser does."""
        proof = re.search(r'name="proof" value="([0-9a-f]+)"', self.page.text)
        data = ({"proof": proof[1]} if proof else {}) | fields
        self.page = self.client.post(path, data=data, headers={"origin": self.origin} if headers is None else headers)
        return self.page

    @property
    def words(self) -> str:
        """The text of the page as it is read, on one line."""
        assert self.page.headers["content-type"].startswith("text/html"), self.page.text
        body = self.page.text.partition("<main")[2].partition("</main>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())

    @property
    def path(self) -> str:
        return self.page.url.path

    def arrive(self, path: str) -> str:
        """Where a path leads."""
        self.get(path)
        return self.path

    def read(self, path: str) -> str:
        """What a page says."""
        self.get(path)
        return self.words
