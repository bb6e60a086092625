"""What recipients make of their deliveries: shown, taken in charge, and what that changes for the others.

Every function works inside the transaction of the connection that it is given. Rows are locked in the order of their
ids. A state changes only as `hub.domain.delivery.states` allows, and never without its row in the status outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import TRANSITIONS, DeliveryReason, after_taken_by_another, check_transition
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.escalations import lock_escalations
from hub.ledger.holding import hold_event
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.purposes import purposes_by_delivery
from hub.ledger.settling import prepare_settling, settle
from hub.ledger.tables import acknowledgement, delivery, event
from hub.wire.schemas import Catalogue

_S: Final = DeliveryStatus


@dataclass(frozen=True, slots=True)
class Holder:
    """Who took something in charge, and when; `mine`: the very recipient who asks."""

    service: str
    role: str
    cdas: str | None
    at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a recipient is asked by a delivery, as it stands; `published_at` is when its event reached Kafka.

    `notice` is None for a situation. `open`: it can still be taken in charge. `holder`: who has it, if somebody has.
    """

    service: str
    role: str
    notice: str | None
    kind: str
    lane: str
    published_at: datetime
    open: bool
    holder: Holder | None


class Answer(Enum):
    """What became of a recipient's wish to take a delivery in charge; only TAKEN changes anything."""

    TAKEN = "taken in charge now"
    ALREADY = "taken in charge before, by this recipient or another"
    CLOSED = "cancelled, redirected or concluded"


@dataclass(frozen=True, slots=True)
class Change:
    """A delivery by this medium came to this state."""

    medium: str
    state: DeliveryStatus


@dataclass(frozen=True, slots=True)
class Taking:
    """The answer, what is asked from now on, and every state that changed."""

    answer: Answer
    asked: Asked
    changes: tuple[Change, ...]


async def show(
    connection: AsyncConnection, catalogue: Catalogue, of: UUID, now: datetime
) -> tuple[Asked, Change | None] | None:
    """Say what a delivery asks, and that it was shown if it had been accepted; None when there is no such delivery.

    A message still on its way stays so: what follows links before it lets a mail through must not stop the next try.
    """
    found = await _read(connection, of)
    if found is None:
        return None
    change = None
    if found.state == _S.ACCEPTED:
        shown = (
            update(delivery)
            .where(delivery.c.id == of, delivery.c.state == _S.ACCEPTED.value)
            .values(state=_S.SHOWN.value)
            .returning(delivery.c.id)
        )
        if (await connection.execute(shown)).one_or_none() is not None:
            await _acknowledge(connection, of, _S.SHOWN, now)
            await add_statuses(connection, [_told(catalogue, found, _S.SHOWN, None, now)])
            change = Change(found.medium, _S.SHOWN)
            found = await _read(connection, of) or found
    return _asked(found, await _holder(connection, found)), change


async def take(connection: AsyncConnection, catalogue: Catalogue, of: UUID, now: datetime) -> Taking | None:
    """Take a delivery in charge, unless somebody has; None when there is no such delivery.

    A situation is taken once for all who were asked for the same purpose: what has not left for them is cancelled,
    what is under way is not tried again, and what was delivered is concluded. Its escalation ends, and whoever was
    told of the situation is told who has it. A notice is read by each for itself, once for all the media that brought
    it.
    """
    first = await _read(connection, of)
    if first is None:
        return None
    await hold_event(connection, first.event_source, first.event_id)
    if first.notice is None:
        await lock_escalations(connection, first.event_source, first.event_id)
    together = await _together(connection, first)
    if first.notice is None:
        await prepare_settling(connection, together)
    rows = await _lock(connection, together)
    found = rows[of]
    holder = await _holder(connection, found, together)
    if holder is not None:
        return Taking(Answer.ALREADY, _asked(found, holder), ())
    if _S.TAKEN_IN_CHARGE not in TRANSITIONS[_S(found.state)]:
        return Taking(Answer.CLOSED, _asked(found, None), ())
    steps: list[tuple[Row[Any], DeliveryStatus, DeliveryReason | None]] = [(found, _S.TAKEN_IN_CHARGE, None)]
    steps += [
        (row, after, DeliveryReason.TAKEN_BY_ANOTHER)
        for row in rows.values()
        if row.id != of and (after := after_taken_by_another(_S(row.state))) is not None
    ]
    for row, after, reason in steps:
        check_transition(_S(row.state), after)
        ended = None if after is _S.TAKEN_IN_CHARGE else now
        await connection.execute(
            update(delivery)
            .where(delivery.c.id == row.id)
            .values(
                state=after.value, reason=reason and reason.value, ended_at=ended, claimed_by=None, claimed_until=None
            )
        )
    under_way = [row.id for row in rows.values() if row.id != of and row.state in {_S.SENDING, _S.FAILED}]
    await connection.execute(update(delivery).where(delivery.c.id.in_(under_way)).values(superseded=True))
    await _acknowledge(connection, of, _S.TAKEN_IN_CHARGE, now)
    await add_statuses(connection, [_told(catalogue, row, after, reason, now) for row, after, reason in steps])
    if found.notice is None:
        await settle(connection, catalogue, found, list(rows.values()), now)
    holder = Holder(found.service, found.role, found.cdas, now, mine=True)
    changes = tuple(Change(row.medium, after) for row, after, _ in steps)
    return Taking(Answer.TAKEN, _asked(found, holder), changes)


