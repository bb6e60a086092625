"""Doing the steps of escalations: whom each asks now, and what becomes of those who were asked before.

Every function works inside the transaction of the connection that it is given, one escalation each, held first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, and_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import Rank, StepReason, present
from hub.domain.delivery.occasions import escalation_occasion, read_occasion
from hub.domain.delivery.states import DeliveryReason, delivery_id
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.ledger.directory_view import DirectoryView
from hub.ledger.escalations import end_escalations
from hub.ledger.numbers import add_deliveries
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.purposes import purposes_by_delivery, routings_of
from hub.ledger.tables import DELIVERIES_CHANNEL, acknowledgement, delivery, escalation, escalation_step, event
from hub.ledger.webhooks import active_endpoints
from hub.wire.schemas import Catalogue

PUNCTUAL: Final = timedelta(seconds=5)
"""A step done later than this after its instant is noted as late."""

# What has arrived and was not answered. What is still being tried goes on: its recipient must not be lost when a mail
# server comes back; and a failed delivery stays one that an operator finds.
_ANSWERLESS: Final = frozenset({DeliveryStatus.ACCEPTED, DeliveryStatus.SHOWN})

_DUE = text("""
select s.escalation from escalation_step s join escalation x on x.id = s.escalation
where s.state = 'WAITING' and s.due_at <= :now and x.state = 'RUNNING'
group by s.escalation
order by min(s.due_at), s.escalation
limit :limit
""")

# Nobody whom the latest step asked can be reached: its deliveries have failed for good.
_UNREACHABLE = text("""
select x.id
from escalation x
cross join lateral (
  select coalesce(
    (
      select 'escalation/' || x.purpose || '/' || max(s.number) from escalation_step s
      where s.escalation = x.id and s.state = 'DONE' having max(s.number) is not null
    ), '') as occasion
) latest
where x.state = 'RUNNING'
  and exists (select from escalation_step s where s.escalation = x.id and s.state = 'WAITING' and s.due_at > :now)
  and exists (
    select from delivery d
    where d.event_source = x.event_source and d.event_id = x.event_id and d.occasion = latest.occasion
  )
  and not exists (
    select from delivery d
    where d.event_source = x.event_source and d.event_id = x.event_id and d.occasion = latest.occasion
      and d.state not in ('FAILED', 'CANCELLED', 'REDIRECTED')
  )
order by x.id
for update of x skip locked
""")


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was done: whom it asked, and how long after its instant; `ended`: somebody had taken it already."""

    escalation: UUID
    number: int
    rank: Rank
    asked: tuple[str, ...]
    lateness: timedelta
    ended: bool = False

    @property
    def late(self) -> bool:
        """Whether it was done later than PUNCTUAL."""
        return self.lateness > PUNCTUAL


async def due_escalations(connection: AsyncConnection, now: datetime, limit: int = 200) -> list[UUID]:
    """The escalations of which a step is due, the longest due first."""
    return list((await connection.execute(_DUE, {"now": now, "limit": limit})).scalars())


async def next_step_at(connection: AsyncConnection) -> datetime | None:
    """When the next step of any escalation is due; None when none waits."""
    found: datetime | None = await connection.scalar(
        text("select min(due_at) from escalation_step where state = 'WAITING'")
    )
    return found


async def hurry_unreachable(connection: AsyncConnection, now: datetime) -> list[UUID]:
    """Make the next step due now where nobody of the latest one can be reached; returns the escalations."""
    found = list((await connection.execute(_UNREACHABLE, {"now": now})).scalars())
    for of in found:
        await _hurry_next(connection, of, StepReason.STEP_BEFORE_FAILED, now)
    return found


async def do_step(
    connection: AsyncConnection, catalogue: Catalogue, view: DirectoryView, of: UUID, now: datetime
) -> StepDone | None:
    """Do the first waiting step of an escalation if it is due; None when it is not, or when another process holds it.

    A contact that is away meanwhile is replaced. A step that asks nobody makes the next one due now.
    """
    query = select(escalation).where(escalation.c.id == of, escalation.c.state == "RUNNING")
    row = (await connection.execute(query.with_for_update(skip_locked=True))).mappings().one_or_none()
    step = None if row is None else await _first_waiting(connection, of)
    if row is None or step is None or step["due_at"] > now:
        return None
    rank, lateness = Rank(step["rank"]), now - step["due_at"]
    purposes = await purposes_by_delivery(connection, row["event_source"], row["event_id"])
    together = [id_ for id_, asked in purposes.items() if row["purpose"] in asked]
    if await _is_taken(connection, together):
        await end_escalations(connection, [of], "TAKEN_IN_CHARGE", now)
        return StepDone(of, step["number"], rank, (), lateness, ended=True)
    asked = present(step["contacts"], view.directory, now.astimezone(paris()).date())
    if asked:
        # First the numbers that new deliveries need, then deliveries that are there (hub.ledger.numbers).
        await _ask(connection, catalogue, view, row, step["number"], asked, now)
        await _escalate(connection, catalogue, together, now)
    reason = step["reason"] if asked or not step["contacts"] else StepReason.ALL_ABSENT.value
    await connection.execute(
        update(escalation_step)
        .where(escalation_step.c.escalation == of, escalation_step.c.number == step["number"])
        .values(
            state="DONE" if asked else "EMPTY",
            asked=list(asked),
            done_at=now,
            late=lateness > PUNCTUAL,
            reason=reason,
        )
    )
    if await _first_waiting(connection, of) is None:
        await connection.execute(update(escalation).where(escalation.c.id == of).values(state="EXHAUSTED"))
    elif not asked:
        await _hurry_next(connection, of, StepReason.STEP_BEFORE_EMPTY, now)
    return StepDone(of, step["number"], rank, asked, lateness)


