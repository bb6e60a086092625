"""JSON data against its schema: every fault with its place, and never a word of what the sender wrote."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.paths import schemas_root
from hub.wire.avro import decode
from hub.wire.constraints import datum_faults
from hub.wire.json_data import MAX_FAULTS, datum_from_json, json_from_datum
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
CANARY = "Quiberon-Martin-0612345678"
EXAMPLES = {f"{p.parent.name}-{p.stem}": p for p in sorted(schemas_root().glob("*/*.json"))}


def example(type_: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((schemas_root() / type_ / f"1.{name}.json").read_text(encoding="utf-8"))["data"]
    return data


NOTICE = example("notice.published", "housing-fund-transferred")
URGENCY = example("benefit_urgency.reported", "rsa-interrupted")
TRAINING = example("training.held", "cdap-workshop")
LINE_HOURS = example("calendar.changed", "line-hours")
HEARTBEAT = example("heartbeat.sent", "first")
REJECT = example("hub.reject", "not-framed")
HANDLED = example("benefit_urgency.handled", "payment-restored")
STATUS = example("delivery.status_changed", "accepted-by-mail")

CASES: dict[str, tuple[str, Any, str, str]] = {
    "no-object": ("notice.published", [CANARY], "TYPE_MISMATCH", "/data"),
    "null-data": ("notice.published", None, "TYPE_MISMATCH", "/data"),
    "field-not-listed": ("notice.published", NOTICE | {"author": CANARY}, "FIELD_UNKNOWN", "/data/author"),
    "odd-field-name": ("notice.published", NOTICE | {f"{CANARY} ~/": 1}, "FIELD_UNKNOWN", "/data"),
    "required-null": ("notice.published", NOTICE | {"title": None}, "FIELD_MISSING", "/data/title"),
    "symbol-not-listed": ("notice.published", NOTICE | {"issuer": CANARY}, "SYMBOL_UNKNOWN", "/data/issuer"),
    "unknown-is-never-sent": ("notice.published", NOTICE | {"code": "UNKNOWN"}, "SYMBOL_UNKNOWN", "/data/code"),
    "symbol-not-a-text": ("notice.published", NOTICE | {"code": 4}, "TYPE_MISMATCH", "/data/code"),
    "no-array": ("notice.published", NOTICE | {"epci": CANARY}, "TYPE_MISMATCH", "/data/epci"),
    "null-in-array": ("notice.published", NOTICE | {"epci": ["243500139", None]}, "TYPE_MISMATCH", "/data/epci/1"),
    "text-for-boolean": ("notice.published", NOTICE | {"significant": "true"}, "TYPE_MISMATCH", "/data/significant"),
    "boolean-for-int": ("notice.published", NOTICE | {"version": True}, "TYPE_MISMATCH", "/data/version"),
    "decimal-for-int": ("notice.published", NOTICE | {"version": 1.0}, "TYPE_MISMATCH", "/data/version"),
    "int-below": ("notice.published", NOTICE | {"version": 0}, "NUMBER_OUT_OF_RANGE", "/data/version"),
    "int-above-32-bits": ("notice.published", NOTICE | {"version": 2**31}, "NUMBER_OUT_OF_RANGE", "/data/version"),
    "long-above-64-bits": ("heartbeat.sent", HEARTBEAT | {"sequence": 2**63}, "NUMBER_OUT_OF_RANGE", "/data/sequence"),
    "not-a-number": (
        "benefit_urgency.handled",
        HANDLED | {"delay_hours": float("nan")},
        "NUMBER_OUT_OF_RANGE",
        "/data/delay_hours",
    ),
    "larger-than-a-double": (
        "benefit_urgency.handled",
        HANDLED | {"delay_hours": 10**400},
        "NUMBER_OUT_OF_RANGE",
        "/data/delay_hours",
    ),
    "no-such-day": ("notice.published", NOTICE | {"effective_on": "2026-02-30"}, "DATE_INVALID", "/data/effective_on"),
    "year-0": ("notice.published", NOTICE | {"effective_on": "0000-01-01"}, "DATE_INVALID", "/data/effective_on"),
    "compact-day": ("notice.published", NOTICE | {"effective_on": "20260230"}, "DATE_INVALID", "/data/effective_on"),
    "instant-for-day": (
        "notice.published",
        NOTICE | {"effective_on": "2026-03-01T00:00:00Z"},
        "DATE_INVALID",
        "/data/effective_on",
    ),
    "number-for-day": ("notice.published", NOTICE | {"effective_on": 20000}, "TYPE_MISMATCH", "/data/effective_on"),
    "two-lines-in-a-title": ("notice.published", NOTICE | {"title": "Une\r\nBcc: x"}, "TEXT_INVALID", "/data/title"),
    "nul-in-a-summary": ("notice.published", NOTICE | {"summary": "a\x00b"}, "TEXT_INVALID", "/data/summary"),
    "half-a-surrogate-pair": ("notice.published", NOTICE | {"title": "\ud83d"}, "TEXT_INVALID", "/data/title"),
    "time-without-offset": (
        "delivery.status_changed",
        STATUS | {"at": "2026-03-10T10:00:00"},
        "TIME_INVALID",
        "/data/at",
    ),
    "hour-25": (
        "calendar.changed",
        LINE_HOURS | {"hours": [{"weekday": 1, "opens": "25:00", "closes": "26:00"}]},
        "TIME_INVALID",
        "/data/hours/0/opens",
    ),
    "weekday-8": (
        "calendar.changed",
        LINE_HOURS | {"hours": [{"weekday": 8, "opens": "09:00", "closes": "12:00"}]},
        "NUMBER_OUT_OF_RANGE",
        "/data/hours/0/weekday",
    ),
    "benefit-required-in-urgency": (
        "benefit_urgency.reported",
        {name: value for name, value in URGENCY.items() if name != "benefit"},
        "FIELD_MISSING",
        "/data/benefit",
    ),
    "nested-field-not-listed": (
        "benefit_urgency.reported",
        URGENCY | {"household": URGENCY["household"] | {"name": CANARY}},
        "FIELD_UNKNOWN",
        "/data/household/name",
    ),
    "no-base64": ("hub.reject", REJECT | {"value": "é"}, "BASE64_INVALID", "/data/value"),
}


@pytest.mark.parametrize(("type_", "data", "code", "pointer"), CASES.values(), ids=CASES)
def test_a_fault_has_its_code_and_place_and_does_not_repeat_the_value(
    type_: str, data: Any, code: str, pointer: str
) -> None:
    _, faults = datum_from_json(CATALOGUE.latest(type_), data)
    assert (code, pointer) in [(fault.code, fault.pointer) for fault in faults]
    assert not [fault for fault in faults if CANARY in fault.detail + fault.pointer]


def test_all_faults_are_reported_together() -> None:
    data = {**NOTICE, "issuer": "MSA", "version": 0, "author": "x", "effective_on": "demain"}
    del data["summary"]
    _, faults = datum_from_json(CATALOGUE.latest("notice.published"), data)
    assert {
        ("SYMBOL_UNKNOWN", "/data/issuer"),
        ("NUMBER_OUT_OF_RANGE", "/data/version"),
        ("FIELD_UNKNOWN", "/data/author"),
        ("DATE_INVALID", "/data/effective_on"),
        ("FIELD_MISSING", "/data/summary"),
    } == {(fault.code, fault.pointer) for fault in faults}


def test_an_event_full_of_faults_is_answered_with_a_bounded_list() -> None:
    _, faults = datum_from_json(CATALOGUE.latest("notice.published"), NOTICE | {"epci": [1] * 10_000})
    assert len(faults) == MAX_FAULTS


def test_an_absent_field_is_null_where_null_is_allowed() -> None:
    data = {name: value for name, value in TRAINING.items() if value is not None}
    datum, faults = datum_from_json(CATALOGUE.latest("training.held"), data)
    assert ((), None, None) == (faults, datum["site"], datum["corrects"])


def test_a_day_becomes_a_date() -> None:
    datum, _ = datum_from_json(CATALOGUE.latest("notice.published"), NOTICE)
    assert date(2024, 12, 1) == datum["effective_on"]


@pytest.mark.parametrize("path", EXAMPLES.values(), ids=EXAMPLES)
def test_golden_bytes_give_the_json_of_their_example(path: Any) -> None:
    schema, datum = decode(CATALOGUE, path.with_suffix(".golden").read_bytes())
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    assert datum_from_json(schema, data) == datum_from_json(schema, json_from_datum(schema, datum))
    assert datum_faults(schema, datum) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
)


@settings(deadline=None)
@given(data=st.data())
def test_any_json_is_answered_and_never_raises(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(EXAMPLES.values())))
    content = json.loads(path.read_text(encoding="utf-8"))["data"]
    broken = content | {data.draw(st.sampled_from(sorted(content))): data.draw(JSON)}
    datum, faults = datum_from_json(CATALOGUE.latest(path.parent.name), broken)
    assert faults or json_from_datum(CATALOGUE.latest(path.parent.name), datum)


DECODED: dict[str, tuple[dict[str, Any], str, str]] = {
    "version-zero": ({"version": 0}, "NUMBER_OUT_OF_RANGE", "/data/version"),
    "version-above-32-bits": ({"version": 2**40}, "NUMBER_OUT_OF_RANGE", "/data/version"),
    "nul-in-a-commune": ({"communes": ["35360", "35\x00"]}, "TEXT_INVALID", "/data/communes/1"),
    "two-lines-in-a-title": ({"title": "a\nb"}, "TEXT_INVALID", "/data/title"),
}


@pytest.mark.parametrize(("change", "code", "pointer"), DECODED.values(), ids=DECODED)
def test_what_came_as_avro_meets_the_same_constraints(change: dict[str, Any], code: str, pointer: str) -> None:
    schema = CATALOGUE.latest("notice.published")
    datum, _ = datum_from_json(schema, NOTICE)
    assert [(code, pointer)] == [(fault.code, fault.pointer) for fault in datum_faults(schema, datum | change)]


def test_a_summary_may_have_paragraphs() -> None:
    _, faults = datum_from_json(CATALOGUE.latest("notice.published"), NOTICE | {"summary": "Un.\n\nDeux\u00a0: trois."})
    assert faults == ()
