"""CloudEvents 1.0 in and out: structured and binary mode, over HTTP and Kafka, checked against schema and semantics.

One reader serves every way in, so that an event is accepted or refused for the same reasons wherever it comes from.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from hub.domain.events import (
    EVENT_TYPES,
    Envelope,
    SourceInvalid,
    default_level_of,
    parse_source,
)
from hub.domain.semantics import semantic_faults
from hub.domain.territory import Territory
from hub.domain.vocabulary import Confidentiality, Kind
from hub.wire.avro import decode, encode
from hub.wire.faults import EventInvalid, Fault
from hub.wire.json_data import datum_from_json, json_from_datum
from hub.wire.schemas import Catalogue, PublishedSchema

CONTENT_TYPE: Final = b"application/avro"
REQUIRED: Final = ("specversion", "id", "source", "type", "time", "subject")
OPTIONAL: Final = ("dataschema", "correlationid", "causationid", "confidentiality")
TOLERATED: Final = frozenset({"datacontenttype", "traceparent", "tracestate"})
"""Attributes that are read past: they say nothing of the event."""

_KNOWN: Final = frozenset(REQUIRED) | frozenset(OPTIONAL)
_LEVELS: Final = {level.value: level for level in Confidentiality if level.value != "UNKNOWN"}
_OPAQUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~+=-]{0,127}")
_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DATASCHEMA: Final = re.compile(r"(?:.*[:/])?([a-z_.]+)[:/]v?([1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event that passed every check.

    `data` is the Avro datum in its latest shape and `value` the framed bytes; both are None for a deletion from the
    directory. `schema` is the version that `value` was written with.
    """

    envelope: Envelope
    schema: PublishedSchema
    data: dict[str, Any] | None
    value: bytes | None


