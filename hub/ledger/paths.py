"""The whole path of one event: accepted, decided, delivered, each attempt, or refused; with the times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.tables import (
    accepted_event,
    acknowledgement,
    delivery,
    delivery_attempt,
    event,
    id_conflict,
    notice_audience,
    reject,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where on Kafka something was published."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class AttemptStep:
    """One try of a delivery. `result` is None while it is under way."""

    attempt: int
    started_at: datetime
    ended_at: datetime | None
    result: str | None
    reason: str | None
    detail: str | None
    dispatcher: str


@dataclass(frozen=True, slots=True)
class DeliveryStep:
    """One message to one contact: its state now, and how it came there.

    `shown_at`: when its page was first opened; `taken_in_charge_at`: when the contact said so on it.
    """

    id: UUID
    contact: str
    service: str
    role: str
    rules: tuple[str, ...]
    medium: str
    lane: str
    state: str
    reason: str | None
    created_at: datetime
    due_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    shown_at: datetime | None = None
    taken_in_charge_at: datetime | None = None
    attempts: tuple[AttemptStep, ...] = ()


@dataclass(frozen=True, slots=True)
class DecidedStep:
    """What the router made of the event. `decision` is routing.decided; None for a type that is not routed."""

    origin: Origin
    confidentiality: str
    correlationid: str
    causationid: str | None
    time: datetime
    received_at: datetime
    decided_at: datetime
    recorded_at: datetime
    outcome: str | None
    decision: Mapping[str, Any] | None
    directory_revision: int
    calendar_revision: int
    rules_version: str


@dataclass(frozen=True, slots=True)
class AudienceStep:
    """What the notice matrix asked of a notice, and whom it added (R28); `outcome` is None while it waits.

    `notice_days`: asked by the matrix, `days_given`: between publication and effect. `found`: contacts by audience;
    `added`: those of them who had no delivery yet.
    """

    matrix_version: int
    queued_at: datetime
    planned_at: datetime | None
    outcome: str | None
    notice_days: int | None
    days_given: int | None
    found: Mapping[str, int] | None
    added: int | None


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A record of this event that the hub refused: rejected by the router, or known with another content."""

    origin: Origin
    reason: str
    field: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EventPath:
    """Everything that the ledger knows of one event, in the order in which it happened.

    `accepted_at` is the gateway's 202, None for an event that was published on Kafka; `decided` is None until the
    ledger has taken the decision in, and for an event that was only ever refused.
    """

    source: str
    id: str
    type: str | None
    subject: str | None
    accepted_at: datetime | None
    decided: DecidedStep | None
    audience: AudienceStep | None = None
    deliveries: tuple[DeliveryStep, ...] = ()
    refused: tuple[RefusedStep, ...] = ()


async def sources_of(connection: AsyncConnection, event_id: str) -> list[str]:
    """The sources that have an event of this id, sorted; one that was only ever refused counts too."""
    known = union(
        select(accepted_event.c.source).where(accepted_event.c.id == event_id),
        select(event.c.source).where(event.c.id == event_id),
        select(reject.c.source).where(reject.c.event_id == event_id, reject.c.source.is_not(None)),
    )
    return sorted((await connection.execute(known)).scalars())


async def event_path(connection: AsyncConnection, source: str, event_id: str) -> EventPath | None:
    """The path of one event; None when nothing is known under this source and id."""
    accepted = await _one(
        connection, select(accepted_event).where(accepted_event.c.source == source, accepted_event.c.id == event_id)
    )
    row = await _one(connection, select(event).where(event.c.source == source, event.c.id == event_id))
    refused = await _refused(connection, source, event_id)
    if accepted is None and row is None and not refused:
        return None
    known = row or accepted or {}
    return EventPath(
        source=source,
        id=event_id,
        type=known.get("type"),
        subject=known.get("subject"),
        accepted_at=accepted["accepted_at"] if accepted else None,
        decided=_decided(row) if row else None,
        audience=await _audience(connection, source, event_id),
        deliveries=await _deliveries(connection, source, event_id),
        refused=refused,
    )


async def _audience(connection: AsyncConnection, source: str, event_id: str) -> AudienceStep | None:
    of_event = select(notice_audience).where(
        notice_audience.c.event_source == source, notice_audience.c.event_id == event_id
    )
    row = await _one(connection, of_event)
    return None if row is None else AudienceStep(**{name: row[name] for name in _names(AudienceStep)})


def _decided(row: Mapping[str, Any]) -> DecidedStep:
    return DecidedStep(origin=_origin(row), **{name: row[name] for name in _names(DecidedStep) if name != "origin"})


async def _deliveries(connection: AsyncConnection, source: str, event_id: str) -> tuple[DeliveryStep, ...]:
    shown = _acknowledged(DeliveryStatus.SHOWN).label("shown_at")
    taken = _acknowledged(DeliveryStatus.TAKEN_IN_CHARGE).label("taken_in_charge_at")
    mine = select(delivery, shown, taken).where(delivery.c.event_source == source, delivery.c.event_id == event_id)
    rows = await _all(connection, mine.order_by(delivery.c.service, delivery.c.contact))
    tries = (
        select(delivery_attempt)
        .join(delivery, delivery.c.id == delivery_attempt.c.delivery)
        .where(delivery.c.event_source == source, delivery.c.event_id == event_id)
        .order_by(delivery_attempt.c.delivery, delivery_attempt.c.attempt)
    )
    attempts: dict[UUID, list[AttemptStep]] = {}
    for row in await _all(connection, tries):
        step = AttemptStep(**{name: value for name, value in row.items() if name != "delivery"})
        attempts.setdefault(row["delivery"], []).append(step)
    copied = [name for name in _names(DeliveryStep) if name not in ("rules", "attempts")]
    return tuple(
        DeliveryStep(
            rules=tuple(row["rules"]),
            attempts=tuple(attempts.get(row["id"], ())),
            **{name: row[name] for name in copied},
        )
        for row in rows
    )


def _acknowledged(kind: DeliveryStatus) -> ScalarSelect[Any]:
    at = select(acknowledgement.c.at)
    return at.where(acknowledgement.c.delivery == delivery.c.id, acknowledgement.c.kind == kind.value).scalar_subquery()


def _names(step: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(step))


async def _refused(connection: AsyncConnection, source: str, event_id: str) -> tuple[RefusedStep, ...]:
    rejected = select(reject).where(reject.c.source == source, reject.c.event_id == event_id)
    conflicts = select(id_conflict).where(id_conflict.c.source == source, id_conflict.c.id == event_id)
    steps: dict[Origin, RefusedStep] = {}
    for row in await _all(connection, conflicts):
        steps[_origin(row)] = RefusedStep(_origin(row), "ID_CONFLICT", None, row["found_at"])
    for row in await _all(connection, rejected):
        steps[_origin(row)] = RefusedStep(_origin(row), row["reason"], row["field"], row["rejected_at"])
    return tuple(sorted(steps.values(), key=lambda step: step.at))


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(row["topic"], row["partition"], row["offset"])


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
    return list((await connection.execute(query)).mappings())


async def _one(connection: AsyncConnection, query: Select[Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = (await connection.execute(query)).mappings().one_or_none()
    return found