async def conclude_for_all(
    connection: AsyncConnection, catalogue: Catalogue, event_source: str, event_id: str, purpose: str, now: datetime
) -> None:
    """Ask nobody any more for one purpose of an event, as if somebody had taken it in charge; the caller holds it."""
    purposes = await purposes_by_delivery(connection, event_source, event_id)
    rows = await _lock(connection, sorted(of for of, asked in purposes.items() if purpose in asked))
    reason = DeliveryReason.TAKEN_BY_ANOTHER
    told = []
    for row in rows.values():
        after = after_taken_by_another(_S(row.state))
        if after is not None:
            check_transition(_S(row.state), after)
            ended = {"state": after.value, "reason": reason.value, "ended_at": now}
            await connection.execute(update(delivery).where(delivery.c.id == row.id).values(ended))
            told.append(_told(catalogue, row, after, reason, now))
    under_way = [row.id for row in rows.values() if row.state in {_S.SENDING, _S.FAILED}]
    await connection.execute(update(delivery).where(delivery.c.id.in_(under_way)).values(superseded=True))
    await add_statuses(connection, told)


async def holder_of(connection: AsyncConnection, of: UUID) -> Holder | None:
    """Who took in charge what a delivery asks; for a situation, whoever was asked for the same purpose."""
    found = await _read(connection, of)
    return None if found is None else await _holder(connection, found)


async def _read(connection: AsyncConnection, of: UUID) -> Row[Any] | None:
    found = await connection.execute(_with_event().where(delivery.c.id == of))
    return found.one_or_none()


async def _lock(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    locked = _with_event().where(delivery.c.id.in_(ids)).order_by(delivery.c.id).with_for_update(of=delivery)
    return {row.id: row for row in await connection.execute(locked)}


def _with_event() -> Any:
    of_event = and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id)
    return select(delivery, event.c.subject, event.c.correlationid, event.c.kind, event.c.received_at).join(
        event, of_event
    )


async def _together(connection: AsyncConnection, found: Row[Any]) -> Sequence[UUID]:
    """The deliveries that are taken in charge with this one, itself among them."""
    if found.notice is None:
        return await _same_purpose(connection, found)
    query = select(delivery.c.id).where(
        delivery.c.event_source == found.event_source,
        delivery.c.event_id == found.event_id,
        delivery.c.contact == found.contact,
    )
    return (await connection.execute(query)).scalars().all()


async def _same_purpose(connection: AsyncConnection, found: Row[Any]) -> list[UUID]:
    """The deliveries of the same event whose recipients were asked for the same purpose, this one among them.

    One event may ask two services for different things, as its competence and a support (C05): who takes one in charge
    does not take the other. Whoever an escalation asked is asked for the same purpose.
    """
    asked = await purposes_by_delivery(connection, found.event_source, found.event_id)
    return [id_ for id_, purposes in asked.items() if id_ == found.id or purposes & asked[found.id]]


async def _holder(
    connection: AsyncConnection, found: Row[Any], together: Sequence[UUID] | None = None
) -> Holder | None:
    if together is None:
        together = await _together(connection, found)
    query = (
        select(delivery.c.contact, delivery.c.service, delivery.c.role, delivery.c.cdas, acknowledgement.c.at)
        .join(acknowledgement, acknowledgement.c.delivery == delivery.c.id)
        .where(acknowledgement.c.kind == _S.TAKEN_IN_CHARGE.value, delivery.c.id.in_(together))
        .order_by(acknowledgement.c.at, delivery.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Holder(row.service, row.role, row.cdas, row.at, mine=row.contact == found.contact)


def _asked(found: Row[Any], holder: Holder | None) -> Asked:
    can = _S.TAKEN_IN_CHARGE in TRANSITIONS[_S(found.state)]
    return Asked(
        found.service,
        found.role,
        found.notice,
        found.kind,
        found.lane,
        found.received_at,
        open=holder is None and can,
        holder=holder,
    )


async def _acknowledge(connection: AsyncConnection, of: UUID, kind: DeliveryStatus, now: datetime) -> None:
    row = insert(acknowledgement).values(delivery=of, kind=kind.value, at=now)
    await connection.execute(row.on_conflict_do_nothing())


def _told(
    catalogue: Catalogue, row: Row[Any], state: DeliveryStatus, reason: DeliveryReason | None, now: datetime
) -> dict[str, Any]:
    change = StatusChange(
        delivery=row.id,
        event_source=row.event_source,
        event_id=row.event_id,
        subject=row.subject,
        correlationid=row.correlationid,
        contact=row.contact,
        service=row.service,
        role=row.role,
        medium=row.medium,
        status=state.value,
        reason=reason.value if reason is not None else None,
        attempt=row.attempt,
        at=now,
        acknowledge_by=row.acknowledge_by if state is _S.TAKEN_IN_CHARGE else None,
    )
    return status_row(catalogue, change)
