"""The attributes of a CloudEvent: which there are, what each may hold, and every fault that was found in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from hub.domain.events import EVENT_TYPES, Envelope, SourceInvalid, default_level_of, parse_source
from hub.domain.vocabulary import Confidentiality, Kind
from hub.wire.constraints import parse_time
from hub.wire.faults import Fault
from hub.wire.schemas import Catalogue, PublishedSchema

REQUIRED: Final = ("specversion", "id", "source", "type", "time", "subject")
OPTIONAL: Final = ("dataschema", "correlationid", "causationid", "confidentiality")
TOLERATED: Final = frozenset({"datacontenttype", "traceparent", "tracestate"})
"""Attributes that are read past: they say nothing of the event."""

KNOWN: Final = frozenset(REQUIRED) | frozenset(OPTIONAL)
_READ_PAST: Final = KNOWN | TOLERATED
FIRST_YEAR: Final = 1900
_SOME_TIME: Final = datetime(2024, 12, 2, tzinfo=UTC)
LAST_YEAR: Final = 2199
_LEVELS: Final = {level.value: level for level in Confidentiality if level.value != "UNKNOWN"}
_OPAQUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~+=-]{0,127}")
_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DATASCHEMA: Final = re.compile(r"(?:.*[:/])?([a-z_.]+)[:/]v?([1-9]\d{0,5})", re.ASCII)


@dataclass(slots=True)
class AttributesRead:
    """What the attributes gave, before the data was looked at; None where an attribute had a fault."""

    kind: "_Kind"
    id: str | None
    subject: str | None
    time: datetime | None
    correlationid: str | None
    causationid: str | None

    def envelope(self, data: dict[str, Any] | None) -> Envelope:
        """The envelope with its defaults; only for a draft without faults."""
        kind = self.kind
        assert self.id and kind.source and kind.type and self.time and self.subject  # noqa: S101, PT018 -- no fault, so all are there
        level = kind.confidentiality
        if level is None:
            level = EVENT_TYPES[kind.type].level if data is None else default_level_of(kind.type, data)
        return Envelope(
            self.id,
            kind.source,
            kind.type,
            self.time,
            self.subject,
            self.correlationid or self.subject,
            level,
            kind.dataschema,
            self.causationid,
        )

    def stand_in(self, event_type: str, subject: str) -> Envelope:
        """An envelope for looking at the data although attributes have faults; what is missing can give no fault."""
        kind, level = self.kind, Confidentiality.C3
        moment = self.time or _SOME_TIME
        return Envelope(
            self.id or "",
            kind.source or "",
            event_type,
            moment,
            self.subject or subject,
            "",
            kind.confidentiality or level,
        )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the attributes with few values say, and their faults: the same for thousands of events, so remembered."""

    source: str | None
    type: str | None
    confidentiality: Confidentiality | None
    dataschema: str | None
    schema: PublishedSchema | None
    faults: tuple[Fault, ...]


_OF_KIND: Final = ("specversion", "source", "type", "confidentiality", "dataschema")


class AttributeReader:
    """Reads the attributes of an event and checks them against the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kind = lru_cache(maxsize=4096)(self._read_kind)

    def read(self, attributes: Mapping[str, Any], faults: list[Fault]) -> AttributesRead:
        """Read the attributes; `faults` gets every fault."""
        if not attributes.keys() <= KNOWN:
            if not attributes.keys() <= _READ_PAST:
                detail = "An attribute is none of the envelope's; only listed attributes may be sent."
                faults.append(Fault("ATTRIBUTE_UNKNOWN", "", detail))
            attributes = {name: value for name, value in attributes.items() if name in KNOWN}
        faults.extend(
            Fault("ATTRIBUTE_MISSING", f"/{name}", f"The attribute `{name}` is required.")
            for name in REQUIRED
            if attributes.get(name) is None
        )
        for name, value in attributes.items():
            if type(value) is not str and value is not None:
                faults.append(Fault("ATTRIBUTE_INVALID", f"/{name}", f"The attribute `{name}` must be a string."))
                attributes = {**attributes, name: None}
        kind = self._kind(*map(attributes.get, _OF_KIND))
        faults.extend(kind.faults)
        return AttributesRead(
            kind,
            _opaque("id", attributes.get("id"), faults),
            _opaque("subject", attributes.get("subject"), faults),
            _time(attributes.get("time"), faults),
            _opaque("correlationid", attributes.get("correlationid"), faults),
            _opaque("causationid", attributes.get("causationid"), faults),
        )

    def _read_kind(
        self,
        specversion: str | None,
        source: str | None,
        event_type: str | None,
        confidentiality: str | None,
        dataschema: str | None,
    ) -> _Kind:
        faults: list[Fault] = []
        if specversion is not None and specversion != "1.0":
            faults.append(Fault("SPECVERSION_UNSUPPORTED", "/specversion", "The hub speaks CloudEvents 1.0."))
        known_source = _source(source, faults)
        known_type = _type(event_type, faults)
        level = None if confidentiality is None else _LEVELS.get(confidentiality)
        if confidentiality is not None and level is None:
            faults.append(Fault("ATTRIBUTE_INVALID", "/confidentiality", "`confidentiality` is one of C0, C1, C2, C3."))
        schema = None if known_type is None else self._schema(known_type, dataschema, faults)
        return _Kind(known_source, known_type, level, dataschema, schema, tuple(faults))

    def _schema(self, event_type: str, dataschema: str | None, faults: list[Fault]) -> PublishedSchema | None:
        if dataschema is None:
            return self._catalogue.latest(event_type)
        match = _DATASCHEMA.fullmatch(dataschema)
        if match is not None and match[1] == event_type:
            for schema in self._catalogue.versions(event_type):
                if schema.version == int(match[2]):
                    return schema
        detail = "`dataschema` must name the event's type and a published version: urn:hub:schema:notice.published:1."
        faults.append(Fault("DATASCHEMA_INVALID", "/dataschema", detail))
        return None


def _opaque(name: str, value: str | None, faults: list[Fault]) -> str | None:
    if value is None or _OPAQUE.fullmatch(value):
        return value
    detail = f"`{name}` must be an opaque reference: 1 to 128 characters among letters, digits and . _ : ~ + = -"
    faults.append(Fault("ATTRIBUTE_INVALID", f"/{name}", detail))
    return None


def _source(value: str | None, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    try:
        parse_source(value)
    except SourceInvalid as error:
        faults.append(Fault("SOURCE_INVALID", "/source", f"{error}."))
        return None
    return value


def _type(value: str | None, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    row = EVENT_TYPES.get(value)
    if row is None:
        detail = "This is no event type of the contract; docs/reference/events.md lists them."
        faults.append(Fault("TYPE_UNKNOWN", "/type", detail))
        return None
    if row.kind is Kind.EMITTED:
        faults.append(Fault("TYPE_NOT_ACCEPTED", "/type", "Events of this type are emitted by the hub alone."))
        return None
    return value


def _time(value: str | None, faults: list[Fault]) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_time(value)
    except ValueError:
        detail = "`time` must be RFC 3339 with an offset, for example 2024-10-01T09:00:00+02:00."
        faults.append(Fault("TIME_INVALID", "/time", detail))
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        faults.append(Fault("TIME_OUT_OF_RANGE", "/time", f"`time` must lie between {FIRST_YEAR} and {LAST_YEAR}."))
        return None
    return moment
