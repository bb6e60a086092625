"""What `hub events tail` says of a record, whatever is in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from hub.cli.event_lines import EventLine, read_line
from hub.paths import schemas_root
from hub.wire.schemas import load_catalogue

ENVELOPE = [("ce_id", b"e-1"), ("ce_source", b"urn:hub:cd35:si-social"), ("ce_type", b"notice.published")]


def line(topic: str, value: bytes | None, headers: list[tuple[str, bytes]], key: bytes = b"N-1") -> EventLine:
    fields: dict[str, Any] = {"topic": topic, "partition": 1, "offset": 7, "timestamp": 1_733_000_000_000}
    fields |= {"timestamp_type": 0, "checksum": None, "serialized_key_size": len(key), "serialized_value_size": 0}
    return read_line(load_catalogue(), ConsumerRecord(key=key, value=value, headers=tuple(headers), **fields))


def test_an_event_is_told_by_its_envelope_alone() -> None:
    value = next((schemas_root() / "notice.published").glob("1.*.golden")).read_bytes()
    told = line("cd35.notices", value, ENVELOPE)
    assert ("notice.published", "N-1", "e-1", "") == (told.type, told.subject, told.id, told.outcome)
    assert datetime(2024, 11, 30, 20, 53, 20, tzinfo=UTC) == told.time


def test_a_deletion_is_told_as_one() -> None:
    assert line("hub.directory", None, []).outcome == "deletion"


@pytest.mark.parametrize(
    ("value", "fault"),
    [(b"", "NOT_FRAMED"), (b"{}", "NOT_FRAMED"), (b"\0\0\0\xff\xff1", "UNKNOWN_SCHEMA_ID"), (b"\0\0\0\0\1", "")],
    ids=["empty", "json", "future schema", "cut"],
)
def test_a_value_that_cannot_be_read_is_told_with_the_reason_and_not_its_bytes(value: bytes, fault: str) -> None:
    assert line("cd35.notices", value, ENVELOPE).outcome.startswith(f"unreadable: {fault}")


def test_bytes_of_a_sender_cannot_steer_the_terminal() -> None:
    told = line("cd35.notices", b"{}", [("ce_id", b"\x1b[2J\x07"), ("ce_type", b"a\nb\xff")], key=b"\x1b]0;x")
    assert all(text.isprintable() for text in (told.id, told.type, told.subject))


@pytest.mark.parametrize("event_type", ["hub.decision", "hub.reject", "delivery.status_changed", "event.rejected"])
def test_what_the_hub_writes_is_told_with_its_outcome(event_type: str) -> None:
    for path in (schemas_root() / event_type).glob("1.*.golden"):
        data = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["data"]
        told = line("hub.statuses", path.read_bytes(), [])
        assert told.outcome
        for name in ("reason", "status"):
            assert str(data.get(name) or "") in told.outcome
