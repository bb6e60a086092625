"""Events for the benchmarks: the demo notices and the schemas' examples under fresh ids, and the demo directory."""

import itertools
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from hub.data import load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.directory import Directory, contact_data
from hub.domain.directory_import import plan_import
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader, ReceivedEvent, to_kafka_record, topic_of
from hub.wire.json_data import json_from_datum
from hub.wire.schemas import Catalogue

Record = tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]
"""Topic, key, value and headers."""

MIX: Final = (
    "one third notices (the five demo notices, all ROUTED, and one without impact, INFORMATION_ONLY), "
    "one third referrals and one third activity events (both pass without a decision)"
)
_SOURCES: Final = {"CAF": "urn:hub:caf35:bench", "CD35": "urn:hub:cd35:bench", "PARTNER": "urn:hub:partner:bench:bench"}
_EXAMPLES: Final = {
    "referrals": ("referral.requested", "referral.confirmed"),
    "activity": ("cdap_message.received", "meeting.held"),
}


def directory_records(catalogue: Catalogue) -> list[Record]:
    """The demo directory as records of the institutions' directory topics."""
    territory = load_territory()
    reader = EventReader(catalogue, territory)
    schema = catalogue.latest("contact.changed")
    receipts = plan_import(demo_directory_rows(), Directory(territory), date(2026, 1, 1))
    contacts = [receipt.contact for receipt in receipts if receipt.contact is not None]
    return [
        _record(
            reader.from_json(
                {
                    "specversion": "1.0",
                    "id": f"bench-{contact.contact}",
                    "source": _SOURCES[contact.institution],
                    "type": "contact.changed",
                    "time": "2026-01-01T00:00:00+01:00",
                    "subject": contact.contact,
                    "data": json_from_datum(schema, contact_data(contact)),
                }
            )
        )
        for contact in contacts
    ]


def event_records(catalogue: Catalogue, count: int) -> Iterator[Record]:
    """As many different valid events, in the proportions of MIX; every call gives the same ones."""
    reader = EventReader(catalogue, load_territory())
    groups = [itertools.cycle(group) for group in _templates()]
    for number in range(count):
        template = next(groups[number % len(groups)])
        yield _record(reader.from_json(_renamed(template, f"bench-{number:07d}")))


def _templates() -> list[list[dict[str, Any]]]:
    notices = [dict(notice) for notice in demo_notices()]
    silent = notices[0] | {"data": notices[0]["data"] | {"impacts": []}}
    return [[*notices, silent], *([e for t in types for e in _examples(t)] for types in _EXAMPLES.values())]


def _examples(event_type: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((schemas_root() / event_type).glob("*.json"))]


def _renamed(template: dict[str, Any], name: str) -> dict[str, Any]:
    event = template | {"id": name, "subject": name, "data": dict(template["data"])}
    event.pop("correlationid", None)
    for reference in ("notice", "situation"):
        if reference in event["data"]:
            event["data"][reference] = name
    return event


def _record(event: ReceivedEvent) -> Record:
    key, value, headers = to_kafka_record(event)
    return topic_of(event.envelope), key, value, headers
