"""CloudEvents 1.0 in and out: structured and binary mode, over HTTP and Kafka, checked against schema and semantics.

One reader serves every way in, so that an event is accepted or refused for the same reasons wherever it comes from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.directory.territory import Territory
from hub.domain.events import EVENT_TYPES, Envelope, parse_source
from hub.domain.faults import SemanticFault
from hub.domain.semantics import faults_of_sound_fields, semantic_faults
from hub.wire.attributes import KNOWN, AttributeReader, AttributesRead
from hub.wire.avro import decode, encode
from hub.wire.constraints import datum_faults
from hub.wire.faults import EventInvalid, Fault
from hub.wire.json_data import datum_from_json, json_from_datum
from hub.wire.schemas import Catalogue, PublishedSchema

CONTENT_TYPE: Final = b"application/avro"


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
        self._attributes = AttributeReader(catalogue)

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
        draft = self._attributes.read(attributes, faults)
        schema, data = draft.kind.schema, None
        if value is not None:
            try:
                schema, data = decode(self._catalogue, value)
            except EventInvalid as error:
                faults.extend(error.faults)
            else:
                _check_written_with(schema, draft, faults)
                faults.extend(datum_faults(self._catalogue.latest(schema.type), data))
        if draft.subject is not None and key != draft.subject.encode():
            faults.append(Fault("KEY_NOT_SUBJECT", "/subject", "The record's key must be the event's subject."))
        return self._finish(draft, schema, data, value, faults)

    def _from_json_data(self, attributes: Mapping[str, Any], data: object, faults: list[Fault]) -> ReceivedEvent:
        content_type = attributes.get("datacontenttype")
        if content_type is not None and not _is_json(content_type):
            faults.append(Fault("DATA_NOT_JSON", "/datacontenttype", "The data must be application/json."))
        draft = self._attributes.read(attributes, faults)
        schema, datum, value = draft.kind.schema, None, None
        if schema is not None and data is not None:
            datum, data_faults = datum_from_json(schema, data)
            faults.extend(data_faults)
            if not faults:
                value = encode(schema, datum)
                # What is checked from here on is what a reader of the topic will see.
                _, datum = decode(self._catalogue, value)
        return self._finish(draft, schema, datum, value, faults)

    def _finish(
        self,
        draft: AttributesRead,
        schema: PublishedSchema | None,
        data: dict[str, Any] | None,
        value: bytes | None,
        faults: list[Fault],
    ) -> ReceivedEvent:
        if data is None and not faults and draft.kind.type not in DELETABLE:
            faults.append(Fault("DATA_MISSING", "/data", "This type of event needs its data."))
        if faults:
            raise EventInvalid((*faults, *self._further_faults(draft, schema, data)))
        envelope = draft.envelope(data)
        if data is not None:
            found = semantic_faults(envelope, data, self._territory)
            if found:
                raise EventInvalid(tuple(map(_fault, found)))
        assert schema is not None  # noqa: S101 -- a draft without faults has its schema
        return ReceivedEvent(envelope, schema, data, value)

    def _further_faults(
        self, draft: AttributesRead, schema: PublishedSchema | None, data: dict[str, Any] | None
    ) -> tuple[Fault, ...]:
        if data is None or schema is None or schema.type != draft.kind.type:
            return ()
        named = next((data[name] for name in ("situation", "notice", "contact", "calendar") if name in data), None)
        envelope = draft.stand_in(schema.type, named or "")
        return tuple(map(_fault, faults_of_sound_fields(envelope, data, self._territory)))


def _fault(found: SemanticFault) -> Fault:
    return Fault(found.code, found.pointer, found.detail)


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


def _check_written_with(schema: PublishedSchema, draft: AttributesRead, faults: list[Fault]) -> None:
    kind = draft.kind
    if kind.type is not None and schema.type != kind.type:
        detail = "The value was written with the schema of another type than the event's."
        faults.append(Fault("SCHEMA_NOT_OF_TYPE", "/data", detail))
    elif kind.dataschema is not None and kind.schema is not None and kind.schema.id != schema.id:
        detail = "`dataschema` names another version than the value was written with."
        faults.append(Fault("DATASCHEMA_INVALID", "/dataschema", detail))


def _kafka_attributes(headers: Iterable[tuple[str, bytes | None]], faults: list[Fault]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, raw in headers:
        if not name.startswith("ce_") or raw is None:
            continue
        try:
            attributes[name[3:]] = raw.decode()
        except UnicodeDecodeError:
            faults.append(
                Fault("ATTRIBUTE_INVALID", f"/{name[3:]}" if name[3:] in KNOWN else "", "A `ce_` header is not UTF-8.")
            )
    return attributes


def _is_json(content_type: object) -> bool:
    if not isinstance(content_type, str):
        return False
    media = content_type.split(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")