class EventReader:
    """Reads events of every form. Each method raises EventInvalid with all the faults that it could find."""

    def __init__(self, catalogue: Catalogue, territory: Territory) -> None:
        self._catalogue = catalogue
        self._territory = territory

    def from_json(self, event: object) -> ReceivedEvent:
        """Read a CloudEvent in structured JSON mode, already parsed from JSON."""
        if not isinstance(event, dict):
            raise EventInvalid((Fault("EVENT_NOT_AN_OBJECT", "", "An event is a JSON object."),))
        attributes = {name: value for name, value in event.items() if name not in {"data", "data_base64"}}
        faults = (
            [Fault("DATA_NOT_JSON", "/data_base64", "Send the data as JSON in `data`.")]
            if "data_base64" in event
            else []
        )
        return self._from_json_data(attributes, event.get("data"), faults)

    def from_attributes(self, attributes: Mapping[str, str], data: object) -> ReceivedEvent:
        """Read a CloudEvent in HTTP binary mode: attributes from the `ce-` headers, data parsed from the body."""
        return self._from_json_data(attributes, data, [])

    def from_kafka(self, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> ReceivedEvent:
        """Read a Kafka record in binary mode: `ce_` headers, key = subject, value = framed Avro.

        A null value is a deletion and passes for `contact.changed` and `calendar.changed` only.
        """
        faults: list[Fault] = []
        attributes = _kafka_attributes(headers, faults)
        draft = _check_attributes(attributes, self._catalogue, faults)
        schema, data = draft.schema, None
        if value is not None:
            try:
                schema, data = decode(self._catalogue, value)
            except EventInvalid as error:
                faults.extend(error.faults)
            else:
                _check_written_with(schema, draft, faults)
        if draft.subject is not None and key != draft.subject.encode():
            faults.append(Fault("KEY_NOT_SUBJECT", "/subject", "The record's key must be the event's subject."))
        return self._finish(draft, schema, data, value, faults)

    def _from_json_data(self, attributes: Mapping[str, Any], data: object, faults: list[Fault]) -> ReceivedEvent:
        content_type = attributes.get("datacontenttype")
        if content_type is not None and not _is_json(content_type):
            faults.append(Fault("DATA_NOT_JSON", "/datacontenttype", "The data must be application/json."))
        draft = _check_attributes(attributes, self._catalogue, faults)
        datum: dict[str, Any] | None = None
        if draft.schema is not None and data is not None:
            datum, data_faults = datum_from_json(draft.schema, data)
            faults.extend(data_faults)
        if faults:
            raise EventInvalid(tuple(faults))
        value = encode(draft.schema, datum) if draft.schema is not None and datum is not None else None
        if value is not None:
            # What is checked from here on is what a reader of the topic will see.
            draft.schema, datum = decode(self._catalogue, value)
        return self._finish(draft, draft.schema, datum, value, faults)

    def _finish(
        self,
        draft: "_Draft",
        schema: PublishedSchema | None,
        data: dict[str, Any] | None,
        value: bytes | None,
        faults: list[Fault],
    ) -> ReceivedEvent:
        if value is None and draft.type not in DELETABLE:
            faults.append(Fault("DATA_MISSING", "/data", "This type of event needs its data."))
        if faults:
            raise EventInvalid(tuple(faults))
        envelope = draft.envelope(data)
        if data is not None:
            found = semantic_faults(envelope, data, self._territory)
            if found:
                raise EventInvalid(tuple(Fault(fault.code, fault.pointer, fault.detail) for fault in found))
        assert schema is not None  # noqa: S101 -- a draft without faults has its schema
        return ReceivedEvent(envelope, schema, data, value)


DELETABLE: Final = frozenset({"contact.changed", "calendar.changed"})
"""Types whose null value deletes what their key names from the compacted directory."""


def topic_of(envelope: Envelope) -> str:
    """The input topic of an event: its institution's prefix and its kind."""
    return f"{parse_source(envelope.source).topic_prefix}.{EVENT_TYPES[envelope.type].kind.value}"


def to_kafka_record(event: ReceivedEvent) -> tuple[bytes, bytes | None, list[tuple[str, bytes]]]:
    """The event as key, value and headers of a Kafka record in binary mode."""
    return event.envelope.subject.encode(), event.value, kafka_headers(event.envelope, event.schema)


def kafka_headers(envelope: Envelope, schema: PublishedSchema) -> list[tuple[str, bytes]]:
    """The `ce_` headers of an event whose data is written with `schema`."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_time", envelope.time.isoformat().encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_dataschema", dataschema_of(schema).encode()),
        ("ce_correlationid", envelope.correlationid.encode()),
        ("ce_confidentiality", envelope.confidentiality.value.encode()),
        ("content-type", CONTENT_TYPE),
    ]
    if envelope.causationid is not None:
        headers.append(("ce_causationid", envelope.causationid.encode()))
    return headers


def dataschema_of(schema: PublishedSchema) -> str:
    """The `dataschema` attribute that names a schema version."""
    return f"urn:hub:schema:{schema.type}:{schema.version}"


def to_json(event: ReceivedEvent) -> dict[str, Any]:
    """The event in structured JSON mode."""
    envelope = event.envelope
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": envelope.time.isoformat(),
        "subject": envelope.subject,
        "dataschema": dataschema_of(event.schema),
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "confidentiality": envelope.confidentiality.value,
        "datacontenttype": "application/json",
        "data": None if event.data is None else json_from_datum(event.schema, event.data),
    }
    if envelope.causationid is None:
        del document["causationid"]
    return document


@dataclass(slots=True)
class _Draft:
    """What the attributes gave, before the data was looked at; None where an attribute had a fault."""

    id: str | None = None
    source: str | None = None
    type: str | None = None
    time: datetime | None = None
    subject: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    confidentiality: Confidentiality | None = None
    dataschema: str | None = None
    schema: PublishedSchema | None = None

    def envelope(self, data: dict[str, Any] | None) -> Envelope:
        """The envelope with its defaults; only for a draft without faults."""
        assert self.id and self.source and self.type and self.time and self.subject  # noqa: S101, PT018 -- no fault, so all are there
        level = self.confidentiality
        if level is None:
            level = EVENT_TYPES[self.type].level if data is None else default_level_of(self.type, data)
        return Envelope(
            id=self.id,
            source=self.source,
            type=self.type,
            time=self.time,
            subject=self.subject,
            correlationid=self.correlationid or self.subject,
            confidentiality=level,
            dataschema=self.dataschema,
            causationid=self.causationid,
        )


def _check_attributes(attributes: Mapping[str, Any], catalogue: Catalogue, faults: list[Fault]) -> _Draft:
    draft = _Draft()
    faults.extend(
        Fault("ATTRIBUTE_MISSING", f"/{name}", f"The attribute `{name}` is required.")
        for name in REQUIRED
        if attributes.get(name) is None
    )
    for name, value in attributes.items():
        if name in TOLERATED or value is None:
            continue
        if name not in _KNOWN:
            faults.append(
                Fault(
                    "ATTRIBUTE_UNKNOWN",
                    "",
                    "An attribute is none of the envelope's; only listed attributes may be sent.",
                )
            )
        elif not isinstance(value, str):
            faults.append(Fault("ATTRIBUTE_INVALID", f"/{name}", f"The attribute `{name}` must be a string."))
        else:
            _ATTRIBUTE_CHECKS[name](draft, value, faults)
    _find_schema(draft, catalogue, faults)
    return draft


def _specversion(_: _Draft, value: str, faults: list[Fault]) -> None:
    if value != "1.0":
        faults.append(Fault("SPECVERSION_UNSUPPORTED", "/specversion", "The hub speaks CloudEvents 1.0."))


def _opaque(name: str) -> Any:
    detail = f"`{name}` must be an opaque reference: 1 to 128 characters among letters, digits and . _ : ~ + = -"

    def check(draft: _Draft, value: str, faults: list[Fault]) -> None:
        if _OPAQUE.fullmatch(value):
            setattr(draft, name, value)
        else:
            faults.append(Fault("ATTRIBUTE_INVALID", f"/{name}", detail))

    return check


def _source(draft: _Draft, value: str, faults: list[Fault]) -> None:
    try:
        parse_source(value)
        draft.source = value
    except SourceInvalid as error:
        faults.append(Fault("SOURCE_INVALID", "/source", f"{error}."))


def _type(draft: _Draft, value: str, faults: list[Fault]) -> None:
    row = EVENT_TYPES.get(value)
    if row is None:
        faults.append(
            Fault(
                "TYPE_UNKNOWN", "/type", "This is no event type of the contract; docs/reference/events.md lists them."
            )
        )
    elif row.kind is Kind.EMITTED:
        faults.append(Fault("TYPE_NOT_ACCEPTED", "/type", "Events of this type are emitted by the hub alone."))
    else:
        draft.type = value


@lru_cache(maxsize=8192)
def parse_time(text: str) -> datetime:
    """Read an RFC 3339 date-time with offset. Raises ValueError for any other form and for years outside 1 to 9999."""
    if not _RFC3339.fullmatch(text):
        msg = "not RFC 3339 with offset"
        raise ValueError(msg)
    moment = datetime.fromisoformat(text.upper())
    moment.timestamp()
    return moment


def _time(draft: _Draft, value: str, faults: list[Fault]) -> None:
    try:
        draft.time = parse_time(value)
    except (ValueError, OverflowError):
        faults.append(
            Fault(
                "TIME_INVALID",
                "/time",
                "`time` must be RFC 3339 with an offset, for example 2024-10-01T09:00:00+02:00.",
            )
        )


def _confidentiality(draft: _Draft, value: str, faults: list[Fault]) -> None:
    draft.confidentiality = _LEVELS.get(value)
    if draft.confidentiality is None:
        faults.append(Fault("ATTRIBUTE_INVALID", "/confidentiality", "`confidentiality` is one of C0, C1, C2, C3."))


def _dataschema(draft: _Draft, value: str, _: list[Fault]) -> None:
    draft.dataschema = value


_ATTRIBUTE_CHECKS: Final[dict[str, Any]] = {
    "specversion": _specversion,
    "id": _opaque("id"),
    "source": _source,
    "type": _type,
    "time": _time,
    "subject": _opaque("subject"),
    "correlationid": _opaque("correlationid"),
    "causationid": _opaque("causationid"),
    "confidentiality": _confidentiality,
    "dataschema": _dataschema,
}


def _find_schema(draft: _Draft, catalogue: Catalogue, faults: list[Fault]) -> None:
    if draft.type is None:
        return
    if draft.dataschema is None:
        draft.schema = catalogue.latest(draft.type)
        return
    match = _DATASCHEMA.fullmatch(draft.dataschema)
    known = (
        match is not None
        and match[1] == draft.type
        and int(match[2]) in {s.version for s in catalogue.versions(draft.type)}
    )
    if match is None or not known:
        detail = "`dataschema` must name the event's type and a published version: urn:hub:schema:notice.published:1."
        faults.append(Fault("DATASCHEMA_INVALID", "/dataschema", detail))
        return
    draft.schema = catalogue.schema(draft.type, int(match[2]))


def _check_written_with(schema: PublishedSchema, draft: _Draft, faults: list[Fault]) -> None:
    if draft.type is not None and schema.type != draft.type:
        faults.append(
            Fault(
                "SCHEMA_NOT_OF_TYPE", "/data", "The value was written with the schema of another type than the event's."
            )
        )
    elif draft.dataschema is not None and draft.schema is not None and draft.schema.id != schema.id:
        faults.append(
            Fault(
                "DATASCHEMA_INVALID",
                "/dataschema",
                "`dataschema` names another version than the value was written with.",
            )
        )


def _kafka_attributes(headers: Iterable[tuple[str, bytes]], faults: list[Fault]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, raw in headers:
        if not name.startswith("ce_"):
            continue
        try:
            attributes[name[3:]] = raw.decode()
        except UnicodeDecodeError:
            faults.append(
                Fault("ATTRIBUTE_INVALID", f"/{name[3:]}" if name[3:] in _KNOWN else "", "A `ce_` header is not UTF-8.")
            )
    return attributes


def _is_json(content_type: object) -> bool:
    if not isinstance(content_type, str):
        return False
    media = content_type.split(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")
