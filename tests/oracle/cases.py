"""The cases that both readings answer: boundaries one by one, then seeded mixtures of everything."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from random import Random
from typing import Any

from tests.oracle.events import (
    BENEFIT_URGENCY,
    CHILD_PROTECTION,
    HANDOVER,
    JOINT_INTERVENTION,
    REFERRAL,
    SOCIAL_URGENCY,
    Case,
    entry,
    event_of,
    life_event,
)
from tests.oracle.space import (
    ALL_TYPES,
    ANSWERS,
    CHANGES,
    CODES,
    COMMUNES,
    EMITTERS,
    FREE,
    HOURS,
    KINDS,
    LINE_INSTANTS,
    REASONS,
    SCHEMES,
    SUPPORTS,
    TODAYS,
    at,
    days_around,
    life_events,
)

SEED = 35
MIXED = 4000
USUAL = 0.72
"""Share of the fields of a mixture that keep their usual value, so that every row is reached."""

PERIMETER_TYPES = (REFERRAL, SOCIAL_URGENCY, HANDOVER)


def perimeter_cases() -> Iterator[Case]:
    """Every window's ends, for every child answer, in the three rows that read the perimeter."""
    for kind, child, today in product(KINDS, ANSWERS, TODAYS[:5]):
        for index, (name, happened) in enumerate(life_events(kind, today)):
            event_type = PERIMETER_TYPES[index % 3]
            event = event_of(event_type, {"life_event": happened, "dependent_child": child})
            hour = HOURS[index % 3]
            yield Case(f"{event_type}: {name}, child {child}, as of {today} {hour}", event, at(today, hour))


def eligibility_cases() -> Iterator[Case]:
    """Beneficiary, scheme and closed accompaniments, for events in, out and undated, with and without home CDAS."""
    happened = (
        life_event("SEPARATION", "2025-09-10"),
        life_event("SEPARATION", "2024-03-10"),
        life_event("SEPARATION"),
        life_event("PARTNER_DEATH", declared_on="2025-09-10"),
        life_event("CHILD_DEATH"),
        None,
    )
    for event, known, scheme, support, kind in product(
        happened, ANSWERS, SCHEMES[:2], SUPPORTS, (REFERRAL, SOCIAL_URGENCY)
    ):
        values = {"life_event": event, "caf_beneficiary": known, "scheme": scheme, "support": support}
        yield Case(f"{kind}: {event} {known} {scheme} {support}", event_of(kind, values))


def benefit_cases() -> Iterator[Case]:
    """Benefit urgencies around three months, by code, change and emitter, and at every instant of the line."""
    for code, change, sender in product(CODES, CHANGES, EMITTERS[:4]):
        for today, kind in product(TODAYS[:4], (REFERRAL, BENEFIT_URGENCY)):
            for since in (None, *days_around(today, 3)):
                benefit = {"code": code, "change": change, "since": since}
                event = event_of(kind, {"benefit": benefit, "emitter": sender, "need": "BENEFIT"})
                if change == "INTERRUPTED" or since is None:
                    yield Case(f"{kind}: {code} {change} {since} as of {today}", event, at(today))
    for instant, sender in product(LINE_INSTANTS, EMITTERS[:4]):
        values = {"benefit": {"code": "RSA", "change": "INTERRUPTED", "since": None}, "emitter": sender}
        yield Case(f"line at {instant}", event_of(BENEFIT_URGENCY, values | {"time": instant.isoformat()}))


def place_cases() -> Iterator[Case]:
    """Every commune and emitter, in every row that looks for the home CDAS or names an open worker's."""
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        (REFERRAL, {"need": "DEPARTMENT_AID"}),
        (REFERRAL, {"need": "DEPARTMENT_AID", "support": [entry("CD35")]}),
        (REFERRAL, {}),
        (REFERRAL, {"life_event": life_event("SEPARATION")}),
        (REFERRAL, {"support": None, "child_protection": "KNOWN_TO_CDAS"}),
        (REFERRAL, {"need": "BENEFIT", "autonomous": False, "support": [entry("CD35")]}),
        (SOCIAL_URGENCY, {"life_event": life_event("SEPARATION", "2025-09-10"), "support": None}),
        (SOCIAL_URGENCY, {"support": [entry("CD35"), entry("CD35", cdas="CDAS-07")]}),
        (SOCIAL_URGENCY, {"directed_to": "CAF_SOCIAL_WORK", "handled_before_referral": False}),
        (HANDOVER, {"direction": "CAF_TO_CDAS"}),
        (HANDOVER, {"direction": "CAF_TO_CDAS", "communication": None}),
        (JOINT_INTERVENTION, {"direction": "CAF_TO_CDAS", "reason": "COMPLEXITY"}),
        (JOINT_INTERVENTION, {"direction": "CAF_TO_CDAS"}),
        (CHILD_PROTECTION, {}),
        (CHILD_PROTECTION, {"known_to_cdas": True, "family_informed": "YES"}),
    )
    for (kind, values), commune, sender in product(rows, COMMUNES, EMITTERS):
        event = event_of(kind, values | {"commune": commune, "emitter": sender})
        yield Case(f"{kind}: {values} in {commune} from {sender['service']} {sender['cdas']}", event)


def transfer_cases() -> Iterator[Case]:
    """Every combination of reasons against a hand-over or a joint intervention."""
    happened = (life_event("SEPARATION", "2025-09-10"), life_event("CHILD_DEATH"), None)
    names = ("direction", "agreement", "link", "communication", "child_protection")
    for values in product(*(FREE[name] for name in names), REASONS[HANDOVER], happened, ("CAF", "MSA")):
        chosen = dict(zip((*names, "reason", "life_event", "scheme"), values, strict=True))
        yield Case(f"hand-over: {values}", event_of(HANDOVER, chosen))
    fields = ("direction", "evaluated_with_family", "other_professional", "child_protection")
    for values in product(*(FREE[name] for name in fields), REASONS[JOINT_INTERVENTION]):
        chosen = dict(zip((*fields, "reason"), values, strict=True))
        yield Case(f"joint intervention: {values}", event_of(JOINT_INTERVENTION, chosen))


def _choices(kind: str, today: date) -> Mapping[str, Sequence[Any]]:
    happened = [None, *(event for name in KINDS for _, event in life_events(name, today))]
    since = (None, *days_around(today, 3))
    benefits = [{"code": code, "change": change, "since": day} for code, change, day in product(CODES, CHANGES, since)]
    return {
        **FREE,
        "reason": REASONS.get(kind, (None,)),
        "life_event": happened,
        "benefit": benefits if kind == BENEFIT_URGENCY else [None, *benefits],
    }


def mixed_cases(count: int = MIXED, seed: int = SEED) -> Iterator[Case]:
    """Seeded mixtures of everything: most fields usual, some drawn, so that every row is reached."""
    random = Random(seed)
    choices = {(kind, today): _choices(kind, today) for kind in set(ALL_TYPES) for today in TODAYS}
    for number in range(count):
        kind, today = random.choice(ALL_TYPES), random.choice(TODAYS)
        values = {
            name: random.choice(drawn)
            for name, drawn in choices[kind, today].items()
            if name in ("life_event", "benefit", "support", "need") or random.random() > USUAL
        }
        instant = random.choice(LINE_INSTANTS) if kind == BENEFIT_URGENCY else at(today, random.choice(HOURS))
        if random.random() < 0.5:
            yield Case(f"mixture {number}", event_of(kind, values | {"time": instant.isoformat()}))
        else:
            yield Case(f"mixture {number}", event_of(kind, values), instant)
