"""Events and contacts for the domain's tests: a valid one with every field, changed by name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.domain.directory.contacts import Contact
from hub.domain.events import Data, Envelope, default_level_of
from hub.domain.vocabulary import Confidentiality

PUBLISHED = date(2026, 5, 4)


@dataclass(frozen=True, slots=True)
class Given:
    """An event as `decide` takes it."""

    envelope: Envelope
    data: Data | None


def notice_data(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "notice": "N-1",
        "version": 1,
        "issuer": "CAF",
        "nature": "ORGANISATION",
        "code": "O4",
        "impacts": ["COLLABORATION"],
        "significant": False,
        "title": "Un titre",
        "summary": "Ce qui change, pour qui.",
        "benefits": [],
        "published_on": PUBLISHED,
        "effective_on": date(2026, 6, 1),
        "communes": [],
        "epci": [],
    }
    return data | changed


def contact_data(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "contact": "c-1",
        "institution": "CAF",
        "service": "CAF_REFERENTS",
        "role": "REFERENT",
        "cdas": None,
        "communes": [],
        "epci": [],
        "actor_kind": None,
        "label": "Référent",
        "email": "referent@caf.example",
        "phone": None,
        "webhook": None,
        "deputy": None,
        "valid_from": date(2024, 1, 1),
        "valid_to": None,
        "opted_out": False,
    }
    return data | changed


def actor(reference: str, **changed: Any) -> Contact:
    """An ASIP actor of the whole département."""
    fields: dict[str, Any] = {
        "contact": reference,
        "institution": "PARTNER",
        "service": "ASIP",
        "role": "ACTOR",
        "label": reference,
        "valid_from": date(2024, 1, 1),
    }
    return Contact(**(fields | changed))


def envelope(event_type: str, data: Data, **changed: Any) -> Envelope:
    subject = next((data[name] for name in ("situation", "notice", "contact", "calendar") if name in data), "s-1")
    fields: dict[str, Any] = {
        "id": "e-1",
        "source": "urn:hub:caf35:si-test",
        "type": event_type,
        "time": datetime.fromisoformat("2026-05-04T09:00:00+02:00"),
        "subject": subject,
        "correlationid": subject,
        "confidentiality": default_level_of(event_type, data),
    }
    return Envelope(**(fields | changed))


def notice(event_type: str = "notice.published", **changed: Any) -> Given:
    data = notice_data(**changed)
    return Given(envelope(event_type, data, confidentiality=Confidentiality.C0), data)
