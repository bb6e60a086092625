"""Escalations from the moment that an urgency is taken in until their clock starts, and how they end.

Every function works inside the transaction of the connection that it is given. Whoever changes an escalation and
deliveries locks the escalation first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import Asked, Desk, Nature, PlannedStep, Waits, nature_of, plan
from hub.domain.rules.parameters import ParameterTable
from hub.domain.vocabulary import DeliveryStatus, Kind, Service
from hub.ledger.decided import DecidedEvent
from hub.ledger.directory_view import DirectoryView
from hub.ledger.purposes import purposes_by_delivery, routings_of
from hub.ledger.tables import delivery, escalation, escalation_step

START_AT_LATEST: Final = timedelta(seconds=30)
"""How long the clock waits for a first attempt: a way out that is blocked must not stop it."""

_ESCALATIONS: Final = UUID("3c1f0f0e-86a6-5b0f-8f3a-5d2a35cd35ca")

_GIVEN: Final = ("event_source", "event_id", "subject", "purpose", "directory_revision")

_STARTABLE = text("""
select x.* from escalation x
where x.state = 'OPEN'
  and x.directory_revision <= :revision
  and (
    x.created_at <= :latest
    or exists (
      select from delivery d
      where d.event_source = x.event_source and d.event_id = x.event_id and d.first_attempt_at is not null
    )
    or not exists (select from delivery d where d.event_source = x.event_source and d.event_id = x.event_id)
  )
order by x.created_at, x.id
limit :limit
for update skip locked
""")


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """What the two institutions set: waits and hours by day, and the contacts that administer the hub."""

    parameters: ParameterTable
    administrators: tuple[str, ...] = ()

    def plan(self, asked: Asked, view: DirectoryView, start: datetime) -> tuple[PlannedStep, ...]:
        """The steps of an escalation whose clock starts now, as the directory and the parameters stand."""
        held = self.parameters.on(start.astimezone(paris()).date())
        usual, site = held.service_opening_hours, held.caf_services_site
        hours = [view.hours(desk.service, desk.cdas, usual, site) for desk in asked.desks]
        hours = hours or [view.hours("", None, usual, "")]
        waits: Waits = held.social_urgency_escalation
        if asked.nature is Nature.BENEFIT:
            waits = held.benefit_urgency_escalation
        return plan(asked, view.directory, hours, waits, self.administrators, start)


def escalation_id(event_source: str, event_id: str, purpose: str) -> UUID:
    """The id of an escalation: the same whenever it is computed."""
    return uuid5(_ESCALATIONS, "".join(f"{len(part)}:{part}" for part in (event_source, event_id, purpose)))


async def open_escalations(connection: AsyncConnection, events: Iterable[DecidedEvent], now: datetime) -> None:
    """Open the escalations of new urgencies, one for each purpose that somebody is asked for.

    A referent of another body has no contact on the hub: the emitter calls it, and nothing climbs.
    """
    rows: list[tuple[Mapping[str, Any], Nature]] = []
    for decided in events:
        if decided.kind != Kind.URGENCIES.value or decided.decision is None:
            continue
        for routing in decided.decision["routings"]:
            nature = nature_of(decided.type, routing.get("urgency", ""))
            if nature is None or _elsewhere(routing):
                continue
            row = {
                "event_source": decided.source,
                "event_id": decided.id,
                "subject": decided.subject,
                "purpose": routing["purpose"],
                "directory_revision": decided.directory_revision,
            }
            rows.append((row, nature))
    await insert_escalations(connection, rows, now)


async def insert_escalations(
    connection: AsyncConnection, rows: Iterable[tuple[Mapping[str, Any], Nature]], now: datetime
) -> None:
    """Open these escalations, given by event, subject, purpose and directory's revision; one that is there stays."""
    made = {
        of: {name: row[name] for name in _GIVEN}
        | {"id": of, "nature": nature.value, "state": "OPEN", "created_at": now}
        for row, nature in rows
        for of in (escalation_id(row["event_source"], row["event_id"], row["purpose"]),)
    }
    if made:
        await connection.execute(insert(escalation).on_conflict_do_nothing(), [made[of] for of in sorted(made)])


