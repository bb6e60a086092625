"""Recording how attempts ended.

Every function works inside the transaction of the connection that it is given. A state changes here only as
`hub.domain.deliveries` allows, and never without its row in the status outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Text, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.deliveries import DeliveryReason, check_transition
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.claimed import Claim, read_claims, told
from hub.ledger.outbox import add_statuses
from hub.ledger.tables import delivery, delivery_attempt, notice_withdrawal
from hub.wire.schemas import Catalogue

AttemptResult = Literal["accepted", "transient", "permanent", "abandoned"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, and the state that its delivery comes to; `due_at` when it is to be tried again."""

    claim: Claim
    result: AttemptResult
    state: DeliveryStatus
    reason: DeliveryReason | None
    detail: str | None
    due_at: datetime | None = None


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
    attempt tells the truth from now on. One whose notice was corrected or withdrawn meanwhile, or whose situation
    another recipient took in charge, is not tried again.
    """
    held = await _held(connection, [outcome.claim.delivery.id for outcome in outcomes])
    changed: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
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
            statuses.append(told(catalogue, claim, state, reason, now))
            before = state
        values = _values(claim.delivery.id, *steps[-1], due_at=outcome.due_at or now, now=now)
        changed.append(values | {"new_accepted": now if outcome.state is DeliveryStatus.ACCEPTED else None})
    await _end_attempts(connection, outcomes, now)
    await _change(connection, changed)
    await add_statuses(connection, statuses)
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
    claims = await read_claims(connection, list(holders))
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


def _steps(outcome: Outcome, row: RowMapping) -> list[tuple[DeliveryStatus, DeliveryReason | None]]:
    """The states that a delivery goes through now: one, or one more when it was overtaken meanwhile."""
    steps = [(outcome.state, outcome.reason)]
    if not row["superseded"]:
        return steps
    taken = row["notice"] is None  # only a notice is corrected or withdrawn
    if outcome.state is DeliveryStatus.RETRYING:
        withdrawn = DeliveryReason.NOTICE_WITHDRAWN if row["withdrawn"] else DeliveryReason.NOTICE_CORRECTED
        steps.append((DeliveryStatus.CANCELLED, DeliveryReason.TAKEN_BY_ANOTHER if taken else withdrawn))
    elif outcome.state is DeliveryStatus.ACCEPTED and taken:
        steps.append((DeliveryStatus.CONCLUDED, DeliveryReason.TAKEN_BY_ANOTHER))
    return steps


def _values(
    of: UUID, state: DeliveryStatus, reason: DeliveryReason | None, *, due_at: datetime, now: datetime
) -> dict[str, Any]:
    ended = state in (DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.CONCLUDED)
    return {
        "of": of,
        "new_state": state.value,
        "new_reason": reason.value if reason is not None else None,
        "new_due": due_at,
        "new_ended": now if ended else None,
    }


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
            delivery.c.notice,
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
