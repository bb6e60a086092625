"""An event's data in JSON, to the datum that Avro writes and back; every fault is found, not only the first.

In JSON a calendar date is "YYYY-MM-DD", an enum its symbol, bytes are base64 (RFC 4648). The walk along the schema is
compiled once per schema into closures.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from hub.wire.constraints import Check, number_check, text_check
from hub.wire.faults import Fault
from hub.wire.schemas import PublishedSchema

MAX_FAULTS = 100  # an event may hold a fault per byte; nobody reads more than this

Convert = Callable[[Any, str, list[Fault]], Any]
Revert = Callable[[Any], Any]

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_ABSENT = object()


def datum_from_json(schema: PublishedSchema, data: Any) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Check an event's JSON data and turn it into a datum in the schema's shape.

    Pointers are relative to the event (`/data/...`). Codes: FIELD_MISSING, FIELD_UNKNOWN, TYPE_MISMATCH, SYMBOL_UNKNOWN
    (UNKNOWN included: no producer sends it), DATE_INVALID, TIME_INVALID, NUMBER_OUT_OF_RANGE, TEXT_INVALID,
    BASE64_INVALID. An absent field is null where the schema allows null. At most `MAX_FAULTS` faults are kept; with any
    fault the datum is not to be used.
    """
    faults: list[Fault] = []
    datum = _converter(schema)(data, "/data", faults)
    return (datum if isinstance(datum, dict) else {}), tuple(faults)


def json_from_datum(schema: PublishedSchema, datum: dict[str, Any]) -> dict[str, Any]:
    """Turn a datum of the schema's shape into JSON-ready data, fields in the order of the schema, nulls included."""
    data: dict[str, Any] = _reverter(schema)(datum)
    return data


@cache
def _converter(schema: PublishedSchema) -> Convert:
    return _convert_of(schema.parsed, {}, schema.parsed["__named_schemas"])


def _convert_of(node: Any, field: dict[str, Any], named: dict[str, Any]) -> Convert:
    """Compile the check and conversion of one schema node; `field` holds the attributes of the field around it."""
    if isinstance(node, list):
        return _nullable(_convert_of(_other_branch(node), field, named))
    if isinstance(node, str) and node in named:
        node = named[node]
    kind = node["type"] if isinstance(node, dict) else node
    if kind == "record":
        return _record(node, named)
    if kind == "array":
        return _array(_convert_of(node["items"], {}, named))
    if kind == "enum":
        return _enum(node)
    if kind == "string":
        return _string(text_check(field.get("format")))
    if kind == "int" and isinstance(node, dict) and node.get("logicalType") == "date":
        return _date
    if kind in ("int", "long", "double"):
        return _number(kind, number_check(kind, field.get("minimum"), field.get("maximum")))
    return {"boolean": _boolean, "bytes": _bytes}[kind]


def _other_branch(union: list[Any]) -> Any:
    return next(branch for branch in union if branch != "null")


def _report(faults: list[Fault], code: str, pointer: str, detail: str) -> None:
    if len(faults) < MAX_FAULTS:
        faults.append(Fault(code, pointer, detail))


def _record(node: dict[str, Any], named: dict[str, Any]) -> Convert:
    fields = tuple(
        (f["name"], f"/{f['name']}", isinstance(f["type"], list), _convert_of(f["type"], f, named))
        for f in node["fields"]
    )
    names = frozenset(name for name, *_ in fields)
    listed = ", ".join(name for name, *_ in fields)

    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        if not isinstance(value, dict):
            _report(faults, "TYPE_MISMATCH", pointer, f"The field must be an object with the fields {listed}.")
            return None
        datum: dict[str, Any] = {}
        for name, suffix, nullable, inner in fields:
            given = value.get(name, _ABSENT)
            if given is _ABSENT or given is None:
                datum[name] = None
                if not nullable:
                    _report(faults, "FIELD_MISSING", pointer + suffix, "The field is required.")
            else:
                datum[name] = inner(given, pointer + suffix, faults)
        for name in value.keys() - names if len(value) > len(fields) or not names.issuperset(value) else ():
            # A name that cannot be a field's may be anything, even a person's: it is not repeated.
            known = isinstance(name, str) and _FIELD_NAME.fullmatch(name)
            where = f"{pointer}/{name}" if known else pointer
            _report(faults, "FIELD_UNKNOWN", where, f"The field is not listed here; the fields are {listed}.")
        return datum

    return convert


