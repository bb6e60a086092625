"""Framed Avro: what is written is read again, what is damaged is named, and nothing else ever comes out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.paths import schemas_root
from hub.wire.avro import decode, encode
from hub.wire.faults import WireFault
from hub.wire.schemas import PublishedSchema, UnknownSchema, load_catalogue

CATALOGUE = load_catalogue()
NOTICE = CATALOGUE.latest("notice.published")
GOLDEN = sorted(schemas_root().glob("*/*.golden"))
SCHEMAS = sorted(CATALOGUE, key=lambda schema: (schema.type, schema.version))
NOTICE_DATA: dict[str, Any] = {
    "notice": "N-1",
    "version": 1,
    "issuer": "CAF",
    "nature": "LEGISLATION",
    "code": "L1",
    "impacts": ["RIGHTS_OPENED"],
    "significant": True,
    "title": "Un droit",
    "summary": "Ce qui change",
    "benefits": [],
    "published_on": date(2026, 3, 2),
    "effective_on": date(2026, 4, 1),
    "communes": [],
    "epci": [],
}


def data_of(node: Any, named: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any datum that the schema allows, UNKNOWN included."""
    if isinstance(node, list):
        return st.one_of(*(data_of(branch, named) for branch in node))
    if isinstance(node, str) and node in named:
        node = named[node]
    kind = node["type"] if isinstance(node, dict) else node
    if kind == "record":
        return st.fixed_dictionaries({f["name"]: data_of(f["type"], named) for f in node["fields"]})
    if kind == "array":
        return st.lists(data_of(node["items"], named), max_size=3)
    if kind == "enum":
        return st.sampled_from(node["symbols"])
    if isinstance(node, dict) and node.get("logicalType") == "date":
        return st.dates()
    leaves: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "string": st.text(),
        "bytes": st.binary(),
        "boolean": st.booleans(),
        "int": st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "double": st.floats(allow_nan=False),
    }
    return leaves[kind]


def fault_of(value: bytes) -> WireFault:
    with pytest.raises(WireFault) as caught:
        decode(CATALOGUE, value)
    return caught.value


def codes_of(value: bytes) -> set[str]:
    """Codes of the faults of a value; none when it can be read."""
    try:
        decode(CATALOGUE, value)
    except WireFault as error:
        return {fault.code for fault in error.faults}
    return set()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: f"{schema.type}-{schema.version}")
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_again(schema: PublishedSchema, data: st.DataObject) -> None:
    datum = data.draw(data_of(schema.parsed, schema.parsed["__named_schemas"]))
    latest = CATALOGUE.latest(schema.type)
    since = {field["name"]: field["default"] for field in latest.document["fields"] if "default" in field}
    found, read = decode(CATALOGUE, encode(schema, datum))
    assert (schema, {name: datum.get(name, since.get(name)) for name in read}) == (found, read)
    assert set(datum) <= set(read)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused_with_one_fault_and_never_raise_anything_else(data: st.DataObject) -> None:
    value = bytearray(data.draw(st.sampled_from(GOLDEN)).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        value[data.draw(st.integers(5, len(value) - 1))] = data.draw(st.integers(0, 255))
    assert codes_of(bytes(value)) <= {"AVRO_TRUNCATED", "AVRO_TRAILING_BYTES", "AVRO_INVALID"}


@given(value=st.binary(max_size=64))
def test_arbitrary_bytes_are_refused_with_one_fault(value: bytes) -> None:
    assert len(codes_of(value)) <= 1


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_value_cut_anywhere_is_named_truncated(golden: Path) -> None:
    value = golden.read_bytes()
    codes = [fault_of(value[:length]).fault.code for length in range(len(value))]
    assert ["NOT_FRAMED"] * 5 + ["AVRO_TRUNCATED"] * (len(value) - 5) == codes


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bytes_after_the_datum_are_found(golden: Path) -> None:
    assert fault_of(golden.read_bytes() + b"\x00").fault.code == "AVRO_TRAILING_BYTES"


def test_a_wrong_magic_byte_is_not_framed() -> None:
    assert fault_of(b"\x01" + encode(NOTICE, NOTICE_DATA)[1:]).fault.code == "NOT_FRAMED"


def test_a_schema_id_of_the_future_is_unknown() -> None:
    assert fault_of(b"\x00\x00\x0f\x42\x40" + encode(NOTICE, NOTICE_DATA)[5:]).fault.code == "UNKNOWN_SCHEMA_ID"


@pytest.mark.parametrize("index", [b"\x01", b"\x03", b"\x7f"], ids=["minus-one", "minus-two", "minus-sixty-four"])
def test_a_negative_enum_index_is_no_symbol(index: bytes) -> None:
    value = encode(NOTICE, NOTICE_DATA)
    at = 5 + len(b"\x06N-1") + len(b"\x02")
    assert value[at : at + 1] == b"\x00"
    fault = fault_of(value[:at] + index + value[at + 1 :]).fault
    assert (fault.code, fault.pointer) == ("AVRO_INVALID", "/data/issuer")


@pytest.mark.parametrize("index", [b"\x01", b"\x03", b"\x04"], ids=["minus-one", "minus-two", "two"])
def test_a_union_index_outside_its_branches_is_refused(index: bytes) -> None:
    schema = CATALOGUE.latest("event.rejected")
    nothing: dict[str, Any] = {"event_id": None, "event_source": None, "event_type": None, "reason": "X", "field": None}
    value = encode(schema, nothing)
    fault = fault_of(value[:5] + index + value[6:]).fault
    assert (fault.code, fault.pointer) == ("AVRO_INVALID", "/data/event_id")


def test_text_that_is_not_utf_8_is_named_with_its_field() -> None:
    value = encode(NOTICE, NOTICE_DATA).replace(b"Un droit", b"Un dr\xffit")
    fault = fault_of(value).fault
    assert (fault.code, fault.pointer) == ("AVRO_INVALID", "/data/title")


@pytest.mark.parametrize("day", [b"\xf5\xe4\x57", b"\xff\xff\xff\xff\x0f", b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"])
def test_a_day_outside_the_years_1_to_9999_is_named_with_its_field(day: bytes) -> None:
    first = encode(NOTICE, {**NOTICE_DATA, "published_on": date(1, 1, 1)})
    fault = fault_of(first.replace(b"\xf3\xe4\x57", day)).fault
    assert (fault.code, fault.pointer) == ("AVRO_INVALID", "/data/published_on")


def test_an_unknown_type_version_or_id_is_an_unknown_schema() -> None:
    look_ups: list[Callable[[], PublishedSchema]] = [
        lambda: CATALOGUE.latest("notice.invented"),
        lambda: CATALOGUE.schema("notice.published", 99),
        lambda: CATALOGUE.by_id(0),
        lambda: CATALOGUE.by_subject("hub.invented"),
    ]
    for look_up in look_ups:
        with pytest.raises(UnknownSchema):
            look_up()


def test_a_schema_is_found_by_type_by_id_and_by_subject() -> None:
    assert CATALOGUE.by_id(NOTICE.id) is NOTICE
    assert CATALOGUE.by_subject("notice.published") is NOTICE
    assert CATALOGUE.by_subject("hub.Envelope").type == "envelope"
