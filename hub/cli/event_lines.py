"""One readable line for each record of the hub's topics; never a value of an event's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import ConsumerRecord

from hub.wire.avro import decode
from hub.wire.faults import WireFault
from hub.wire.schemas import Catalogue

ABSENT: Final = ""


@dataclass(frozen=True, slots=True)
class EventLine:
    """A record told in one line. `time` is when Kafka took it; `outcome` says what the record adds to what is known.

    `id` and `source` are those of the event that the record is about.
    """

    time: datetime
    topic: str
    partition: int
    offset: int
    type: str
    subject: str
    id: str
    source: str
    outcome: str


def read_line(catalogue: Catalogue, record: ConsumerRecord) -> EventLine:
    """The line of any record of an input topic, hub.decisions, hub.statuses, hub.rejects or hub.directory."""
    headers = {name: _printable(value) for name, value in record.headers if value is not None}
    subject = _printable(record.key or b"")
    type_, id_, source = (headers.get(f"ce_{name}", ABSENT) for name in ("type", "id", "source"))
    outcome = ABSENT
    if record.value is None:
        outcome = "deletion"
    else:
        try:
            schema, data = decode(catalogue, record.value)
        except WireFault as fault:
            outcome = f"unreadable: {fault.fault.code}"
        else:
            told = _TELL.get(schema.type)
            if told is not None:
                told_type, subject, id_, source, outcome = told(data, subject)
                type_ = told_type or type_
    time = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return EventLine(time, record.topic, record.partition, record.offset, type_, subject, id_, source, outcome)


def _printable(raw: bytes) -> str:
    """Anybody's bytes as text that cannot steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in raw.decode(errors="replace")
    )


def _decision(data: Mapping[str, Any], _: str) -> tuple[str, str, str, str, str]:
    envelope, decision = data["envelope"], data["decision"]
    outcome = "not routed" if decision is None else _decided(decision)
    return envelope["type"], envelope["subject"], envelope["id"], envelope["source"], outcome


def _decided(decision: Mapping[str, Any]) -> str:
    targets = [f"{r['service']}/{r['role']} ({len(r['recipients'])})" for r in decision["routings"]]
    reasons = [*decision["rejections"], *decision["missing"]]
    return " ".join([decision["outcome"], *targets, *reasons])


def _status(data: Mapping[str, Any], subject: str) -> tuple[str, str, str, str, str]:
    reason = f" {data['reason']}" if data["reason"] else ""
    outcome = f"{data['status']}{reason} {data['medium']} {data['contact']} attempt {data['attempt']}"
    return "delivery.status_changed", subject, data["event_id"], data["event_source"], outcome


def _rejected(data: Mapping[str, Any], subject: str) -> tuple[str, str, str, str, str]:
    outcome = f"REJECTED {data['reason']} {data['field'] or ''}".strip()
    return "event.rejected", subject, data["event_id"] or ABSENT, data["event_source"] or ABSENT, outcome


def _reject(data: Mapping[str, Any], _: str) -> tuple[str, str, str, str, str]:
    origin = data["origin"]
    place = f"{origin['topic']}-{origin['partition']}-{origin['offset']}"
    return "hub.reject", ABSENT, place, ABSENT, f"REJECTED {data['reason']}"


_TELL: Final = {
    "hub.decision": _decision,
    "delivery.status_changed": _status,
    "event.rejected": _rejected,
    "hub.reject": _reject,
}