def _array(inner: Convert) -> Convert:
    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        if not isinstance(value, list):
            return _report(faults, "TYPE_MISMATCH", pointer, "The field must be an array.")
        return [inner(item, f"{pointer}/{position}", faults) for position, item in enumerate(value)]

    return convert


def _nullable(inner: Convert) -> Convert:
    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        return None if value is None else inner(value, pointer, faults)

    return convert


def _enum(node: dict[str, Any]) -> Convert:
    allowed = frozenset(node["symbols"]) - {node.get("default")}
    listed = ", ".join(symbol for symbol in node["symbols"] if symbol in allowed)

    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        if not isinstance(value, str):
            return _report(faults, "TYPE_MISMATCH", pointer, f"The field must be one of the texts {listed}.")
        if value not in allowed:
            return _report(faults, "SYMBOL_UNKNOWN", pointer, f"The field must be one of {listed}.")
        return value

    return convert


def _string(check: Check) -> Convert:
    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        if not isinstance(value, str):
            return _report(faults, "TYPE_MISMATCH", pointer, "The field must be a text.")
        if problem := check(value):
            return _report(faults, problem[0], pointer, f"The field {problem[1]}")
        if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
            return _report(
                faults, "TEXT_INVALID", pointer, "The field holds half of a surrogate pair: no Unicode text."
            )
        return value

    return convert


def _number(kind: str, check: Check) -> Convert:
    accepted: Any = (int, float) if kind == "double" else int
    expected = "a number" if kind == "double" else "a whole number"

    def convert(value: Any, pointer: str, faults: list[Fault]) -> Any:
        if isinstance(value, bool) or not isinstance(value, accepted):
            return _report(faults, "TYPE_MISMATCH", pointer, f"The field must be {expected}.")
        if problem := check(value):
            return _report(faults, problem[0], pointer, f"The field {problem[1]}")
        try:
            return float(value) if kind == "double" else value
        except OverflowError:
            return _report(faults, "NUMBER_OUT_OF_RANGE", pointer, "The field is larger than any measure.")

    return convert


def _boolean(value: Any, pointer: str, faults: list[Fault]) -> Any:
    if not isinstance(value, bool):
        return _report(faults, "TYPE_MISMATCH", pointer, "The field must be true or false.")
    return value


def _date(value: Any, pointer: str, faults: list[Fault]) -> Any:
    if not isinstance(value, str):
        return _report(faults, "TYPE_MISMATCH", pointer, "The field must be a text, YYYY-MM-DD.")
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    return _report(faults, "DATE_INVALID", pointer, "The field must be an existing day, YYYY-MM-DD.")


def _bytes(value: Any, pointer: str, faults: list[Fault]) -> Any:
    if not isinstance(value, str):
        return _report(faults, "TYPE_MISMATCH", pointer, "The field must be a text, base64.")
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return _report(faults, "BASE64_INVALID", pointer, "The field must be base64 (RFC 4648).")


@cache
def _reverter(schema: PublishedSchema) -> Revert:
    return _revert_of(schema.parsed, schema.parsed["__named_schemas"]) or dict


def _revert_of(node: Any, named: dict[str, Any]) -> Revert | None:
    """Compile the way back of one schema node; None where the value is its own JSON."""
    if isinstance(node, list):
        inner = _revert_of(_other_branch(node), named)
        return inner and (lambda value: None if value is None else inner(value))
    if isinstance(node, str) and node in named:
        node = named[node]
    kind = node["type"] if isinstance(node, dict) else node
    if kind == "record":
        fields = tuple((f["name"], _revert_of(f["type"], named)) for f in node["fields"])
        return lambda record: {name: inner(record[name]) if inner else record[name] for name, inner in fields}
    if kind == "array":
        item = _revert_of(node["items"], named)
        return list if item is None else lambda items: [item(each) for each in items]
    if kind == "int" and isinstance(node, dict) and node.get("logicalType") == "date":
        return date.isoformat
    return _base64 if kind == "bytes" else None


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
