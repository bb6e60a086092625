"""Records for the benchmarks: realistic events, and the demo directory."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from hub.bench.mix import realistic_events
from hub.data import load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory, contact_data
from hub.wire.cloudevents import EventReader, ReceivedEvent, to_kafka_record, topic_of
from hub.wire.json_data import json_from_datum
from hub.wire.schemas import Catalogue

Record = tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]
"""Topic, key, value and headers."""

_SOURCES: Final = {"CAF": "urn:hub:caf35:bench", "CD35": "urn:hub:cd35:bench", "PARTNER": "urn:hub:partner:bench:bench"}


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
    """As many different valid events, in the proportions of `hub.bench.mix`; every call gives the same ones."""
    reader = EventReader(catalogue, load_territory())
    notices = [dict(notice) for notice in demo_notices()]
    return (_record(reader.from_json(event)) for event in realistic_events(count, notices))


def _record(event: ReceivedEvent) -> Record:
    key, value, headers = to_kafka_record(event)
    return topic_of(event.envelope), key, value, headers
