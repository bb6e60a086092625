"""Recording how attempts ended.

Every function works inside the transaction of the connection that it is given. A state changes here only as
`hub.domain.delivery.states` allows, and never without its row in the status outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Text, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import DeliveryReason, check_transition
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.claimed import Claim, read_claims, told
from hub.ledger.outbox import add_statuses
from hub.ledger.tables import delivery
from hub.wire.schemas import Catalogue

AttemptResult = Literal["accepted", "transient", "permanent", "abandoned", "postponed"]

# One statement for however many: a burst ends thousands of attempts, and rows one by one cost more than all the rest.
_HELD: Final = text("""
select d.id, d.state, d.attempt, d.claimed_by, d.superseded, d.notice,
  exists (select from notice_withdrawal w where w.notice = d.notice and w.version = d.version) as withdrawn
from delivery d where d.id = any(cast(:ids as uuid[]))
order by d.id
for update of d
""")
_END_ATTEMPTS: Final = text("""
update delivery_attempt a
set ended_at = cast(:now as timestamptz), result = n.became, reason = n.why, detail = n.what
from unnest(cast(:of as uuid[]), cast(:number as int[]), cast(:became as text[]), cast(:why as text[]),
  cast(:what as text[])) as n (delivery, attempt, became, why, what)
where a.delivery = n.delivery and a.attempt = n.attempt
""")
_FORGET_ATTEMPTS: Final = text("""
delete from delivery_attempt a
using unnest(cast(:of as uuid[]), cast(:number as int[])) as n (delivery, attempt)
where a.delivery = n.delivery and a.attempt = n.attempt
""")
_CHANGE: Final = text("""
update delivery d
set state = n.state, reason = n.reason, due_at = n.due_at, accepted_at = coalesce(d.accepted_at, n.accepted_at),
  ended_at = n.ended_at, attempt = d.attempt - n.given_back, claimed_by = null, claimed_until = null
from unnest(cast(:of as uuid[]), cast(:new_state as text[]), cast(:new_reason as text[]),
  cast(:new_due as timestamptz[]), cast(:new_accepted as timestamptz[]), cast(:new_ended as timestamptz[]),
  cast(:given_back as int[]))
  as n (id, state, reason, due_at, accepted_at, ended_at, given_back)
where d.id = n.id
""")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, and the state that its delivery comes to; `due_at` when it is to be tried again.

    `postponed`: it did not begin, and leaves no trace but the status events; the next one has its number.
    """

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
        given_back = 1 if outcome.result == "postponed" else 0
        accepted_at = now if outcome.state is DeliveryStatus.ACCEPTED else None
        changed.append(values | {"new_accepted": accepted_at, "given_back": given_back})
    await _end_attempts(connection, [outcome for outcome in outcomes if outcome.result != "postponed"], now)
    await _forget_attempts(connection, [outcome.claim for outcome in outcomes if outcome.result == "postponed"])
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
    found = await connection.execute(_HELD, {"ids": list(ids)})
    return {row["id"]: row for row in found.mappings()}


async def _end_attempts(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
    if not outcomes:
        return
    await connection.execute(
        _END_ATTEMPTS,
        {
            "of": [outcome.claim.delivery.id for outcome in outcomes],
            "number": [outcome.claim.attempt for outcome in outcomes],
            "became": [outcome.result for outcome in outcomes],
            "why": [outcome.reason.value if outcome.reason is not None else None for outcome in outcomes],
            "what": [outcome.detail for outcome in outcomes],
            "now": now,
        },
    )


async def _forget_attempts(connection: AsyncConnection, claims: Sequence[Claim]) -> None:
    if claims:
        of = [claim.delivery.id for claim in claims]
        await connection.execute(_FORGET_ATTEMPTS, {"of": of, "number": [claim.attempt for claim in claims]})


async def _change(connection: AsyncConnection, changed: list[dict[str, Any]]) -> None:
    if changed:
        await connection.execute(_CHANGE, {name: [row[name] for row in changed] for name in changed[0]})
