"""What taking a situation in charge settles: its escalation ends, and the others learn who has it.

Works inside the transaction that takes it in charge, which holds the escalations and the deliveries.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.occasions import read_occasion, taken_occasion
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import UNKNOWN, DeliveryStatus, Medium
from hub.ledger.escalation_steps import schedule_more
from hub.ledger.escalations import end_escalations, escalation_id
from hub.ledger.numbers import lock_numbers
from hub.ledger.purposes import purposes_by_delivery
from hub.ledger.tables import delivery
from hub.wire.schemas import Catalogue

# A message that may have arrived: its reader could act on it.
_REACHED: Final = frozenset({"SENDING", "ACCEPTED", "SHOWN", "ESCALATED"})
# As for the receivers of a correction (hub.ledger.schedule).
_UNCONFIRMED: Final = text("""
select distinct a.delivery from delivery_attempt a
where a.delivery = any(:ids)
  and (a.ended_at is null or a.result in ('accepted', 'abandoned') or a.reason = 'UNCONFIRMED')
""")
_PUSHED: Final = frozenset({Medium.MAIL.value, Medium.WEBHOOK.value})


async def prepare_settling(connection: AsyncConnection, together: Sequence[UUID]) -> None:
    """Hold the numbers that telling the others may need, before any delivery is held."""
    query = select(delivery.c.contact, delivery.c.medium).where(delivery.c.id.in_(list(together))).distinct()
    await lock_numbers(connection, {(row.contact, row.medium) for row in await connection.execute(query)})


async def settle(
    connection: AsyncConnection, catalogue: Catalogue, taken: Row[Any], together: Sequence[Row[Any]], now: datetime
) -> None:
    """End the escalations of what `taken` asks for, and tell whom the message reached who has it.

    `together` are the deliveries for the same purpose as they stood before. Each contact is told once, the one that
    took it never.
    """
    arrived = await _may_have_arrived(connection, [row.id for row in together])
    of_event = await purposes_by_delivery(connection, taken.event_source, taken.event_id)
    purposes = sorted(of_event.get(taken.id, ()))
    ids = [escalation_id(taken.event_source, taken.event_id, purpose) for purpose in purposes]
    await end_escalations(connection, ids, DeliveryStatus.TAKEN_IN_CHARGE.value, now)
    occasion = taken_occasion(purposes[0] if purposes else UNKNOWN, taken.service, taken.role)
    others: dict[tuple[str, str], dict[str, Any]] = {}
    for row in together:
        if row.contact != taken.contact and _was_reached(row, arrived):
            others[row.contact, row.medium] = {
                name: getattr(row, name)
                for name in (
                    "event_source", "event_id", "contact", "service", "role", "cdas", "rules", "medium", "lane",
                    "directory_revision",
                )
            } | {"occasion": occasion}  # fmt: skip
    rows = [others[key] for key in sorted(others)]
    thread = {"subject": taken.subject, "correlationid": taken.correlationid}
    await schedule_more(connection, catalogue, rows, thread, DeliveryReason.TAKEN_BY_ANOTHER, now)


async def _may_have_arrived(connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    """The deliveries of which an attempt may have brought the message, although nobody could confirm it."""
    return set((await connection.execute(_UNCONFIRMED, {"ids": list(ids)})).scalars())


def _was_reached(row: Row[Any], arrived: Collection[UUID]) -> bool:
    if read_occasion(row.occasion).kind == "taken" or row.medium not in _PUSHED:
        return False
    return row.state in _REACHED or row.accepted_at is not None or row.id in arrived
