"""Deliveries as the dispatcher works on them: claimed under a lease, attempted, recorded.

Every function works inside the transaction of the connection that it is given. A state changes here only as
`hub.domain.deliveries` allows, and never without its row in the status outbox. Rows are locked in the order of their
ids wherever several change at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Text,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.deliveries import DUE, DeliveryReason, check_transition
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.tables import (
    LANES,
    contact,
    delivery,
    delivery_attempt,
    directory_position,
    event,
    notice_version,
    notice_withdrawal,
)
from hub.wire.schemas import Catalogue

AttemptResult = Literal["accepted", "transient", "permanent", "abandoned"]

_DIRECTORY_TOPIC: Final = "hub.directory"


@dataclass(frozen=True, slots=True)
class Recipient:
    """What the directory says of a contact today: its address, and until when it stands (dates included)."""

    email: str | None
    valid_to: date | None
    opted_out: bool


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What may be shown of a notice's version; dates are calendar dates, Europe/Paris."""

    version: int
    issuer: str
    title: str
    summary: str
    published_on: date
    effective_on: date
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What identifies a delivery, whatever its state; `subject` and `correlationid` are those of its event."""

    id: UUID
    event_source: str
    event_id: str
    subject: str
    correlationid: str
    contact: str
    service: str
    role: str
    medium: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this dispatcher holds until its lease ends, with everything its message needs.

    `attempt` counts from 1 and is the one that has begun. `notice` is None for what is not about a notice;
    `text` is None when the ledger holds no version of it; `recipient` when the directory holds no such contact.
    """

    delivery: Delivered
    lane: str
    attempt: int
    first_attempt_at: datetime
    event_type: str
    decided_at: datetime
    notice: str | None
    version: int | None
    text: NoticeText | None
    recipient: Recipient | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, and the state that its delivery comes to; `due_at` when it is to be tried again."""

    claim: Claim
    result: AttemptResult
    state: DeliveryStatus
    reason: DeliveryReason | None
    detail: str | None
    due_at: datetime | None = None


async def claim_due(
    connection: AsyncConnection,
    catalogue: Catalogue,
    *,
    lane: str,
    limit: int,
    dispatcher: str,
    now: datetime,
    until: datetime,
) -> list[Claim]:
    """Claim at most `limit` due deliveries of a lane, the longest due first, and begin an attempt of each.

    What another dispatcher is claiming is passed over. A delivery waits until the ledger's directory is as new as the
    one that its decision was taken with: an address must not be looked up in an older one.
    """
    due = (
        select(delivery.c.id)
        .where(
            delivery.c.lane == lane,
            _is_due(),
            delivery.c.due_at <= now,
            delivery.c.directory_revision <= _directory_revision(),
        )
        .order_by(delivery.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claim = (
        update(delivery)
        .where(delivery.c.id == due.c.id)
        .values(
            state=DeliveryStatus.SENDING.value,
            attempt=delivery.c.attempt + 1,
            claimed_by=dispatcher,
            claimed_until=until,
            first_attempt_at=func.coalesce(delivery.c.first_attempt_at, now),
            reason=None,
        )
        .returning(delivery.c.id)
    )
    ids = (await connection.execute(claim)).scalars().all()
    if not ids:
        return []
    claims = await _read_claims(connection, ids)
    await connection.execute(
        insert(delivery_attempt),
        [
            {"delivery": claim.delivery.id, "attempt": claim.attempt, "started_at": now, "dispatcher": dispatcher}
            for claim in claims
        ],
    )
    await add_statuses(
        connection,
        [_told(catalogue, claim, DeliveryStatus.SENDING, None, now) for claim in claims],
    )
    return claims


async def record(
    connection: AsyncConnection,
    catalogue: Catalogue,
    outcomes: Sequence[Outcome],
    *,
    dispatcher: str,
    now: datetime,
) -> dict[UUID, DeliveryStatus]:
    """Record how attempts ended; returns the deliveries whose state changed by it, with the state they came to.

    A delivery that this dispatcher no longer holds (its lease ended and another took it over) keeps its state, but the
    attempt tells the truth from now on. One whose notice was corrected or withdrawn meanwhile is not tried again.
    """
    held = await _held(connection, [outcome.claim.delivery.id for outcome in outcomes])
    changed: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for outcome in outcomes:
        claim = outcome.claim
        row = held.get(claim.delivery.id)
        if row is None or (row["state"], row["attempt"], row["claimed_by"]) != (
            DeliveryStatus.SENDING.value,
            claim.attempt,
            dispatcher,
        ):
            continue
        steps = _steps(outcome, row)
        before = DeliveryStatus.SENDING
        for state, reason in steps:
            check_transition(before, state)
            told.append(_told(catalogue, claim, state, reason, now))
            before = state
        changed.append(_values(claim.delivery.id, *steps[-1], due_at=outcome.due_at or now, now=now))
    await _end_attempts(connection, outcomes, now)
    await _change(connection, changed)
    await add_statuses(connection, told)
    return {row["of"]: DeliveryStatus(row["new_state"]) for row in changed}


async def reclaim_expired(
    connection: AsyncConnection, catalogue: Catalogue, *, now: datetime, limit: int
) -> list[Claim]:
    """Take deliveries back whose dispatcher let the lease end: due again at once, the attempt `abandoned`.

    The message of such an attempt may have left before its dispatcher died: the next one may be a duplicate, and the
    history of attempts says so.
    """
    expired = (
        select(delivery.c.id, delivery.c.claimed_by)
        .where(delivery.c.state == literal_column("'SENDING'", Text), delivery.c.claimed_until < now)
        .order_by(delivery.c.claimed_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    holders = {row.id: row.claimed_by for row in await connection.execute(expired)}
    if not holders:
        return []
    claims = await _read_claims(connection, list(holders))
    for holder in sorted(set(holders.values())):
        abandoned = [
            Outcome(
                claim,
                "abandoned",
                DeliveryStatus.RETRYING,
                DeliveryReason.LEASE_EXPIRED,
                "the dispatcher ended or fell silent: the message may have left",
                due_at=now,
            )
            for claim in claims
            if holders[claim.delivery.id] == holder
        ]
        await record(connection, catalogue, abandoned, dispatcher=holder, now=now)
    return claims


async def renew_leases(connection: AsyncConnection, ids: Sequence[UUID], *, dispatcher: str, until: datetime) -> None:
    """Hold claimed deliveries until `until`; those that another dispatcher took over are left to it."""
    await _lock(connection, ids)
    await connection.execute(
        update(delivery)
        .where(
            delivery.c.id.in_(ids),
            delivery.c.state == DeliveryStatus.SENDING.value,
            delivery.c.claimed_by == dispatcher,
        )
        .values(claimed_until=until)
    )


async def next_due(connection: AsyncConnection, lane: str) -> datetime | None:
    """When the next delivery of a lane is due, or was; None when nothing waits."""
    found: datetime | None = await connection.scalar(
        select(func.min(delivery.c.due_at)).where(delivery.c.lane == lane, _is_due())
    )
    return found


async def backlog(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many deliveries of each lane are due and not claimed."""
    counted = await connection.execute(
        select(delivery.c.lane, func.count()).where(_is_due(), delivery.c.due_at <= now).group_by(delivery.c.lane)
    )
    return dict.fromkeys(LANES, 0) | dict(counted.all())


