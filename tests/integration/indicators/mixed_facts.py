"""Facts of every counted type, at random: threads of several, corrections of all kinds, months either side of a border.

Made from the schemas' examples by the real reader, so that each is what an event of the wire leaves.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from hub.data import load_territory
from hub.domain.events import EVENT_TYPES, Envelope
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import COUNTED, Fact, fact_of
from hub.domain.indicators.increments import increments
from hub.domain.vocabulary import Confidentiality
from hub.ledger.outbox import SOURCE
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

SOURCES: Final = {"CAF": "urn:hub:caf35:si-partenaires", "CD35": "urn:hub:cd35:si-social"}
_READER: Final = EventReader(load_catalogue(), load_territory())
_BEGIN: Final = datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
_CHOICES: Final[dict[str, tuple[object, ...]]] = {
    "benefit_kind": ("AAH", "RSA", "OTHER"),
    "cdas": ("CDAS-01", "CDAS-02", None),
    "delay_hours": (0.5, 2.0, 30.25),
    "direction": ("CDAS_TO_CAF", "CAF_TO_CDAS"),
    "directed_to": ("CAF_SOCIAL_WORK", None),
    "handled_before_referral": (True, False),
    "information_available": ("YES", "NO", "NOT_KNOWN"),
    "justified": ("YES", "NOT_KNOWN"),
    "means": ("PRIORITY_LINE", "CDAP_FORM"),
    "participants": (0, 4, 12),
    "reached": (True, False),
    "score": (1, 5, None),
}
_OUTCOMES: Final = ("ROUTED", "INFORMATION_ONLY", "INCOMPLETE")


def mixed(seed: int, number: int) -> list[Fact]:
    """So many facts with different keys, in no order; some correct others, or what never comes."""
    chance = random.Random(seed)
    facts: list[Fact] = []
    while len(facts) < number:
        if chance.random() < 0.15:
            facts.append(_delivery(chance, f"d-{seed}-{len(facts)}"))
            continue
        event = _event(chance, f"e-{seed}-{len(facts)}", facts, _BEGIN, "")
        received = _READER.from_json(event)
        outcome, service = chance.choice(_OUTCOMES), chance.choice(("CDAS", "CAF_SOCIAL_WORK"))
        decision = {"outcome": outcome, "routings": [{"service": service}]}
        fact = fact_of(received.envelope, received.data, decision, chance.choice(("1", "2")))
        if fact is not None:
            facts.append(fact)
    chance.shuffle(facts)
    return facts


def mixed_events(seed: int, number: int, begin: datetime) -> list[dict[str, Any]]:
    """So many events as an institution publishes them, in threads of their own; `begin`: just before a month's end."""
    chance = random.Random(seed)
    known: list[Fact] = []
    events: list[dict[str, Any]] = []
    for place in range(number):
        event = _event(chance, f"mixed-{seed}-{place}", known, begin, f"{seed}-")
        received = _READER.from_json(event)
        fact = fact_of(received.envelope, received.data, None, "1")
        known += [] if fact is None else [fact]
        events.append(event)
    return events


def pure(facts: Iterable[Fact]) -> Counter[Cell]:
    """What the facts come to, by the domain alone: every key once, without what is replaced, thread by thread."""
    first: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        first.setdefault(fact.key, fact)
    gone = replaced(first.values())
    threads: dict[str, list[Fact]] = defaultdict(list)
    for fact in first.values():
        if fact.key not in gone:
            threads[fact.thread].append(fact)
    counted: Counter[Cell] = Counter()
    for thread in threads.values():
        counted.update(increments(thread))
    return counted


def _event(chance: random.Random, name: str, known: Sequence[Fact], begin: datetime, prefix: str) -> dict[str, Any]:
    event_type = chance.choice(_types())
    event: dict[str, Any] = json.loads(chance.choice(_examples(event_type)))
    data = event["data"]
    institution = chance.choice(sorted(name.value for name in EVENT_TYPES[event_type].emitters if name in SOURCES))
    for field, choices in _CHOICES.items():
        if field in data and not isinstance(data[field], list):
            data[field] = chance.choice(choices)
    if event_type == "training.held":
        data["kind"] = chance.choice(("ASIP_FOR_CAF_FRONT_OFFICE", "CDAP_WORKSHOP", "CAF_MISSIONS_FOR_CDAS"))
        data["cdas"] = chance.sample(("CDAS-01", "CDAS-02", "CDAS-03"), chance.randrange(3))
    if data.get("justified") in {"YES", "NOT_KNOWN"}:
        data["unjustified_reason"] = None
    if "corrects" in data and chance.random() < 0.4:
        own = [fact.id for fact in known if fact.source == SOURCES[institution]]
        data["corrects"] = chance.choice([*own[-12:], "never-comes"])
    subject = f"{'N' if 'notice' in data else 'S'}-{prefix}{chance.randrange(6)}"
    data |= {field: subject for field in ("notice", "situation") if field in data}
    moment = begin + timedelta(hours=chance.choice((0, 2.5, 4, 24 * 31, 24 * 31 + 3, 24 * 40)))
    return event | {
        "id": name,
        "source": SOURCES[institution],
        "time": moment.isoformat(),
        "subject": subject,
        "correlationid": subject,
        "data": data,
    }


def _delivery(chance: random.Random, name: str) -> Fact:
    """A delivery of a notice of which an acknowledgement is asked, at one of its states."""
    subject, at = f"N-{chance.randrange(6)}", _BEGIN + timedelta(days=chance.choice((1, 35)))
    envelope = Envelope(
        id=name,
        source=SOURCE,
        type="delivery.status_changed",
        time=at,
        subject=subject,
        correlationid=subject,
        confidentiality=Confidentiality.C1,
    )
    data = {
        "delivery": f"delivery-{chance.randrange(9)}",
        "event_id": f"e-{chance.randrange(3)}",
        "contact": chance.choice(("c1", "c2", "c3")),
        "service": "CDAS",
        "role": "REFERENT",
        "status": chance.choice(("SCHEDULED", "TAKEN_IN_CHARGE", "REDIRECTED")),
        "acknowledge_by": at.isoformat(),
        "at": at.isoformat(),
    }
    fact = fact_of(envelope, data, None, "1")
    assert fact is not None
    return fact


@cache
def _types() -> tuple[str, ...]:
    return tuple(sorted(name for name in COUNTED if EVENT_TYPES[name].emitters))


@cache
def _examples(event_type: str) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for path in sorted((schemas_root() / event_type).glob("*.json")))
