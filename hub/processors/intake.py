"""hub.decisions → the ledger: events, notice versions, deliveries."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from hub import metrics
from hub.domain.activity.feedback import feedback_of
from hub.domain.events import EVENT_TYPES, Envelope
from hub.domain.indicators.facts import COUNTED, fact_of
from hub.domain.vocabulary import Confidentiality, Kind
from hub.errors import HubError
from hub.ledger.decided import DecidedEvent
from hub.ledger.faults import made_by_data
from hub.ledger.giving_way import GiveWay, next_turn
from hub.ledger.intake import Taken, take_in
from hub.ledger.rejects import RejectedRecord, record_rejects
from hub.processors.parts import Parts
from hub.processors.set_aside import NOT_STORABLE, UNREADABLE, set_aside
from hub.wire.avro import decode
from hub.wire.decisions import read_decision
from hub.wire.faults import EventInvalid
from hub.wire.schemas import Catalogue
from hub.wire.topics import DECISIONS


def read_decided(catalogue: Catalogue, value: bytes) -> DecidedEvent:
    """Read one record of hub.decisions.

    Raises EventInvalid or HubError for a record that is none of the router's.
    """
    record = read_decision(catalogue, value)
    envelope, origin = record["envelope"], record["origin"]
    row = EVENT_TYPES.get(envelope["type"])
    if row is None:
        message = "This record of hub.decisions holds an event of an unknown type."
        raise HubError(message, "Bring the processors to the router's version.")
    time = datetime.fromisoformat(envelope["time"])
    event = _envelope(envelope, time)
    is_notice = row.kind is Kind.NOTICES
    data = decode(catalogue, record["event"])[1] if is_notice or envelope["type"] in COUNTED else None
    return DecidedEvent(
        source=envelope["source"],
        id=envelope["id"],
        type=envelope["type"],
        kind=row.kind.value,
        subject=envelope["subject"],
        correlationid=envelope["correlationid"],
        causationid=envelope["causationid"],
        confidentiality=envelope["confidentiality"],
        time=time,
        topic=origin["topic"],
        partition=origin["partition"],
        offset=origin["offset"],
        received_at=datetime.fromtimestamp(origin["timestamp_ms"] / 1000, UTC),
        value_sha256=hashlib.sha256(record["event"]).digest(),
        decision=record["decision"],
        directory_revision=record["directory_revision"],
        calendar_revision=record["calendar_revision"],
        rules_version=record["rules_version"],
        decided_at=datetime.fromisoformat(record["decided_at"]),
        notice=data if is_notice else None,
        fact=fact_of(event, data, record["decision"], record["rules_version"]),
        feedback=feedback_of(event, data),
    )


def _envelope(written: Mapping[str, Any], time: datetime) -> Envelope:
    level = Confidentiality(written["confidentiality"])
    names = ("id", "source", "type", "subject", "correlationid", "dataschema", "causationid")
    return Envelope(time=time, confidentiality=level, **{name: written[name] for name in names})


async def take_decisions(parts: Parts, events: Sequence[Any]) -> None:
    """Take one batch of Faust events in, giving way to urgencies; returns when it is in the ledger."""
    await _take(parts, events, parts.right_of_way.give_way)


async def take_urgencies(parts: Parts, events: Sequence[Any]) -> None:
    """Take one batch of urgencies in, as `take_decisions` does, while whatever can wait gives way."""
    with parts.right_of_way.urgent():
        await _take(parts, events, next_turn)


async def _take(parts: Parts, events: Sequence[Any], give_way: GiveWay) -> None:
    """Take one batch in.

    What cannot be read or stored is recorded as a reject of hub.decisions itself, where it can be read again, and the
    stream goes on. A schema that this version does not know ends the process instead: a newer router wrote it, and
    skipping it would lose what it says.
    """
    with metrics.INTAKE_BATCH_SECONDS.labels(DECISIONS).time():
        decided: list[tuple[Any, DecidedEvent]] = []
        unreadable: list[RejectedRecord] = []
        for event in events:
            try:
                decided.append((event, read_decided(parts.catalogue, event.message.value or b"")))
            except EventInvalid as error:
                if error.faults[0].code == "UNKNOWN_SCHEMA_ID":
                    raise
                unreadable.append(set_aside(parts, event, UNREADABLE, error.faults[0].code))
        try:
            taken = await _store(parts, [row for _, row in decided], unreadable, give_way)
        except DBAPIError as error:
            if not made_by_data(error):
                raise
            taken = await _store_one_by_one(parts, decided, unreadable)
    for result, count in (("new", taken.new), ("repeated", taken.repeated), ("conflict", taken.conflicts)):
        if count:
            metrics.INTAKE_RECORDS.labels(DECISIONS, result).inc(count)


async def _store(
    parts: Parts,
    decided: Sequence[DecidedEvent],
    unreadable: Sequence[RejectedRecord],
    give_way: GiveWay = next_turn,
) -> Taken:
    async with parts.engine.begin() as connection:
        await record_rejects(connection, unreadable)
        return await take_in(connection, parts.catalogue, decided, parts.clock(), parts.parameters, give_way)


async def _store_one_by_one(
    parts: Parts, decided: Sequence[tuple[Any, DecidedEvent]], unreadable: Sequence[RejectedRecord]
) -> Taken:
    """Store each record in a transaction of its own; one whose values PostgreSQL refuses is recorded as such."""
    total = await _store(parts, [], unreadable)
    for event, row in decided:
        try:
            taken = await _store(parts, [row], [])
        except DBAPIError as error:
            if not made_by_data(error):
                raise
            taken = await _store(parts, [], [set_aside(parts, event, NOT_STORABLE)])
        total = Taken(
            total.new + taken.new,
            total.repeated + taken.repeated,
            total.conflicts + taken.conflicts,
            total.scheduled + taken.scheduled,
        )
    return total
