"""The Avro of an answer, put together from parts that many answers share and that are encoded once each."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from fastavro import parse_schema, schemaless_writer

from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.wire.avro_parts import NULL, PRESENT, avro_long, avro_string, remembering

_KEPT_AT_MOST: Final = 4096
_LISTS: Final = ("rejections", "missing", "suggestions", "warnings", "flags")
_ENDS: Final = ("instruction", "keyword", "lead_days")
_NONE: Final = avro_long(0)
ANSWER_FIELDS: Final = ("outcome", "routings", *_LISTS, *_ENDS, "explanation")
"""The fields of an answer in the order of the schema."""


class AnswerWriter:
    """Writes the fields of an answer one after the other. Not safe for use from several threads."""

    def __init__(self, fields: Sequence[dict[str, Any]]) -> None:
        """Take the fields of the answer (ANSWER_FIELDS), as the schema has them in full."""
        self._schemas = _whole_schemas(fields)
        self._string = remembering(avro_string)
        self._parts: dict[object, bytes] = {}

    def write(self, answer: Answer) -> bytes:
        """The Avro binary of the answer's fields."""
        routings = answer.routings
        written = [self._part("outcome", answer.outcome.value)]
        if routings:
            written.append(avro_long(len(routings)))
            written += map(self._routing, routings)
        written.append(_NONE)
        for name in _LISTS:
            codes = getattr(answer, name)
            written.append(self._part(name, codes) if codes else _NONE)
        written.append(self._part("instruction", answer.instruction))
        written.append(self._part("keyword", answer.keyword))
        written.append(NULL if answer.lead_days is None else PRESENT + avro_long(answer.lead_days))
        if answer.explanation:
            written.append(avro_long(len(answer.explanation)))
            written += map(self._step, answer.explanation)
        written.append(_NONE)
        return b"".join(written)

    def _routing(self, routing: Routing) -> bytes:
        place = (routing.service, routing.role, routing.channel, routing.purpose, routing.urgency)
        known = self._parts.get(place)
        if known is None:
            known = self._keep(place, b"".join(self._encode(type(symbol).__name__, symbol) for symbol in place))
        string = self._string
        cdas, rules, recipients = routing.cdas, routing.rules, routing.recipients
        return b"".join(
            (
                known,
                NULL if cdas is None else PRESENT + string(cdas),
                self._part("flags", rules),
                *((avro_long(len(recipients)), *map(string, recipients)) if recipients else ()),
                _NONE,
            )
        )

    def _step(self, step: Explanation) -> bytes:
        known = self._parts.get(step)
        if known is None:
            known = self._keep(step, self._encode("ExplanationStep", step.data))
        return known

    def _part(self, name: str, value: Any) -> bytes:
        key = (name, value)
        known = self._parts.get(key)
        if known is None:
            plain = list(value) if isinstance(value, tuple) else value
            known = self._keep(key, self._encode(name, plain))
        return known

    def _keep(self, key: object, encoded: bytes) -> bytes:
        if len(self._parts) >= _KEPT_AT_MOST:
            self._parts.clear()
        self._parts[key] = encoded
        return encoded

    def _encode(self, name: str, value: Any) -> bytes:
        stream = BytesIO()
        schemaless_writer(stream, self._schemas[name], value)
        return stream.getvalue()


def _whole_schemas(fields: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A schema of its own for each part: fields by name, records and enums of the routings by their short names."""
    types = {field["name"]: field["type"] for field in fields}
    routing, step = types["routings"]["items"], types["explanation"]["items"]
    named = {
        field["type"]["name"]: field["type"]
        for field in routing["fields"]
        if isinstance(field["type"], dict) and field["type"]["type"] == "enum"
    }
    parts = {name: types[name] for name in ("outcome", *_LISTS, "instruction", "keyword")}
    return {name: parse_schema(schema) for name, schema in (parts | named | {"ExplanationStep": step}).items()}
