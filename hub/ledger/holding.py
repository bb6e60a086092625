"""What an act on deliveries beyond the first ones holds before it looks, so that no other one slips in between.

An act reads which deliveries there are and then changes them, or makes more. Taking in charge, reminding, sending again
and redirecting hold the event meanwhile; what depends on a notice's version holds that version first, which a
correction or a withdrawal waits for. The order of locks, for all: version, event, escalations, numbers, deliveries.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import event, notice_version


async def hold_event(connection: AsyncConnection, source: str, event_id: str) -> None:
    """Let no other act be done on an event's deliveries until the transaction ends; claims and attempts go on."""
    held = select(event.c.id).where(event.c.source == source, event.c.id == event_id)
    await connection.execute(held.with_for_update(key_share=True))


async def hold_version(connection: AsyncConnection, of: RowMapping | Mapping[str, Any]) -> str | None:
    """Let no correction or withdrawal of a delivery's notice be taken in until the transaction ends.

    `of`: a row of `delivery`, or its `notice`, `version`, `event_source` and `event_id`. Returns the status of the
    version that it tells; None for what tells none, as a situation or a withdrawal's own message.
    """
    if of["notice"] is None:
        return None
    held = select(notice_version.c.status).where(
        notice_version.c.notice == of["notice"],
        notice_version.c.version == of["version"],
        notice_version.c.source == of["event_source"],
        notice_version.c.event_id == of["event_id"],
    )
    status: str | None = await connection.scalar(held.with_for_update(key_share=True))
    return status
