"""What operators do to deliveries: try again what failed, or have another contact told instead.

Every act is one transaction of the caller's: the new state as `hub.domain.delivery.states` allows it, its status event,
and a line of the audit. The row is locked before it is looked at, so that a dispatcher either has the delivery already,
and the act is refused, or never gets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.domain.delivery.operations import STATE_AFTER, OperatorAct, OperatorReason
from hub.domain.delivery.states import DeliveryReason, TransitionRefused, check_transition, delivery_id
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.errors import HubError
from hub.ledger.acknowledgements import holder_of
from hub.ledger.holding import hold_event, hold_version
from hub.ledger.numbers import add_deliveries, lock_numbers
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.tables import DELIVERIES_CHANNEL, contact, delivery, event, notice_version, operator_action
from hub.ledger.webhooks import active_endpoints
from hub.wire.schemas import Catalogue


class DeliveryUnknown(HubError):
    """The ledger holds no delivery of this id."""


class ActRefused(HubError):
    """The delivery, or the contact it would go to, is not in a state for this act; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, when and why."""

    who: str
    at: datetime
    reason: OperatorReason


async def retry(connection: AsyncConnection, catalogue: Catalogue, of: UUID, operator: Operator) -> None:
    """Schedule a failed delivery again, due at once; its attempts go on counting, its 24 hours begin anew.

    Raises DeliveryUnknown, and ActRefused for a state that SCHEDULED may not follow or a notice no longer in force.
    """
    await _hold(connection, of)
    row = await _locked(connection, of)
    await _check(connection, row, OperatorAct.RETRIED)
    await connection.execute(
        update(delivery)
        .where(delivery.c.id == of)
        .values(
            state=DeliveryStatus.SCHEDULED.value,
            reason=DeliveryReason.SENT_AGAIN.value,
            due_at=operator.at,
            first_attempt_at=None,
            ended_at=None,
        )
    )
    told = _told(row, DeliveryStatus.SCHEDULED, DeliveryReason.SENT_AGAIN, operator.at)
    await add_statuses(connection, [status_row(catalogue, told)])
    await _record(connection, row, OperatorAct.RETRIED, operator)
    await _wake(connection, row["lane"])


async def redirect(connection: AsyncConnection, catalogue: Catalogue, of: UUID, to: str, operator: Operator) -> UUID:
    """Have another contact of the same service told instead; returns the id of the delivery made for it.

    The first delivery ends as REDIRECTED. The new one stands for the same service and role: whoever else was asked
    still learns that it is taken in charge, and the other way round. It goes by the same medium, but by mail where that
    was a webhook and none reaches the other contact.

    Raises DeliveryUnknown, and ActRefused where the first cannot be redirected (any more), or where the other contact
    cannot be told or is told already.
    """
    await _hold(connection, of)
    medium = await _medium(connection, of, to)
    if medium is not None:
        await lock_numbers(connection, {(to, medium)})
    row = await _locked(connection, of)
    await _check(connection, row, OperatorAct.REDIRECTED)
    await _check_contact(connection, row, to, operator.at, by_mail=medium == Medium.MAIL.value)
    new = dict(row) | {
        "id": delivery_id(row["event_source"], row["event_id"], to, medium or row["medium"], row["occasion"]),
        "contact": to,
        "medium": medium or row["medium"],
        "state": DeliveryStatus.SCHEDULED.value,
        "attempt": 0,
        "due_at": operator.at,
        "created_at": operator.at,
    }
    fresh = {name: new[name] for name in _COPIED}
    if not await add_deliveries(connection, [fresh]):
        msg = f"{to} has a delivery of this event already: {new['id']}."
        raise ActRefused(msg, f"`hub deliveries show {new['id']}` says where it stands.")
    await connection.execute(
        update(delivery).where(delivery.c.id == of).values(state=DeliveryStatus.REDIRECTED.value, ended_at=operator.at)
    )
    ended = _told(row, DeliveryStatus.REDIRECTED, None, operator.at)
    begun = _told(new, DeliveryStatus.SCHEDULED, None, operator.at)
    await add_statuses(connection, [status_row(catalogue, ended), status_row(catalogue, begun)])
    made_id: UUID = new["id"]
    await _record(connection, row, OperatorAct.REDIRECTED, operator, to=to, made=made_id)
    await _wake(connection, row["lane"])
    return made_id


_COPIED = (
    "id", "event_source", "event_id", "notice", "version", "contact", "service", "role", "cdas", "rules", "medium",
    "lane", "state", "attempt", "due_at", "directory_revision", "created_at",
    "duty", "digest", "acknowledge_by", "occasion",
)  # fmt: skip


async def _hold(connection: AsyncConnection, of: UUID) -> None:
    """Keep corrections, and whoever takes in charge, waiting: what `_check` finds stays true."""
    query = select(delivery.c.event_source, delivery.c.event_id, delivery.c.notice, delivery.c.version)
    row = (await connection.execute(query.where(delivery.c.id == of))).mappings().one_or_none()
    if row is not None:
        await hold_version(connection, row)
        await hold_event(connection, row["event_source"], row["event_id"])


async def _medium(connection: AsyncConnection, of: UUID, to: str) -> str | None:
    """What carries the delivery to the other contact: the same, but a mail where no webhook reaches it."""
    medium: str | None = await connection.scalar(select(delivery.c.medium).where(delivery.c.id == of))
    if medium == Medium.WEBHOOK.value and not await active_endpoints(connection, [to]):
        return Medium.MAIL.value
    return medium


async def _locked(connection: AsyncConnection, of: UUID) -> Mapping[str, Any]:
    """The delivery with its event's thread, locked until the transaction ends."""
    query = (
        select(delivery, event.c.subject, event.c.correlationid)
        .join(event, and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id))
        .where(delivery.c.id == of)
        .with_for_update(of=delivery)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        msg = f"There is no delivery {of}."
        raise DeliveryUnknown(msg, "`hub deliveries list` shows the ids.")
    return dict(row)


