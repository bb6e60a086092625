"""The records of hub.decisions: one for every accepted event, its bytes as received beside the decision.

The router writes one for each event that it accepts, so this is its hot path. An Avro record is its fields one after
the other: what many events share (the answer of the rules with its recipients and explanations, names of sources and
types) is encoded once, and a record is the concatenation of its parts.
"""

from typing import Any, Final
from zlib import crc32

from hub.domain.events import Envelope
from hub.domain.routing.decision import Answer, Decision
from hub.domain.rules.catalogue import RULES_VERSION
from hub.errors import HubError
from hub.wire.answer_writer import ANSWER_FIELDS, AnswerWriter
from hub.wire.avro import decode
from hub.wire.avro_parts import NULL, PRESENT, avro_long, avro_string, remembering
from hub.wire.cloudevents import dataschema_of
from hub.wire.schemas import Catalogue, PublishedSchema

TYPE: Final = "hub.decision"
WRITTEN_VERSION: Final = 1
URGENT: Final = ("lane", b"urgencies")
"""Header of an urgency's record, so that whoever reads the topic may take it before all others without decoding any."""

_FIELDS: Final = (
    "envelope",
    "origin",
    "event",
    "directory_revision",
    "calendar_revision",
    "rules_version",
    "decided_at",
    "decision",
)
_ENVELOPE: Final = (
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "dataschema",
    "correlationid",
    "causationid",
    "confidentiality",
)
_ORIGIN: Final = ("topic", "partition", "offset", "timestamp_ms")
_OWN_OF_DECIDED: Final = ("event_id", "event_type", "as_of", "rules_version")
_CACHED_AT_MOST: Final = 1024


class SchemaMoved(HubError):
    """The schema of hub.decision no longer has the fields that this version writes, in their order."""


class DecisionWriter:
    """Writes framed `hub.decision` values. Not safe for use from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        schema = catalogue.schema(TYPE, WRITTEN_VERSION)
        fields = _field_types(schema.document, _FIELDS)
        envelope = _field_types(fields["envelope"], _ENVELOPE)
        _field_types(fields["origin"], _ORIGIN)
        levels = envelope["confidentiality"]["symbols"]
        decided = fields["decision"][1]
        _check_order(tuple(f["name"] for f in decided["fields"][: len(_OWN_OF_DECIDED)]), _OWN_OF_DECIDED)
        of_answer = decided["fields"][len(_OWN_OF_DECIDED) :]
        _check_order(tuple(field["name"] for field in of_answer), ANSWER_FIELDS)
        self._answer_writer = AnswerWriter(of_answer)
        self._start = schema.prefix + avro_string("1.0")
        self._rules = avro_string(RULES_VERSION)
        self._levels = {level: avro_long(index) for index, level in enumerate(levels)}
        self._name = remembering(avro_string)
        self._schemas: dict[int, bytes] = {}
        self._answers: dict[int, tuple[Answer, bytes]] = {}

    def write(
        self,
        envelope: Envelope,
        schema: PublishedSchema,
        origin: tuple[str, int, int, int],
        event: bytes,
        revisions: tuple[int, int],
        decided_at: str,
        decision: Decision | None,
    ) -> bytes:
        """The framed value for one accepted event.

        `origin` is topic, partition, offset and timestamp (in milliseconds since 1970-01-01T00:00:00Z);
        `event` is its framed data as received, empty for a deletion; `revisions` are those of directory and calendar;
        `decided_at` is RFC 3339 with offset; `decision` is None for a type that is not routed.
        """
        dataschema = self._schemas.get(schema.id)
        if dataschema is None:
            dataschema = self._schemas[schema.id] = PRESENT + avro_string(dataschema_of(schema))
        topic, partition, offset, timestamp_ms = origin
        event_id, moment, subject = (
            avro_string(envelope.id),
            avro_string(envelope.time.isoformat()),
            avro_string(envelope.subject),
        )
        name = self._name
        event_type = name(envelope.type)
        correlation = envelope.correlationid
        causation = envelope.causationid
        parts = [
            self._start,
            event_id,
            name(envelope.source),
            event_type,
            moment,
            subject,
            dataschema,
            subject if correlation == envelope.subject else avro_string(correlation),
            NULL if causation is None else PRESENT + avro_string(causation),
            self._levels[envelope.confidentiality],
            name(topic),
            avro_long(partition),
            avro_long(offset),
            avro_long(timestamp_ms),
            avro_long(len(event)),
            event,
            avro_long(revisions[0]),
            avro_long(revisions[1]),
            self._rules,
            name(decided_at),
        ]
        if decision is None:
            parts.append(NULL)
        else:
            as_of = moment if decision.as_of is envelope.time else avro_string(decision.as_of.isoformat())
            parts += (
                PRESENT,
                event_id,
                event_type,
                as_of,
                name(decision.rules_version),
                self._answer(decision.answer),
            )
        return b"".join(parts)

    def _answer(self, answer: Answer) -> bytes:
        """The Avro of an answer, by identity: the rules hand out the same one as long as the directory stands still."""
        known = self._answers.get(id(answer))
        if known is not None:
            return known[1]
        written = self._answer_writer.write(answer)
        if len(self._answers) >= _CACHED_AT_MOST:
            self._answers.clear()
        self._answers[id(answer)] = (answer, written)  # holding the answer keeps its id its own
        return written


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of hub.decisions that holds the records of a key: nobody else but the router writes there.

    By the key's CRC-32, as in librdkafka's `consistent` partitioner.
    """
    return crc32(key) % partitions


def read_decision(catalogue: Catalogue, value: bytes) -> dict[str, Any]:
    """Read a value of hub.decisions: the fields of `hub.decision` as plain data. Raises WireFault."""
    schema, datum = decode(catalogue, value)
    if schema.type != TYPE:
        message = "This record of hub.decisions is none of the router's."
        raise HubError(message, "Only the router may write to hub.decisions; check the topic's ACL.")
    return datum


def _field_types(record: Any, names: tuple[str, ...]) -> dict[str, Any]:
    _check_order(tuple(field["name"] for field in record["fields"]), names)
    return {field["name"]: field["type"] for field in record["fields"]}


def _check_order(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    if found != expected:
        message = f"hub.decision {WRITTEN_VERSION} has the fields {', '.join(found)}; expected {', '.join(expected)}."
        raise SchemaMoved(message, "A published version never changes: restore schemas/hub.decision.")
