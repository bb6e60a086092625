"""CloudEvents are read the same way wherever they come from, and every fault is told at once."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from hub.data import load_territory
from hub.paths import schemas_root
from hub.wire.avro import encode
from hub.wire.cloudevents import EventReader, to_json, to_kafka_record, topic_of
from hub.wire.faults import EventInvalid
from hub.wire.schemas import load_catalogue

READER = EventReader(load_catalogue(), load_territory())
NOTICE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "n-1",
    "source": "urn:hub:cd35:si-social",
    "type": "notice.published",
    "time": "2024-10-01T09:00:00+02:00",
    "subject": "N-1",
    "data": {
        "notice": "N-1",
        "version": 1,
        "issuer": "CD35",
        "nature": "ORGANISATION",
        "code": "O4",
        "impacts": ["COLLABORATION"],
        "significant": False,
        "title": "Titre",
        "summary": "Résumé",
        "benefits": [],
        "published_on": "2024-10-01",
        "effective_on": "2024-12-01",
        "communes": [],
        "epci": [],
    },
}
EXAMPLES = sorted(
    path
    for path in schemas_root().glob("*/*.json")
    if path.parent.name not in {"routing.decided", "delivery.status_changed", "event.rejected", "heartbeat.sent"}
    and not path.parent.name.startswith(("hub.", "envelope"))
)


def changed(**changes: Any) -> dict[str, Any]:
    """The notice with other attributes; `data__name` changes a field of its data; None takes away."""
    event = deepcopy(NOTICE)
    for name, value in changes.items():
        place, key = (event["data"], name[6:]) if name.startswith("data__") else (event, name)
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return event


def faults_of(event: object) -> set[tuple[str, str]]:
    """Code and pointer of every fault of an event in JSON."""
    with pytest.raises(EventInvalid) as caught:
        READER.from_json(event)
    return {(fault.code, fault.pointer) for fault in caught.value.faults}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_event_survives_the_way_over_kafka_unchanged(path: Path) -> None:
    event = READER.from_json(json.loads(path.read_text(encoding="utf-8")))
    key, value, headers = to_kafka_record(event)
    assert to_json(event) == to_json(READER.from_kafka(key, value, headers))


def test_defaults_are_those_of_the_contract() -> None:
    envelope = READER.from_json(NOTICE).envelope
    assert ("N-1", "C0", "cd35.notices") == (envelope.correlationid, envelope.confidentiality.value, topic_of(envelope))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param([], {("EVENT_NOT_AN_OBJECT", "")}, id="not an object"),
        pytest.param(changed(id=None), {("ATTRIBUTE_MISSING", "/id")}, id="no id"),
        pytest.param(changed(id=7), {("ATTRIBUTE_INVALID", "/id")}, id="a number as id"),
        pytest.param(changed(id="marie dupont"), {("ATTRIBUTE_INVALID", "/id")}, id="an id that could be a name"),
        pytest.param(changed(specversion="0.3"), {("SPECVERSION_UNSUPPORTED", "/specversion")}, id="old specversion"),
        pytest.param(changed(type="notice.invented"), {("TYPE_UNKNOWN", "/type")}, id="unknown type"),
        pytest.param(changed(type="routing.decided"), {("TYPE_NOT_ACCEPTED", "/type")}, id="a type of the hub's own"),
        pytest.param(changed(source="urn:hub:cpam35:si"), {("SOURCE_INVALID", "/source")}, id="unknown institution"),
        pytest.param(changed(time="2024-10-01"), {("TIME_INVALID", "/time")}, id="a date as time"),
        pytest.param(changed(time="2024-10-01T09:00:00"), {("TIME_INVALID", "/time")}, id="no offset"),
        pytest.param(changed(time="0000-10-01T09:00:00Z"), {("TIME_INVALID", "/time")}, id="year 0"),
        pytest.param(changed(time="0001-01-01T00:00:00+01:00"), {("TIME_OUT_OF_RANGE", "/time")}, id="year 1"),
        pytest.param(changed(data__effective_on="0000-01-01"), {("DATE_INVALID", "/data/effective_on")}, id="date 0"),
        pytest.param(changed(employee="x"), {("ATTRIBUTE_UNKNOWN", "")}, id="unknown attribute"),
        pytest.param(changed(confidentiality="C9"), {("ATTRIBUTE_INVALID", "/confidentiality")}, id="unknown level"),
        pytest.param(changed(dataschema="notice.published:99"), {("DATASCHEMA_INVALID", "/dataschema")}, id="version"),
        pytest.param(changed(data=None), {("DATA_MISSING", "/data")}, id="no data"),
        pytest.param(changed(subject="N-2"), {("SUBJECT_MISMATCH", "/subject")}, id="another subject"),
        pytest.param(changed(data__nature="SCHEME"), {("CODE_NATURE_MISMATCH", "/data/nature")}, id="nature, code"),
        pytest.param(changed(data_base64="AAAA"), {("DATA_NOT_JSON", "/data_base64")}, id="binary data"),
    ],
)  # fmt: skip
def test_each_fault_has_its_code_and_place(event: object, expected: set[tuple[str, str]]) -> None:
    assert expected == faults_of(event)


def test_faults_of_attributes_of_fields_and_of_meaning_are_told_together() -> None:
    event = changed(time="yesterday", id=None, data__nature="SCHEME", data__version="1", data__comment="x")
    expected = {
        ("TIME_INVALID", "/time"),
        ("ATTRIBUTE_MISSING", "/id"),
        ("CODE_NATURE_MISMATCH", "/data/nature"),
        ("TYPE_MISMATCH", "/data/version"),
        ("FIELD_UNKNOWN", "/data/comment"),
    }
    assert expected == faults_of(event)


@pytest.mark.parametrize(
    "dataschema", ["urn:hub:schema:notice.published:1", "notice.published/1", "notice.published:v1"]
)
def test_the_version_of_the_data_may_be_named_in_several_ways(dataschema: str) -> None:
    assert 1 == READER.from_json(changed(dataschema=dataschema)).schema.version


def kafka_faults(key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> set[str]:
    """Codes of the faults of a Kafka record."""
    with pytest.raises(EventInvalid) as caught:
        READER.from_kafka(key, value, headers)
    return {fault.code for fault in caught.value.faults}


def test_a_kafka_record_is_refused_for_each_thing_that_is_wrong_with_it() -> None:
    key, value, headers = to_kafka_record(READER.from_json(NOTICE))
    assert value is not None
    without_type = [h for h in headers if h[0] != "ce_type"]
    of_referral = [*without_type, ("ce_type", b"referral.requested")]
    assert {"KEY_NOT_SUBJECT"} == kafka_faults(b"other", value, headers)
    assert {"KEY_NOT_SUBJECT"} == kafka_faults(None, value, headers)
    assert {"NOT_FRAMED"} == kafka_faults(key, b"{}", headers)
    assert {"UNKNOWN_SCHEMA_ID"} == kafka_faults(key, b"\0\0\0\xff\xff" + value[5:], headers)
    assert {"AVRO_TRUNCATED"} == kafka_faults(key, value[:-3], headers)
    assert {"AVRO_TRAILING_BYTES"} == kafka_faults(key, value + b"\0", headers)
    assert {"ATTRIBUTE_MISSING"} == kafka_faults(key, value, without_type)
    assert {"DATASCHEMA_INVALID", "SCHEMA_NOT_OF_TYPE"} == kafka_faults(key, value, of_referral)
    assert {"ATTRIBUTE_INVALID"} == kafka_faults(key, value, [*headers, ("ce_causationid", b"\xff\xfe")])
    assert {"DATA_MISSING"} == kafka_faults(key, None, headers)


def test_avro_is_held_to_the_same_constraints_as_json() -> None:
    event = READER.from_json(NOTICE)
    assert event.data is not None
    value = encode(event.schema, {**event.data, "title": "two\nlines", "version": 0})
    key, _, headers = to_kafka_record(event)
    assert {"TEXT_INVALID", "NUMBER_OUT_OF_RANGE"} == kafka_faults(key, value, headers)


def test_no_value_of_the_sender_stands_in_a_refusal() -> None:
    event = changed(id="canary zq81", time="canary zq81", data__nature="canary zq81", source="canary zq81")
    event["data"]["canary zq81"] = "canary zq81"
    with pytest.raises(EventInvalid) as caught:
        READER.from_json(event)
    assert "zq81" not in str(caught.value.faults)