async def _check(connection: AsyncConnection, row: Mapping[str, Any], act: OperatorAct) -> None:
    try:
        check_transition(DeliveryStatus(row["state"]), STATE_AFTER[act])
    except TransitionRefused:
        msg = f"Delivery {row['id']} is {row['state']}: it cannot be {act.value.lower()}."
        raise ActRefused(msg, _WAY_OUT.get(row["state"], "`hub deliveries show` says how it came there.")) from None
    outdated = exists().where(
        notice_version.c.source == row["event_source"],
        notice_version.c.event_id == row["event_id"],
        notice_version.c.status != "PUBLISHED",
    )
    if await connection.scalar(select(outdated)):
        msg = f"Delivery {row['id']} holds a version of a notice that was corrected or withdrawn since."
        raise ActRefused(msg, "Act on the delivery of the correction or of the withdrawal.")
    holder = await holder_of(connection, row["id"])
    if holder is not None:
        msg = f"{holder.service}/{holder.role} has taken in charge what delivery {row['id']} asks."
        raise ActRefused(msg, "Nothing is left to send.")


_WAY_OUT = {"SENDING": "A dispatcher is sending it now; look again when the attempt has ended."}


async def _check_contact(
    connection: AsyncConnection, row: Mapping[str, Any], to: str, at: datetime, *, by_mail: bool
) -> None:
    """Raise ActRefused unless the directory holds the contact, for the same service, and it can be told today."""
    other = (await connection.execute(select(contact).where(contact.c.ref == to))).mappings().one_or_none()
    if other is None:
        msg = f"The directory has no contact {to}."
        raise ActRefused(msg, "`hub directory show` lists the contacts.")
    today = at.astimezone(paris()).date()
    fault = (
        "is the one that has it"
        if to == row["contact"]
        else f"belongs to {other['service']}, not to {row['service']}"
        if other["service"] != row["service"]
        else "has no e-mail address"
        if by_mail and other["email"] is None
        else "has opted out"
        if other["opted_out"]
        else "is not valid today"
        if today < other["valid_from"] or (other["valid_to"] is not None and today > other["valid_to"])
        else None
    )
    if fault is not None:
        msg = f"Contact {to} {fault}."
        raise ActRefused(msg, "Choose another contact of the same service.")


def _told(row: Mapping[str, Any], status: DeliveryStatus, reason: DeliveryReason | None, at: datetime) -> StatusChange:
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
        status=status.value,
        reason=None if reason is None else reason.value,
        attempt=row["attempt"],
        at=at,
        acknowledge_by=row["acknowledge_by"],
    )


async def _record(
    connection: AsyncConnection,
    row: Mapping[str, Any],
    act: OperatorAct,
    operator: Operator,
    *,
    to: str | None = None,
    made: UUID | None = None,
) -> None:
    await connection.execute(
        insert(operator_action).values(
            at=operator.at,
            who=operator.who,
            what=act.value,
            delivery=row["id"],
            state_before=row["state"],
            redirected_to=to,
            new_delivery=made,
            reason=operator.reason.value,
        )
    )


async def _wake(connection: AsyncConnection, lane: str) -> None:
    await connection.execute(text("select pg_notify(:channel, :lane)"), {"channel": DELIVERIES_CHANNEL, "lane": lane})