def _is_due() -> ColumnElement[bool]:
    # Literals: a partial index is only used when the planner sees its condition.
    return delivery.c.state.in_([literal_column(f"'{state.value}'", Text) for state in sorted(DUE)])


def _directory_revision() -> ColumnElement[int]:
    position = select(directory_position.c.revision).where(directory_position.c.topic == _DIRECTORY_TOPIC)
    return func.coalesce(position.scalar_subquery(), 0)


async def _read_claims(connection: AsyncConnection, ids: Sequence[UUID]) -> list[Claim]:
    shown = (
        select(notice_version)
        .where(notice_version.c.notice == delivery.c.notice, notice_version.c.version <= delivery.c.version)
        .order_by(notice_version.c.version.desc())
        .limit(1)
        .lateral("shown")
    )
    query = (
        select(
            delivery,
            event.c.type.label("event_type"),
            event.c.subject,
            event.c.correlationid,
            event.c.decided_at,
            contact.c.ref,
            contact.c.email,
            contact.c.valid_to,
            contact.c.opted_out,
            shown.c.version.label("shown_version"),
            shown.c.issuer,
            shown.c.title,
            shown.c.summary,
            shown.c.published_on,
            shown.c.effective_on,
            shown.c.warnings,
        )
        .join(event, and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id))
        .outerjoin(contact, contact.c.ref == delivery.c.contact)
        .outerjoin(shown, true())
        .where(delivery.c.id.in_(ids))
        .order_by(delivery.c.due_at, delivery.c.id)
    )
    return [_claim(row) for row in (await connection.execute(query)).mappings()]