async def _first_waiting(connection: AsyncConnection, of: UUID) -> RowMapping | None:
    query = (
        select(escalation_step)
        .where(escalation_step.c.escalation == of, escalation_step.c.state == "WAITING")
        .order_by(escalation_step.c.number)
        .limit(1)
    )
    return (await connection.execute(query)).mappings().one_or_none()


async def _hurry_next(connection: AsyncConnection, of: UUID, reason: StepReason, now: datetime) -> None:
    step = await _first_waiting(connection, of)
    if step is not None and step["due_at"] > now:
        await connection.execute(
            update(escalation_step)
            .where(escalation_step.c.escalation == of, escalation_step.c.number == step["number"])
            .values(due_at=now, reason=reason.value)
        )


async def _is_taken(connection: AsyncConnection, together: Sequence[UUID]) -> bool:
    taken = select(acknowledgement.c.delivery).where(
        acknowledgement.c.delivery.in_(together), acknowledgement.c.kind == DeliveryStatus.TAKEN_IN_CHARGE.value
    )
    return (await connection.execute(taken.limit(1))).one_or_none() is not None


async def _escalate(connection: AsyncConnection, catalogue: Catalogue, together: Sequence[UUID], now: datetime) -> None:
    """Mark what arrived without an answer, and tell its sender."""
    query = (
        select(delivery, event.c.subject, event.c.correlationid)
        .join(event, and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id))
        .where(delivery.c.id.in_(together), delivery.c.state.in_([state.value for state in _ANSWERLESS]))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    rows = [
        row for row in (await connection.execute(query)).mappings() if read_occasion(row["occasion"]).kind != "taken"
    ]
    reason = DeliveryReason.NOT_TAKEN_IN_CHARGE.value
    await connection.execute(
        update(delivery)
        .where(delivery.c.id.in_([row["id"] for row in rows]))
        .values(state=DeliveryStatus.ESCALATED.value, reason=reason)
    )
    changed = [dict(row) | {"state": DeliveryStatus.ESCALATED.value, "reason": reason} for row in rows]
    await add_statuses(connection, [status_row(catalogue, told(row, now)) for row in changed])


async def _ask(
    connection: AsyncConnection,
    catalogue: Catalogue,
    view: DirectoryView,
    row: RowMapping,
    number: int,
    asked: Sequence[str],
    now: datetime,
) -> None:
    """Make the deliveries of a step, due at once."""
    routings = await routings_of(connection, row["event_source"], row["event_id"])
    rules = sorted({rule for one in routings if one["purpose"] == row["purpose"] for rule in one.get("rules", ())})
    query = select(event.c.subject, event.c.correlationid).where(
        event.c.source == row["event_source"], event.c.id == row["event_id"]
    )
    thread = dict((await connection.execute(query)).mappings().one())
    found = [contact for contact in map(view.directory.get, asked) if contact is not None]
    called = await active_endpoints(connection, asked)
    made: list[dict[str, Any]] = [
        {
            "event_source": row["event_source"],
            "event_id": row["event_id"],
            "contact": contact.contact,
            "service": contact.service,
            "role": contact.role,
            "cdas": contact.cdas,
            "rules": rules,
            "medium": medium.value,
            "occasion": escalation_occasion(row["purpose"], number),
            "lane": "urgent",
            "directory_revision": view.revision,
        }
        for contact in found
        for medium in ((Medium.MAIL, Medium.WEBHOOK) if contact.contact in called else (Medium.MAIL,))
    ]
    await schedule_more(connection, catalogue, made, thread, DeliveryReason.NOT_TAKEN_IN_CHARGE, now)


async def schedule_more(
    connection: AsyncConnection,
    catalogue: Catalogue,
    rows: Sequence[dict[str, Any]],
    thread: dict[str, Any],
    reason: DeliveryReason,
    now: datetime,
) -> None:
    """Schedule deliveries beyond the first, each with its occasion; `thread`: subject and correlationid of the event.

    One that is there already stays as it is: an occasion comes once.
    """
    given = {
        "state": DeliveryStatus.SCHEDULED.value,
        "reason": reason.value,
        "attempt": 0,
        "due_at": now,
        "created_at": now,
    }
    made = await add_deliveries(connection, [row | given | {"id": _id(row)} for row in rows])
    await add_statuses(connection, [status_row(catalogue, told(row | thread, now)) for row in made])
    for lane in sorted({row["lane"] for row in made}):
        await connection.execute(
            text("select pg_notify(:channel, :lane)"), {"channel": DELIVERIES_CHANNEL, "lane": lane}
        )


def _id(row: dict[str, Any]) -> UUID:
    return delivery_id(row["event_source"], row["event_id"], row["contact"], row["medium"], row["occasion"])


def told(row: Any, now: datetime) -> StatusChange:
    """What the sender is told of a delivery's row, with `subject` and `correlationid` of its event."""
    return StatusChange(
        delivery=row["id"],
        event_source=row["event_source"],
        event_id=row["event_id"],
        subject=row["subject"],
        correlationid=row["correlationid"],
        contact=row["contact"],
        service=row["service"],
        role=row["role"],
        medium=row["medium"],
        status=row["state"],
        reason=row["reason"],
        attempt=row["attempt"],
        at=now,
    )
