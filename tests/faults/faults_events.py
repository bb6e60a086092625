"""What the campaigns publish: events whose fate is known beforehand, in a mix over all three institutions' topics."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hub.data import load_territory
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader, to_kafka_record, topic_of
from hub.wire.schemas import Catalogue, load_catalogue

CATALOGUE: Final[Catalogue] = load_catalogue()
READER: Final = EventReader(CATALOGUE, load_territory())
SOURCES: Final = {
    "CAF": "urn:hub:caf35:si-partenaires",
    "CD35": "urn:hub:cd35:si-social",
    "PARTNER": "urn:hub:partner:ccas-demo:accueil",
}
CAF_REFERENT, CDAS, ASIP = "faults-caf-referent", "faults-cdas", "faults-asip"
CONTACTS: Final = (
    (CAF_REFERENT, "CAF", "CAF_REFERENTS", "REFERENT"),
    (CDAS, "CD35", "CDAS", "GENERIC_MAILBOX"),
    (ASIP, "CD35", "ASIP", "ACTOR"),
)

Headers = list[tuple[str, str | bytes | None]]


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record to publish."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Sent:
    """One event and what must become of it.

    A reject with `reason`; or a decision, and a mail to each of `contacts`; or, where it is not `kept`, nothing at all.
    """

    id: str
    source: str
    record: Record
    contacts: frozenset[str] = frozenset()
    reason: str | None = None
    kept: bool = True


def record_of(event: dict[str, Any]) -> Record:
    """The record of a valid CloudEvent."""
    received = READER.from_json(event)
    key, value, headers = to_kafka_record(received)
    return Record(topic_of(received.envelope), key, value, list(headers))


def contact_events(number: int = 0) -> list[dict[str, Any]]:
    """The contacts of the campaigns, as the institutions declare them."""
    return [
        _envelope(f"{reference}-{number}", SOURCES[institution], "contact.changed", reference)
        | {
            "data": {
                "contact": reference,
                "institution": institution,
                "service": service,
                "role": role,
                "cdas": "CDAS-01" if service == "CDAS" else None,
                "communes": [],
                "epci": [],
                "actor_kind": "TOWN_HALL" if service == "ASIP" else None,
                "label": reference,
                "email": f"{reference}@contacts.example",
                "phone": None,
                "webhook": None,
                "deputy": None,
                "valid_from": "2024-01-01",
                "valid_to": None,
                "opted_out": False,
            }
        }
        for reference, institution, service, role in CONTACTS
    ]


def notice_event(name: str, *, code: str = "O3", impacts: tuple[str, ...] = ("COLLABORATION",)) -> dict[str, Any]:
    """A notice of the Département; without impacts it is for information only, and nobody gets a mail."""
    return _envelope(name, SOURCES["CD35"], "notice.published", name) | {
        "data": {
            "notice": name,
            "version": 1,
            "issuer": "CD35",
            "nature": {"O": "ORGANISATION", "D": "SCHEME"}[code[0]],
            "code": code,
            "impacts": list(impacts),
            "significant": False,
            "title": "Le FSL rejoint le Département",
            "summary": "Les demandes passent par les CDAS.",
            "benefits": [],
            "published_on": "2026-03-01",
            "effective_on": "2026-05-01",
            "communes": [],
            "epci": [],
        }
    }


def example(event_type: str, name: str, source: str) -> dict[str, Any]:
    """The schema's first example under another id, source and reference."""
    path = min((schemas_root() / event_type).glob("*.json"))
    event: dict[str, Any] = json.loads(path.read_text("utf-8"))
    data = event["data"] | {key: name for key in ("situation", "notice") if key in event["data"]}
    subject = name if data != event["data"] else event["subject"]
    return event | {"id": name, "source": source, "subject": subject, "correlationid": subject, "data": data}


def notice(name: str) -> Sent:
    """A notice that two contacts get."""
    return Sent(name, SOURCES["CD35"], record_of(notice_event(name)), frozenset({CAF_REFERENT, CDAS}))


def quiet_notice(name: str) -> Sent:
    """A notice that nobody gets."""
    return Sent(name, SOURCES["CD35"], record_of(notice_event(name, impacts=())))


def scheme_notice(name: str) -> Sent:
    """A notice that three contacts get."""
    return Sent(name, SOURCES["CD35"], record_of(notice_event(name, code="D1")), frozenset({CAF_REFERENT, CDAS, ASIP}))


def passing(name: str, event_type: str, institution: str) -> Sent:
    """An event that is passed on without a decision."""
    source = SOURCES[institution]
    return Sent(name, source, record_of(example(event_type, name, source)))


def truncated(name: str) -> Sent:
    """A notice whose value ends too early."""
    good = record_of(notice_event(name))
    value = (good.value or b"")[:-7]
    return Sent(name, SOURCES["CD35"], Record(good.topic, good.key, value, good.headers), reason="AVRO_TRUNCATED")


def misplaced(name: str) -> Sent:
    """A notice of the Département on the topic of the CAF."""
    good = record_of(notice_event(name))
    return Sent(
        name, SOURCES["CD35"], Record("caf.notices", good.key, good.value, good.headers), reason="WRONG_INSTITUTION"
    )


def with_header(name: str, header: str, value: bytes, reason: str) -> Sent:
    """A notice with one header replaced."""
    good = record_of(notice_event(name))
    headers = [(key, value if key == header else given) for key, given in good.headers]
    return Sent(name, SOURCES["CD35"], Record(good.topic, good.key, good.value, headers), reason=reason)


def stream(prefix: str, *, every: int = 15) -> Iterator[Sent]:
    """Events without end: of each `every`, one notice to three contacts; one in fifteen is refused."""
    for number in itertools.count():
        name, turn = f"{prefix}-{number:06d}", number % 15
        if number % every == 0:
            yield scheme_notice(name)
        elif turn == 7:
            yield (truncated, misplaced)[number // 15 % 2](name)
        elif turn in {1, 4, 10}:
            yield quiet_notice(name)
        elif turn % 2:
            yield passing(name, "referral.requested", ("CAF", "CD35", "PARTNER")[number % 3])
        else:
            yield passing(name, "meeting.held", ("CAF", "CD35")[number // 2 % 2])


def _envelope(name: str, source: str, event_type: str, subject: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": source,
        "type": event_type,
        "time": "2026-03-01T09:00:00+01:00",
        "subject": subject,
        "correlationid": subject,
        "datacontenttype": "application/json",
    }
