"""What of an event is kept to count it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.events import EVENT_TYPES
from hub.domain.indicators.facts import COUNTED, Fact, digest, fact_of, from_json, to_json
from hub.domain.indicators.increments import increments
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

READER = EventReader(load_catalogue(), load_territory())


def examples() -> Iterator[Any]:
    for folder in sorted(schemas_root().iterdir()):
        if folder.name in EVENT_TYPES and EVENT_TYPES[folder.name].emitters:
            for path in sorted(folder.glob("*.json")):
                yield pytest.param(json.loads(path.read_text("utf-8")), id=f"{folder.name}-{path.stem}")


def of(event: dict[str, Any]) -> Fact | None:
    received = READER.from_json(event)
    return fact_of(received.envelope, received.data, None, "1")


@pytest.mark.parametrize("event", list(examples()))
def test_every_example_counts_or_does_not_and_what_counts_has_a_cell(event: dict[str, Any]) -> None:
    fact = of(event)
    if fact is None:
        assert event["type"] not in COUNTED or event["type"] == "referral.confirmed"
        return
    assert event["type"] in COUNTED
    assert 1 == sum(amount for cell, amount in increments([fact]).items() if cell.measure == "received")


@pytest.mark.parametrize("event", list(examples()))
def test_a_fact_survives_being_written_and_holds_no_reference(event: dict[str, Any]) -> None:
    fact = of(event)
    if fact is None:
        return
    plain = json.dumps(to_json(fact))
    again = from_json(json.loads(plain))
    assert (fact, digest(fact)) == (again, digest(again))
    for name in ("subject", "correlationid"):
        assert event.get(name, event["subject"]) not in plain.replace(event["id"], "").replace(event["source"], "")


def test_child_protection_is_counted_nowhere() -> None:
    assert "child_protection.reported" not in COUNTED
    path = min((schemas_root() / "social_urgency.reported").glob("*.json"))
    event = json.loads(path.read_text("utf-8"))
    event["data"]["category"] = "CHILD_PROTECTION"
    event["confidentiality"] = "C3"
    fact = of(event)
    assert fact is not None
    assert "CHILD_PROTECTION" not in json.dumps(to_json(fact))
