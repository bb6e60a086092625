"""What a value must satisfy beyond its Avro type: clean text, times with an offset, numbers inside their bounds.

A field of a schema says it with the attributes `format` (date-time, local-time, text), `minimum` and `maximum`. They
hold for JSON and for Avro alike: `datum_from_json` checks them on the way in, `datum_faults` after a decode.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from hub.wire.faults import Fault
from hub.wire.schemas import PublishedSchema

Check = Callable[[Any], tuple[str, str] | None]
Visit = Callable[[Any, str, list[Fault]], None]

_BOUNDS = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LOCAL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

_TEXT_INVALID = ("TEXT_INVALID", "must be one line of text without control characters.")
_LONG_TEXT_INVALID = ("TEXT_INVALID", "must be text without control characters other than line breaks and tabs.")
_TIME_INVALID = ("TIME_INVALID", "must be an existing instant in RFC 3339 with an offset: 2026-03-10T10:00:00+01:00.")
_LOCAL_TIME_INVALID = ("TIME_INVALID", "must be a time of day, hh:mm, from 00:00 to 23:59.")


def parse_time(text: str) -> datetime:
    """Read an instant in RFC 3339 (section 5.6): aware, to the microsecond. Raises ValueError when it is none."""
    if not _RFC3339.fullmatch(text):
        msg = "not RFC 3339 with an offset"
        raise ValueError(msg)
    moment = datetime.fromisoformat(text.upper())
    moment.timestamp()
    return moment


def text_check(text_format: str | None) -> Check:
    """Build the check of a string field with this `format` attribute."""
    return {"date-time": _instant, "local-time": _time_of_day, "text": _long_text}.get(text_format or "", _line)


def number_check(avro_type: str, minimum: float | None, maximum: float | None) -> Check:
    """Build the check of an int, long or double field with these `minimum` and `maximum` attributes, both included."""
    lowest, highest = _BOUNDS.get(avro_type, (float("-inf"), float("inf")))
    low = lowest if minimum is None else minimum
    high = highest if maximum is None else maximum
    finite = avro_type in _BOUNDS
    allowed = f"from {low} to {high}" if finite or high != float("inf") else f"finite and at least {low}"
    problem = ("NUMBER_OUT_OF_RANGE", f"must be {allowed}.")

    def check(number: float) -> tuple[str, str] | None:
        # The comparison is false for NaN; an infinite double is no measure of anything.
        inside = low <= number <= high and (finite or abs(number) != float("inf"))
        return None if inside else problem

    return check


def datum_faults(schema: PublishedSchema, datum: dict[str, Any]) -> tuple[Fault, ...]:
    """Find every fault of a decoded datum against the constraints of the schema it has the shape of.

    For data that came as Avro; what `datum_from_json` returned without faults has none.
    """
    visit = _visitor(schema)
    if visit is None:
        return ()
    faults: list[Fault] = []
    visit(datum, "/data", faults)
    return tuple(faults)


@cache
def _visitor(schema: PublishedSchema) -> Visit | None:
    return _visit_of(schema.parsed, {}, schema.parsed["__named_schemas"])


def _visit_of(node: Any, field: dict[str, Any], named: dict[str, Any]) -> Visit | None:
    """Compile the visit of one schema node; None where there is nothing to check below it."""
    if isinstance(node, list):
        return _visit_nullable(next(branch for branch in node if branch != "null"), field, named)
    if isinstance(node, str) and node in named:
        node = named[node]
    kind = node["type"] if isinstance(node, dict) else node
    if kind == "record":
        return _visit_record(node, named)
    if kind == "array":
        return _visit_array(node, named)
    if kind == "string":
        return _visit_leaf(text_check(field.get("format")))
    if kind in ("int", "long", "double") and not (isinstance(node, dict) and "logicalType" in node):
        return _visit_leaf(number_check(kind, field.get("minimum"), field.get("maximum")))
    return None


def _visit_leaf(check: Check) -> Visit:
    def visit(value: Any, pointer: str, faults: list[Fault]) -> None:
        if problem := check(value):
            faults.append(Fault(problem[0], pointer, f"The field {problem[1]}"))

    return visit


def _visit_nullable(node: Any, field: dict[str, Any], named: dict[str, Any]) -> Visit | None:
    inner = _visit_of(node, field, named)
    if inner is None:
        return None

    def visit(value: Any, pointer: str, faults: list[Fault]) -> None:
        if value is not None:
            inner(value, pointer, faults)

    return visit


def _visit_array(node: dict[str, Any], named: dict[str, Any]) -> Visit | None:
    inner = _visit_of(node["items"], {}, named)
    if inner is None:
        return None

    def visit(items: list[Any], pointer: str, faults: list[Fault]) -> None:
        for position, item in enumerate(items):
            inner(item, f"{pointer}/{position}", faults)

    return visit


def _visit_record(node: dict[str, Any], named: dict[str, Any]) -> Visit | None:
    compiled = ((field["name"], _visit_of(field["type"], field, named)) for field in node["fields"])
    visits = tuple((name, f"/{name}", visit) for name, visit in compiled if visit is not None)
    if not visits:
        return None

    def visit_record(record: dict[str, Any], pointer: str, faults: list[Fault]) -> None:
        for name, suffix, visit in visits:
            visit(record[name], pointer + suffix, faults)

    return visit_record


def _line(text: str) -> tuple[str, str] | None:
    return None if text.isprintable() or not _CONTROL.search(text) else _TEXT_INVALID


def _long_text(text: str) -> tuple[str, str] | None:
    return None if text.isprintable() or not _CONTROL_IN_TEXT.search(text) else _LONG_TEXT_INVALID


def _instant(text: str) -> tuple[str, str] | None:
    try:
        parse_time(text)
    except (ValueError, OverflowError):
        return _TIME_INVALID
    return None


def _time_of_day(text: str) -> tuple[str, str] | None:
    return None if _LOCAL_TIME.fullmatch(text) else _LOCAL_TIME_INVALID
