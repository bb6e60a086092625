"""Where an event names a commune, it may name a part of one, over JSON as over Kafka."""

import json
from typing import Any

import pytest

from hub.data import load_territory
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader, to_kafka_record
from hub.wire.faults import EventInvalid
from hub.wire.schemas import load_catalogue

READER = EventReader(load_catalogue(), load_territory())
PLACES = {
    "the home of a household": ("referral.requested/1.recent-separation", "/data/household/commune"),
    "the home of a child": ("child_protection.reported/1.not-known-to-cdas", "/data/household/commune"),
    "the territory of a contact": ("contact.changed/1.cdas-generic-mailbox", "/data/communes/0"),
    "the territory of a notice": ("notice.published/1.housing-fund-transferred", "/data/communes/0"),
}


def event_with(code: str, name: str, pointer: str) -> dict[str, Any]:
    """A shipped example with this code at the pointer."""
    event: dict[str, Any] = json.loads((schemas_root() / f"{name}.json").read_text(encoding="utf-8"))
    if "household" in pointer:
        event["data"]["household"]["commune"] = code
    else:
        event["data"]["communes"] = [code]
    return event


@pytest.mark.parametrize(("name", "pointer"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("code", ["352380101", "350110101"], ids=["of today", "of a former commune"])
def test_a_part_of_a_commune_is_accepted(code: str, name: str, pointer: str) -> None:
    event = READER.from_json(event_with(code, name, pointer))
    key, value, headers = to_kafka_record(event)
    assert event.data == READER.from_kafka(key, value, headers).data


@pytest.mark.parametrize(("name", "pointer"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(
    "code", ["359990101", "750560101", "3523801"], ids=["of nowhere", "beyond the département", "cut short"]
)
def test_what_is_no_part_of_a_commune_is_refused_at_its_field(code: str, name: str, pointer: str) -> None:
    with pytest.raises(EventInvalid) as caught:
        READER.from_json(event_with(code, name, pointer))
    assert [("COMMUNE_UNKNOWN", pointer)] == [(fault.code, fault.pointer) for fault in caught.value.faults]
