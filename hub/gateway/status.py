"""Where an event stands, as its sender may know it: no contact, no payload."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.gateway.answers import rfc3339
from hub.gateway.problems import refusal
from hub.ledger.tables import accepted_event


async def event_status(engine: AsyncEngine, source: str, event_id: str) -> dict[str, Any] | None:
    """The standing of an event, or None when it was never accepted. Raises Refusal LEDGER_AWAY."""
    try:
        async with engine.connect() as connection:
            return await _standing(connection, source, event_id)
    except (SQLAlchemyError, OSError, TimeoutError):
        raise refusal("LEDGER_AWAY", "Ask again in a moment.", Retry_After="2") from None


async def _standing(connection: AsyncConnection, source: str, event_id: str) -> dict[str, Any] | None:
    query = select(accepted_event).where(accepted_event.c.source == source, accepted_event.c.id == event_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return {"id": row.id, "source": row.source, "type": row.type, "accepted_at": rfc3339(row.accepted_at)}
