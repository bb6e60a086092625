"""Contacts with a webhook, put into a ledger for the dispatcher's tests."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.webhooks import endpoint_id
from hub.ledger import tables
from tests.contract.webhook_system import masters
from tests.integration.dispatcher.dispatcher_ledger import put_contacts

SINCE = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)
ALLOWED = {"webhook_keys": "m" * 40, "webhook_allowed": "127.0.0.1"}
"""Settings with which a dispatcher can sign for these webhooks and call them on this machine."""


async def put_webhooks(engine: AsyncEngine, url: str, contacts: int, *, state: str = "ACTIVE", **more: Any) -> None:
    """Let every contact have this address, with one key; `more`: of the contacts."""
    await put_contacts(engine, contacts, webhook=url, **more)
    ids = {f"contact-{number}": endpoint_id(f"contact-{number}", url) for number in range(contacts)}
    due = SINCE if state == "PENDING" else None
    async with engine.begin() as connection:
        await connection.execute(
            insert(tables.webhook_endpoint),
            [
                {"id": of, "contact": ref, "url": url, "state": state, "next_handshake_at": due, "created_at": SINCE}
                for ref, of in ids.items()
            ],
        )
        await connection.execute(
            insert(tables.webhook_key),
            [{"endpoint": of, "number": 1, "master": masters().newest, "created_at": SINCE} for of in ids.values()],
        )