async def start_escalations(
    connection: AsyncConnection, policy: EscalationPolicy, view: DirectoryView, now: datetime, limit: int = 100
) -> list[UUID]:
    """Start the clocks of open escalations, with their steps planned; returns which.

    A clock starts with the first attempt, at once where nobody is asked, and never later than START_AT_LATEST.
    """
    parameters = {"revision": view.revision, "latest": now - START_AT_LATEST, "limit": limit}
    found = (await connection.execute(_STARTABLE, parameters)).mappings().all()
    for row in found:
        asked, first = await _asked(connection, row)
        start = first or now
        await _write_plan(connection, row["id"], policy.plan(asked, view, start), 0)
        await connection.execute(
            update(escalation).where(escalation.c.id == row["id"]).values(state="RUNNING", started_at=start)
        )
    return [row["id"] for row in found]


async def restart_escalation(
    connection: AsyncConnection, policy: EscalationPolicy, view: DirectoryView, of: UUID, now: datetime
) -> bool:
    """Plan an escalation that lost its next step anew, from now on; False when another process holds or ended it."""
    query = select(escalation).where(escalation.c.id == of, escalation.c.state == "RUNNING")
    row = (await connection.execute(query.with_for_update(skip_locked=True))).mappings().one_or_none()
    if row is None:
        return False
    steps = select(escalation_step.c.number, escalation_step.c.state, escalation_step.c.asked)
    made = (await connection.execute(steps.where(escalation_step.c.escalation == of))).all()
    if any(step.state == "WAITING" for step in made):
        return False
    asked, _ = await _asked(connection, row)
    already = {contact for step in made for contact in step.asked}
    asked = Asked(asked.nature, asked.desks, tuple(sorted({*asked.contacts, *already})))
    await _write_plan(connection, of, policy.plan(asked, view, now), max((step.number for step in made), default=0))
    await connection.execute(update(escalation).where(escalation.c.id == of).values(restarts=escalation.c.restarts + 1))
    return True


async def lock_escalations(connection: AsyncConnection, event_source: str, event_id: str) -> None:
    """Hold the escalations of an event until the transaction ends: no step of theirs is done meanwhile."""
    held = select(escalation.c.id).where(escalation.c.event_source == event_source, escalation.c.event_id == event_id)
    await connection.execute(held.order_by(escalation.c.id).with_for_update())


async def end_escalations(connection: AsyncConnection, ids: Sequence[UUID], outcome: str, now: datetime) -> None:
    """End escalations that are held: no step of theirs is done any more."""
    await connection.execute(
        update(escalation)
        .where(escalation.c.id.in_(ids), escalation.c.state != "ENDED")
        .values(state="ENDED", outcome=outcome, ended_at=now)
    )
    await connection.execute(
        update(escalation_step)
        .where(escalation_step.c.escalation.in_(ids), escalation_step.c.state == "WAITING")
        .values(state="CANCELLED", done_at=now)
    )


def _elsewhere(routing: Any) -> bool:
    return routing["service"] == Service.EXTERNAL_REFERENT and not routing["recipients"]


async def _asked(connection: AsyncConnection, row: RowMapping) -> tuple[Asked, datetime | None]:
    """What an escalation asks and whom it asked first, and when the first attempt began."""
    source, event_id, purpose = row["event_source"], row["event_id"], row["purpose"]
    routings = [one for one in await routings_of(connection, source, event_id) if one["purpose"] == purpose]
    desks = sorted({(one["service"], one["cdas"] or "") for one in routings if not _elsewhere(one)})
    purposes = await purposes_by_delivery(connection, source, event_id)
    query = select(delivery.c.contact, delivery.c.first_attempt_at).where(
        delivery.c.id.in_([of for of, asked in purposes.items() if purpose in asked]),
        delivery.c.occasion == "",
        delivery.c.state != DeliveryStatus.REDIRECTED.value,
    )
    deliveries = (await connection.execute(query)).all()
    first = min((one.first_attempt_at for one in deliveries if one.first_attempt_at is not None), default=None)
    contacts = tuple(sorted({one.contact for one in deliveries}))
    return Asked(Nature(row["nature"]), tuple(Desk(service, cdas or None) for service, cdas in desks), contacts), first


async def _write_plan(connection: AsyncConnection, of: UUID, steps: Sequence[PlannedStep], after: int) -> None:
    rows = [
        {
            "escalation": of,
            "number": after + step.number,
            "rank": step.rank.value,
            "contacts": list(step.contacts),
            "due_at": step.due_at,
            "reason": step.reason.value,
            "state": "WAITING",
        }
        for step in steps
    ]
    await connection.execute(insert(escalation_step), rows)
