"""Urgencies of which an institution's own system says that it has them: nobody is asked any more.

What it says stands for everybody who was asked for the same purpose: the escalation ends, what has not left is
cancelled, what is under way is not tried again, what was delivered is concluded.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.acknowledgements import conclude_for_all
from hub.ledger.escalations import end_escalations
from hub.ledger.holding import hold_event
from hub.ledger.tables import escalation
from hub.wire.schemas import Catalogue

_HANDLED: Final = text("""
select x.id, x.event_source, x.event_id, x.purpose from escalation x
where x.state <> 'ENDED' and exists (
  select from event e
  where e.subject = x.subject and e.recorded_at >= x.created_at
    and e.type = case x.nature when 'BENEFIT' then 'benefit_urgency.handled' else 'social_urgency.taken_in_charge' end
    and (e.causationid is null or e.causationid = x.event_id)
)
order by x.event_source, x.event_id, x.id
""")


async def handled_escalations(connection: AsyncConnection) -> list[tuple[UUID, str, str, str]]:
    """The escalations of situations of which a system said that they are handled: id, event, purpose."""
    return [(row.id, row.event_source, row.event_id, row.purpose) for row in await connection.execute(_HANDLED)]


async def end_handled(
    connection: AsyncConnection, catalogue: Catalogue, found: tuple[UUID, str, str, str], now: datetime
) -> bool:
    """End one of them, inside a transaction of its own; False when another process has ended it, or is at it."""
    of, source, event_id, purpose = found
    await hold_event(connection, source, event_id)
    held = select(escalation.c.id).where(escalation.c.id == of, escalation.c.state != "ENDED")
    if await connection.scalar(held.with_for_update(skip_locked=True)) is None:
        return False
    await end_escalations(connection, [of], "HANDLED", now)
    await conclude_for_all(connection, catalogue, source, event_id, purpose, now)
    return True
