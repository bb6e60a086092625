"""What the hub refuses: the closed list of reasons, the record kept for replay, the word to the sender."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import ConsumerRecord

from hub.domain.events import SourceInvalid, parse_source
from hub.domain.personal_block import NOT_JWE
from hub.errors import HubError
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode, encode
from hub.wire.faults import Fault
from hub.wire.schemas import Catalogue
from hub.wire.topics import REJECTS

REASONS: Final[Mapping[str, str]] = {
    # the record and its framing
    "NOT_FRAMED": "The value does not begin with byte 0 and a schema id of four bytes.",
    "UNKNOWN_SCHEMA_ID": "No schema is published under the id of the value.",
    "AVRO_TRUNCATED": "The value ends before its datum does.",
    "AVRO_TRAILING_BYTES": "The value goes on after the end of its datum.",
    "AVRO_INVALID": "The value does not fit its schema: not UTF-8, an index outside its list, an impossible date.",
    "HEADERS_UNREADABLE": "The name of a header is not UTF-8: no client can read it; it is in the input topic only.",
    "RECORD_TOO_LARGE": "The event and its decision together are larger than hub.decisions takes.",
    "DATA_MISSING": "The record has no value, and the type is none that a null value deletes.",
    # the envelope
    "ATTRIBUTE_MISSING": "A required attribute of the envelope is not there.",
    "ATTRIBUTE_UNKNOWN": "An attribute is none of the envelope's.",
    "ATTRIBUTE_INVALID": "An attribute does not have its form, or is not UTF-8.",
    "SPECVERSION_UNSUPPORTED": "The event is not CloudEvents 1.0.",
    "SOURCE_INVALID": "The source is no URN of a known institution and system.",
    "TYPE_UNKNOWN": "The type is none of the contract's.",
    "TYPE_NOT_ACCEPTED": "Events of this type are emitted by the hub alone.",
    "TIME_INVALID": "The time is not RFC 3339 with an offset.",
    "DATASCHEMA_INVALID": "The schema named is not published, or not the one that the value was written with.",
    "SCHEMA_NOT_OF_TYPE": "The value was written with the schema of another type.",
    "KEY_NOT_SUBJECT": "The record's key is not the event's subject.",
    "SUBJECT_MISMATCH": "The subject is not the reference in the data.",
    "CONFIDENTIALITY_TOO_LOW": "The event declares a lower level than its type has.",
    # who may say what, and where
    "WRONG_INSTITUTION": "The source does not belong to the institution of the topic.",
    "WRONG_TOPIC": "Events of this type belong on another topic.",
    "NOT_ALLOWED": "The institution may not emit events of this type.",
    "OWNER_MISMATCH": "The contact, its service, or the calendar, is another institution's than the source's.",
    "NOT_OWNER": "The contact or calendar belongs to somebody else, or is not known.",
    "REFERENCE_TAKEN": "The reference already names something of another kind in the directory.",
    # the meaning of the data
    "CODE_NATURE_MISMATCH": "Code and nature of the notice disagree.",
    "NUMBER_OUT_OF_RANGE": "A number is outside its range.",
    "DATE_OUT_OF_RANGE": "A date is outside the years that the hub serves.",
    "DATES_REVERSED": "A period ends before it begins.",
    "FIELD_REQUIRED": "A field is required by the value of another.",
    "FIELD_NOT_ALLOWED": "A field is excluded by the value of another.",
    NOT_JWE: "The personal block is no JWE; the value is in the input topic only, it may name a person.",
    "TEXT_EMPTY": "A text that people read is empty.",
    "TEXT_INVALID": "A text holds control characters, or line breaks where it is one line.",
    "TIME_OUT_OF_RANGE": "A time is outside the years that the hub serves.",
    "HOURS_REVERSED": "Opening hours end before they begin.",
    "COMMUNE_UNKNOWN": "A commune code of the département is in no list.",
    "EPCI_UNKNOWN": "A code is that of no EPCI of the département.",
    "CDAS_CODE_INVALID": "The code of a CDAS does not have its form.",
    "EMAIL_INVALID": "An e-mail address does not have its form.",
    "PHONE_INVALID": "A telephone number does not have its form.",
    "WEBHOOK_INVALID": "A webhook is no https address.",
    "OPT_OUT_RESERVED": "Only actors of the local reception may opt out.",
    "VERSION_NOT_HIGHER": "A correction does not have a higher version than what it corrects.",
    "REFERENCE_TO_ITSELF": "A reference names the very thing that holds it.",
    # what only the ledger can see
    "ID_CONFLICT": "Another event is known under the same source and id; the first one stands.",
    "VERSION_CONFLICT": "Another event holds this version of the notice already.",
    # faults of the hub itself: the record is kept, or can be read again, and nothing else is held up
    "HUB_FAULT": "The hub could not judge the record; the log says where.",
    "UNREADABLE_RECORD": "The processors could not read a record of the hub's own topics.",
    "NOT_STORABLE": "PostgreSQL does not take a value of the event.",
    "DATA_INVALID": "The data breaks another rule; the detail says which.",
}
"""Every reason of a reject, with its meaning. A code serves as metric label and never changes its meaning."""

OTHER: Final = "DATA_INVALID"

_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~+=-]{0,127}")
_TYPE: Final = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")


class RejectNotFound(HubError):
    """No reject has this id; it may be older than the topic's retention."""


