"""Status events on their way to hub.statuses: written with the state change they tell, relayed in order afterwards.

What of them counts for the indicators is written as a fact with them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.events import Envelope
from hub.domain.indicators.facts import fact_of
from hub.domain.vocabulary import Confidentiality
from hub.ledger.indicators.facts import add_facts
from hub.ledger.tables import OUTBOX_CHANNEL, status_outbox
from hub.wire.avro import encode
from hub.wire.cloudevents import kafka_headers
from hub.wire.schemas import Catalogue

SOURCE: Final = "urn:hub:hub:ledger"
"""Source of the events that the ledger tells."""

NO_RULES: Final = ""
"""The rules version of a status: no rule decides it."""

_REJECTIONS: Final = UUID("0e4f4b8c-6a5d-5a0e-8a52-5b1d0c35cd35")
_RELAY_LOCK: Final = 3_535_002  # advisory lock: one relay at a time, so that the order of `seq` is the order on Kafka

# The order of the arrays is the order of `seq`. Told once: PostgreSQL folds equal notifications of a transaction.
_ADD: Final = text("""
with added as (
  insert into status_outbox (key, headers, value, created_at)
  select n.key, cast(n.headers as jsonb), n.value, n.at
  from unnest(cast(:key as text[]), cast(:headers as text[]), cast(:value as bytea[]), cast(:at as timestamptz[]))
    with ordinality as n (key, headers, value, at, place)
  order by n.place
)
select pg_notify(:channel, '')
""")
_MARK: Final = text("update status_outbox set relayed_at = :at where seq = any(cast(:seqs as bigint[]))")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A delivery reached a state. `subject` and `correlationid` are those of the event that is delivered.

    `acknowledge_by`: with SCHEDULED, TAKEN_IN_CHARGE and REDIRECTED of a notice, when the acknowledgement that is asked
    of its recipient is first missed; None where none is asked, and with every other status.
    """

    delivery: UUID
    event_source: str
    event_id: str
    subject: str
    correlationid: str
    contact: str
    service: str
    role: str
    medium: str
    status: str
    reason: str | None
    attempt: int
    at: datetime
    acknowledge_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class LateRejection:
    """An event that the router accepted and the ledger could not: its id or its version is already another event's.

    `topic`, `partition` and `offset` say where it was published.
    """

    source: str
    event_id: str
    type: str
    subject: str
    correlationid: str
    topic: str
    partition: int
    offset: int
    reason: str
    field: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One status event in the outbox, as it goes to Kafka."""

    seq: int
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes


def status_row(catalogue: Catalogue, change: StatusChange) -> dict[str, Any]:
    """The outbox row of `delivery.status_changed`; the event's id is the same whenever it is computed."""
    data = {
        "delivery": str(change.delivery),
        "event_id": change.event_id,
        "event_source": change.event_source,
        "contact": change.contact,
        "service": change.service,
        "role": change.role,
        "medium": change.medium,
        "status": change.status,
        "reason": change.reason,
        "attempt": change.attempt,
        "at": change.at.isoformat(),
        "acknowledge_by": None if change.acknowledge_by is None else change.acknowledge_by.isoformat(),
    }
    envelope = Envelope(
        id=str(uuid5(change.delivery, f"{change.status}:{change.attempt}:{change.at.isoformat()}")),
        source=SOURCE,
        type="delivery.status_changed",
        time=change.at,
        subject=change.subject,
        correlationid=change.correlationid,
        confidentiality=Confidentiality.C1,
        causationid=change.event_id,
    )
    return _row(catalogue, envelope, data) | {"fact": fact_of(envelope, data, None, NO_RULES)}


def rejection_row(catalogue: Catalogue, rejection: LateRejection) -> dict[str, Any]:
    """The outbox row of `event.rejected`: reason and field, never the payload."""
    data = {
        "event_id": rejection.event_id,
        "event_source": rejection.source,
        "event_type": rejection.type,
        "reason": rejection.reason,
        "field": rejection.field,
    }
    envelope = Envelope(
        id=str(uuid5(_REJECTIONS, f"{rejection.topic}:{rejection.partition}:{rejection.offset}")),
        source=SOURCE,
        type="event.rejected",
        time=rejection.at,
        subject=rejection.subject,
        correlationid=rejection.correlationid,
        confidentiality=Confidentiality.C1,
        causationid=rejection.event_id,
    )
    return _row(catalogue, envelope, data)


def _row(catalogue: Catalogue, envelope: Envelope, data: dict[str, Any]) -> dict[str, Any]:
    schema = catalogue.latest(envelope.type)
    headers = {name: value.decode() for name, value in kafka_headers(envelope, schema)}
    return {
        "key": envelope.subject,
        "headers": headers,
        "value": encode(schema, data),
        "created_at": envelope.time,
    }


async def add_statuses(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Put status events into the outbox, in their order, and wake the relay when the transaction commits.

    The facts among them are added too: what the indicators count of notices' deliveries (A1).
    """
    if rows:
        await connection.execute(
            _ADD,
            {
                "key": [row["key"] for row in rows],
                "headers": [json.dumps(row["headers"]) for row in rows],
                "value": [row["value"] for row in rows],
                "at": [row["created_at"] for row in rows],
                "channel": OUTBOX_CHANNEL,
            },
        )
        await add_facts(connection, [fact for row in rows if (fact := row.get("fact")) is not None])


async def lock_relay(connection: AsyncConnection) -> bool:
    """Become the only relay until the transaction ends; False when another process relays now."""
    return bool(await connection.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _RELAY_LOCK}))


async def waiting_statuses(connection: AsyncConnection, limit: int) -> list[Waiting]:
    """The oldest status events that were not relayed yet, in order."""
    rows = await connection.execute(
        select(status_outbox.c.seq, status_outbox.c.key, status_outbox.c.headers, status_outbox.c.value)
        .where(status_outbox.c.relayed_at.is_(None))
        .order_by(status_outbox.c.seq)
        .limit(limit)
    )
    return [
        Waiting(row.seq, row.key.encode(), [(name, text_.encode()) for name, text_ in row.headers.items()], row.value)
        for row in rows
    ]


async def mark_relayed(connection: AsyncConnection, statuses: Sequence[Waiting], at: datetime) -> None:
    """Say that these status events are on Kafka."""
    await connection.execute(_MARK, {"at": at, "seqs": [status.seq for status in statuses]})
