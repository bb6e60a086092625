"""A realistic day of events: proportions as the handbook's load model assumes them, situations drawn at random.

Every call gives the same events. Communes are drawn by population, dates around the windows of the convention, so that
few situations are alike: what a cache of answers can save is what it saves in operation.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.routing.situation_vocabulary import (
    Answered,
    BenefitChange,
    EmitterService,
    HandoverReason,
    JointReason,
    LifeEventKind,
    Link,
    Need,
    OtherProfessional,
    Scheme,
    SupportedBy,
    SupportStatus,
    UrgencyCategory,
)

WEIGHTS: Final = {
    "referral.requested": 700,
    "cdap_message.received": 120,
    "social_urgency.reported": 40,
    "benefit_urgency.reported": 25,
    "handover.requested": 3,
    "joint_intervention.requested": 3,
    "child_protection.reported": 1,
    "notice.published": 1,
}
"""How often each type comes, by the volumes assumed for 22 CDAS: referrals above all, a notice now and then."""

DESCRIPTION: Final = ", ".join(f"{name} {weight / sum(WEIGHTS.values()):.1%}" for name, weight in WEIGHTS.items())

_FIRST_DAY: Final = date(2026, 3, 2)
_DAYS: Final = 60
_SEED: Final = 35


def realistic_events(count: int, notices: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """`count` different valid events in structured JSON mode; the notices are taken from `notices` in turn."""
    random = Random(_SEED)  # noqa: S311 -- the same events each time, nothing to keep secret
    territory = load_territory()
    communes = sorted(territory.communes)
    weights = [territory.communes[code].population for code in communes]
    for number, event_type in enumerate(random.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)):
        reference = f"bench-{number:07d}"
        if event_type == "notice.published":
            yield _renamed(notices[number % len(notices)], reference)
            continue
        day = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
        commune = random.choices([*communes, None], [*weights, sum(weights) // 50])[0]
        yield {
            "specversion": "1.0",
            "id": reference,
            "source": "urn:hub:caf35:bench" if event_type in _FROM_CAF else "urn:hub:cd35:bench",
            "type": event_type,
            "time": datetime(
                day.year, day.month, day.day, random.randrange(8, 18), random.randrange(60), tzinfo=paris()
            ).isoformat(),
            "subject": reference,
            "data": _data(event_type, reference, day, commune, random),
        }


_FROM_CAF: Final = frozenset({"child_protection.reported", "cdap_message.received"})


def _renamed(notice: dict[str, Any], reference: str) -> dict[str, Any]:
    event = notice | {"id": reference, "subject": reference, "data": notice["data"] | {"notice": reference}}
    event.pop("correlationid", None)
    return event


def _data(event_type: str, reference: str, day: date, commune: str | None, random: Random) -> dict[str, Any]:
    if event_type == "cdap_message.received":
        return {
            "nature": "PAYMENT",
            "urgent": random.random() < 0.1,
            "keyword_present": random.random() < 0.1,
            "information_available": _one(Answered, random),
            "response_hours": None,
            "cdas": _cdas(random),
        }
    data = _situation(reference, day, commune, random)
    if event_type == "child_protection.reported":
        return {
            "situation": reference,
            "emitter": data["emitter"] | {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "cdas": None},
            "household": {"commune": commune},
            "known_to_cdas": random.random() < 0.5,
            "immediate_danger": False,
            "family_informed": random.choice(["YES", None]),
            "secure_channel_ref": None,
        }
    return data | _added(event_type, day, random)


def _situation(reference: str, day: date, commune: str | None, random: Random) -> dict[str, Any]:
    service = random.choices(list(EmitterService), [60, 30, 5, 2, 2, 10, 5, 8, 3, 1])[0].value
    from_cdas = service.startswith("CDAS")
    return {
        "situation": reference,
        "emitter": {
            "institution": "CD35" if from_cdas else "CAF" if service.startswith("CAF") else "PARTNER",
            "service": service,
            "cdas": _cdas(random) if from_cdas else None,
            "cdap_access": from_cdas and random.random() < 0.9,
            "cdap_consulted": from_cdas and random.random() < 0.8,
        },
        "reception_level": random.choice(["FIRST", "SECOND"]),
        "need": random.choices(list(Need), [50, 15, 35])[0].value,
        "autonomous": random.choice([True, False, None]),
        "household": {
            "caf_beneficiary": random.choices(list(Answered), [85, 5, 10])[0].value,
            "scheme": random.choices(list(Scheme), [85, 8, 2, 5])[0].value,
            "dependent_child": random.choices(list(Answered), [70, 20, 10])[0].value,
            "commune": commune,
        },
        "life_event": _life_event(day, random),
        "support": None if random.random() < 0.1 else [_support(random) for _ in range(_few(random))],
        "child_protection": "KNOWN_TO_CDAS" if random.random() < 0.03 else "NONE",
        "personal_block": None,
        "benefit": _benefit(day, random) if random.random() < 0.5 else None,
    }


def _added(event_type: str, day: date, random: Random) -> dict[str, Any]:
    direction = random.choice(["CDAS_TO_CAF", "CAF_TO_CDAS"])
    communication = random.choices([None, {"mode": "WRITTEN", "on": day.isoformat()}], [1, 4])[0]
    match event_type:
        case "benefit_urgency.reported":
            return {"benefit": _benefit(day, random)}
        case "social_urgency.reported":
            handled = random.random() < 0.9
            sent_to = random.choices([None, "CAF_SOCIAL_WORK"], [9, 1])[0]
            return {
                "category": _one(UrgencyCategory, random),
                "handled_before_referral": handled,
                "directed_to": sent_to,
            }
        case "handover.requested":
            return {
                "direction": direction,
                "agreement": {"given": True, "on": day.isoformat()},
                "link": random.choices(list(Link), [1, 6, 2])[0].value,
                "reason": _one(HandoverReason, random),
                "communication": communication,
                "joint_meeting": random.random() < 0.5,
            }
        case "joint_intervention.requested":
            return {
                "direction": direction,
                "reason": _one(JointReason, random),
                "evaluated_with_family": random.random() < 0.9,
                "other_professional": _one(OtherProfessional, random),
                "communication": communication,
            }
    return {}


def _life_event(day: date, random: Random) -> dict[str, Any] | None:
    if random.random() < 0.4:
        return None
    dated = random.random() < 0.9
    return {
        "kind": _one(LifeEventKind, random),
        "planned": random.random() < 0.1,
        "date": (day - timedelta(days=random.randrange(1, 1000))).isoformat() if dated else None,
        "declared_on": None,
    }


def _support(random: Random) -> dict[str, Any]:
    status = random.choices(list(SupportStatus), [7, 3])[0].value
    return {
        "by": _one(SupportedBy, random),
        "cdas": None,
        "status": status,
        "closed_on": None,
        "same_event": random.random() < 0.3,
        "worker_absent": random.random() < 0.1,
    }


def _benefit(day: date, random: Random) -> dict[str, Any]:
    return {
        "code": random.choice(["AAH", "RSA", "RSA", "APL", "AF"]),
        "change": _one(BenefitChange, random),
        "since": (day - timedelta(days=random.randrange(1, 200))).isoformat() if random.random() < 0.8 else None,
    }


def _few(random: Random) -> int:
    return random.choices([0, 1, 2], [6, 3, 1])[0]


def _cdas(random: Random) -> str:
    return f"CDAS-{random.randrange(1, 23):02d}"


def _one(choices: Any, random: Random) -> str:
    return str(random.choice(list(choices)).value)