def reason_of(faults: Sequence[Fault]) -> str:
    """The reason for a list of faults: the code of the first, always one of REASONS."""
    code = faults[0].code
    return code if code in REASONS else OTHER


def block_is_readable(faults: Iterable[Fault]) -> bool:
    """Whether the value holds a personal block that is not encrypted: it stays in its input topic and nowhere else."""
    return any(fault.code == NOT_JWE for fault in faults)


def reject_id(topic: str, partition: int, offset: int) -> str:
    """The stable id of a reject: where its record was read."""
    return f"{topic}-{partition}-{offset}"


@dataclass(frozen=True, slots=True)
class Identity:
    """What could be read of a refused event's envelope, each attribute valid in form, else None."""

    id: str | None
    source: str | None
    type: str | None
    subject: str | None


def identity_of(headers: Iterable[tuple[str, bytes | None]]) -> Identity:
    """Read the identity of an event from its headers; what is not valid in form is not repeated."""
    values = {name: raw for name, raw in headers if name in {"ce_id", "ce_source", "ce_type", "ce_subject"}}
    return Identity(
        _matching(_TOKEN, values.get("ce_id")),
        _source(values.get("ce_source")),
        _matching(_TYPE, values.get("ce_type")),
        _matching(_TOKEN, values.get("ce_subject")),
    )


def _text(raw: bytes | None) -> str:
    try:
        return "" if raw is None else raw.decode("ascii")
    except UnicodeDecodeError:
        return ""


def _matching(form: re.Pattern[str], raw: bytes | None) -> str | None:
    text = _text(raw)
    return text if form.fullmatch(text) else None


def _source(raw: bytes | None) -> str | None:
    text = _text(raw)
    try:
        parse_source(text)
    except SourceInvalid:
        return None
    return text if len(text) <= 255 else None


def reject_value(
    catalogue: Catalogue, record: ConsumerRecord, faults: Sequence[Fault], at: str, *, whole: bool = True
) -> bytes:
    """The framed `hub.reject` of a record. `whole` False leaves its value and headers out, when they are too large.

    The value is left out too where it holds a personal block that anybody can read.
    """
    datum = {
        "reason": reason_of(faults),
        "faults": [{"code": f.code, "pointer": f.pointer, "detail": f.detail} for f in faults],
        "origin": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp_ms": record.timestamp,
        },
        "key": record.key,
        "headers": [{"name": name, "value": value} for name, value in record.headers] if whole else [],
        "value": record.value if whole and not block_is_readable(faults) else None,
        "rejected_at": at,
    }
    return encode(catalogue.latest("hub.reject"), datum)


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused record as kept on hub.rejects."""

    id: str
    reason: str
    faults: tuple[Fault, ...]
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None
    rejected_at: datetime

    @property
    def identity(self) -> Identity:
        """What could be read of the event's envelope."""
        return identity_of(self.headers)


def read_reject(catalogue: Catalogue, value: bytes) -> Reject:
    """Read the value of a record of hub.rejects. Raises WireFault when it is none."""
    _, datum = decode(catalogue, value)
    origin: dict[str, Any] = datum["origin"]
    return Reject(
        id=reject_id(origin["topic"], origin["partition"], origin["offset"]),
        reason=datum["reason"],
        faults=tuple(Fault(f["code"], f["pointer"], f["detail"]) for f in datum["faults"]),
        topic=origin["topic"],
        partition=origin["partition"],
        offset=origin["offset"],
        timestamp_ms=origin["timestamp_ms"],
        key=datum["key"],
        headers=tuple((h["name"], h["value"]) for h in datum["headers"]),
        value=datum["value"],
        rejected_at=datetime.fromisoformat(datum["rejected_at"]),
    )


async def rejects_kept(settings: Settings, catalogue: Catalogue) -> AsyncIterator[Reject]:
    """Every reject that hub.rejects holds now, oldest first inside a partition. Raises KafkaError."""
    consumer = kafka_client.consumer(settings, REJECTS)  # without a group: every partition, from its beginning
    await consumer.start()
    try:
        for partition, end in sorted((await consumer.end_offsets(list(consumer.assignment()))).items()):
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=200)).get(partition, ()):
                    yield read_reject(catalogue, record.value)
    finally:
        await consumer.stop()