def _claim(row: RowMapping) -> Claim:
    return Claim(
        delivery=Delivered(
            id=row["id"],
            event_source=row["event_source"],
            event_id=row["event_id"],
            subject=row["subject"],
            correlationid=row["correlationid"],
            contact=row["contact"],
            service=row["service"],
            role=row["role"],
            medium=row["medium"],
        ),
        lane=row["lane"],
        attempt=row["attempt"],
        first_attempt_at=row["first_attempt_at"],
        event_type=row["event_type"],
        decided_at=row["decided_at"],
        notice=row["notice"],
        version=row["version"],
        text=None
        if row["shown_version"] is None
        else NoticeText(
            version=row["shown_version"],
            issuer=row["issuer"],
            title=row["title"],
            summary=row["summary"],
            published_on=row["published_on"],
            effective_on=row["effective_on"],
            warnings=tuple(row["warnings"]),
        ),
        recipient=None if row["ref"] is None else Recipient(row["email"], row["valid_to"], row["opted_out"]),
    )


def _steps(outcome: Outcome, row: RowMapping) -> list[tuple[DeliveryStatus, DeliveryReason | None]]:
    """The states that a delivery goes through now: one, or one more when its notice no longer stands."""
    steps = [(outcome.state, outcome.reason)]
    if outcome.state is DeliveryStatus.RETRYING and row["superseded"]:
        withdrawn = row["withdrawn"]
        gone = DeliveryReason.NOTICE_WITHDRAWN if withdrawn else DeliveryReason.NOTICE_CORRECTED
        check_transition(DeliveryStatus.RETRYING, DeliveryStatus.CANCELLED)
        steps.append((DeliveryStatus.CANCELLED, gone))
    return steps


def _values(
    of: UUID, state: DeliveryStatus, reason: DeliveryReason | None, *, due_at: datetime, now: datetime
) -> dict[str, Any]:
    ended = state in (DeliveryStatus.FAILED, DeliveryStatus.CANCELLED)
    return {
        "of": of,
        "new_state": state.value,
        "new_reason": reason.value if reason is not None else None,
        "new_due": due_at,
        "new_accepted": now if state is DeliveryStatus.ACCEPTED else None,
        "new_ended": now if ended else None,
    }


async def _lock(connection: AsyncConnection, ids: Iterable[UUID]) -> None:
    await connection.execute(
        select(delivery.c.id).where(delivery.c.id.in_(list(ids))).order_by(delivery.c.id).with_for_update()
    )


async def _held(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    withdrawn = (
        select(notice_withdrawal.c.notice)
        .where(notice_withdrawal.c.notice == delivery.c.notice, notice_withdrawal.c.version == delivery.c.version)
        .exists()
    )
    query = (
        select(
            delivery.c.id,
            delivery.c.state,
            delivery.c.attempt,
            delivery.c.claimed_by,
            delivery.c.superseded,
            withdrawn.label("withdrawn"),
        )
        .where(delivery.c.id.in_(ids))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    return {row["id"]: row for row in (await connection.execute(query)).mappings()}


async def _end_attempts(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
    if not outcomes:
        return
    await connection.execute(
        update(delivery_attempt)
        .where(delivery_attempt.c.delivery == bindparam("of"), delivery_attempt.c.attempt == bindparam("number"))
        .values(
            ended_at=bindparam("ended"),
            result=bindparam("became"),
            reason=bindparam("why"),
            detail=bindparam("what"),
        ),
        [
            {
                "of": outcome.claim.delivery.id,
                "number": outcome.claim.attempt,
                "ended": now,
                "became": outcome.result,
                "why": outcome.reason.value if outcome.reason is not None else None,
                "what": outcome.detail,
            }
            for outcome in outcomes
        ],
    )


async def _change(connection: AsyncConnection, changed: list[dict[str, Any]]) -> None:
    if not changed:
        return
    await connection.execute(
        update(delivery)
        .where(delivery.c.id == bindparam("of"))
        .values(
            state=bindparam("new_state"),
            reason=bindparam("new_reason"),
            due_at=bindparam("new_due"),
            accepted_at=func.coalesce(delivery.c.accepted_at, bindparam("new_accepted")),
            ended_at=bindparam("new_ended"),
            claimed_by=None,
            claimed_until=None,
        ),
        changed,
    )


def _told(
    catalogue: Catalogue, claim: Claim, status: DeliveryStatus, reason: DeliveryReason | None, at: datetime
) -> dict[str, Any]:
    of = claim.delivery
    change = StatusChange(
        delivery=of.id,
        event_source=of.event_source,
        event_id=of.event_id,
        subject=of.subject,
        correlationid=of.correlationid,
        contact=of.contact,
        service=of.service,
        role=of.role,
        medium=of.medium,
        status=status.value,
        reason=reason.value if reason is not None else None,
        attempt=claim.attempt,
        at=at,
    )
    return status_row(catalogue, change)
