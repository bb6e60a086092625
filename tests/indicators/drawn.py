"""Sets of events drawn at random from a small world: few threads, instants and ids, so that all meets all.

Events need not be likely, only possible: answers without requests, corrections of other types and of what never came,
two events of one instant, one id with two sources, notices withdrawn before they are published.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.indicators.told_events import Told

CAF, CAF_SOCIAL, CD35, CCAS, HUB = (
    "urn:hub:caf35:si-partenaires",
    "urn:hub:caf35:si-social",
    "urn:hub:cd35:si-social",
    "urn:hub:partner:ccas:accueil",
    "urn:hub:hub:ledger",
)
SOURCES = (CAF, CAF_SOCIAL, CD35, CCAS)
INSTANTS = (
    "2025-01-31T10:00:00+01:00",
    "2025-12-31T22:59:59Z",
    "2025-12-31T23:00:00Z",
    "2026-01-01T00:00:00+01:00",
    "2026-01-12T09:30:00+01:00",
    "2026-01-31T23:59:59.999+01:00",
    "2026-01-31T23:30:00Z",
    "2026-03-29T01:30:00Z",
    "2026-03-31T21:59:59Z",
    "2026-03-31T22:00:00Z",
    "2026-04-10T12:00:00+02:00",
    "2026-04-10T10:00:00Z",
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T02:30:00+01:00",
    "2026-10-31T23:00:00Z",
    "2026-12-31T22:59:59.5Z",
    "2026-12-31T23:00:00Z",
    "2027-01-04T08:00:00+01:00",
)
DAYS = ("2025-12-31", "2026-01-12", "2026-01-20", "2026-04-10", "2026-10-25", "2027-01-04")
PERIODS = (
    ("2026-01", "2026-12"),
    ("2026-01", "2026-01"),
    ("2026-03", "2026-04"),
    ("2026-10", "2026-12"),
    ("2025-12", "2027-01"),
)
CODES = ("CDAS-03", "CDAS-07", "CDAS-12")
DIRECTIONS = ("CDAS_TO_CAF", "CAF_TO_CDAS", "UNKNOWN")
SERVICES = ("CAF_BENEFITS", "CAF_SOCIAL_WORK", "CDAS", "EXTERNAL_REFERENT")
OUTCOMES = ("ROUTED", "REJECTED", "INCOMPLETE", "HUMAN_QUALIFICATION")
KNOWN = ("YES", "NO", "NOT_KNOWN")

Data = dict[str, Any]


def drawn_events(random: Random, at_most: int = 30) -> list[Told]:
    """Some events, each once, in any order."""
    events: dict[tuple[str, str], Told] = {}
    ids: list[str] = []
    types = random.sample(sorted(_DATA), random.randint(1, len(_DATA)))
    for number in range(random.randint(1, at_most)):
        event_type = random.choice(types)
        ids.append(random.choice(ids) if ids and random.random() < 0.1 else f"e{number}")
        told = _told(random, event_type, ids)
        events.setdefault(told.key, told)
    return list(events.values())


def _told(random: Random, event_type: str, ids: list[str]) -> Told:
    data = _DATA[event_type](random)
    if event_type in _CORRECTABLE:
        data["corrects"] = random.choice(ids) if random.random() < 0.3 else None
    of_notice = event_type.startswith("notice.") or event_type == "delivery.status_changed"
    thread = f"{'N' if of_notice else 'S'}-{random.randint(1, 3)}"
    if event_type.startswith("notice."):
        data["notice"] = thread
        ids[-1] = f"{thread}-{data['version']}"
    if event_type == "delivery.status_changed":
        data["event_id"] = f"{thread}-{random.randint(1, 3)}"
    instant = random.choice(INSTANTS)
    if "at" in data:
        data["at"] = instant
    event: Mapping[str, Any] = {
        "id": ids[-1],
        "source": HUB if event_type == "delivery.status_changed" else random.choice(SOURCES),
        "type": event_type,
        "time": instant,
        "subject": thread,
        "correlationid": thread,
        "data": data,
    }
    decided = event_type in _DECIDED
    return Told(
        event,
        random.choice(OUTCOMES) if decided else "",
        frozenset(random.sample(SERVICES, random.randint(0, 3))) if decided else frozenset(),
    )


def _bool(random: Random) -> bool:
    return random.random() < 0.5


def _or_none(random: Random, values: Any) -> Any:
    return None if random.random() < 0.3 else random.choice(values)


def _emitter(random: Random) -> Data:
    service = random.choice(("CDAS_RECEPTION", "CDAS_SOCIAL_WORKER", "CAF_RECEPTION", "CCAS"))
    institution = {"CDAS": "CD35", "CAF_": "CAF"}.get(service[:4], "PARTNER")
    return {"institution": institution, "service": service, "cdas": _or_none(random, CODES)}


def _message(random: Random) -> Data:
    return {
        "nature": random.choice(("PAYMENT", "HOUSING")),
        "urgent": _bool(random),
        "information_available": random.choice(KNOWN),
        "cdas": _or_none(random, CODES),
    }


def _query(random: Random) -> Data:
    return {"origin": random.choice(("CCAS", "TOWN_HALL")), "nature": random.choice(("ADVICE", "URGENCY"))}


def _training(random: Random) -> Data:
    kinds = ("ASIP_FOR_CAF_FRONT_OFFICE", "CDAP_WORKSHOP", "CD35_MISSIONS_FOR_CAF", "CAF_MISSIONS_FOR_CDAS", "UNKNOWN")
    return {
        "kind": random.choice(kinds),
        "site": _or_none(random, ("RENNES", "REDON")),
        "cdas": random.choices(CODES, k=random.randint(0, 3)),
        "participants": random.choice((0, 1, 12)),
        "audience_size": _or_none(random, (110,)),
    }


def _feedback(random: Random) -> Data:
    return {
        "theme": random.choice(("PRIORITY_LINE", "HANDOVER", "JOINT_INTERVENTION", "CDAP")),
        "kind": random.choice(("SUCCESS", "IMPROVEMENT")),
        "score": _or_none(random, (1, 2, 5)),
    }


def _referral(random: Random) -> Data:
    return {"emitter": _emitter(random)}


def _confirmation(random: Random) -> Data:
    return {
        "decision": random.choice(("FOLLOWED", "MODIFIED", "DECLINED")),
        "service": _or_none(random, ("CAF_SOCIAL_WORK", "CAF_SOCIAL_WORK", "CDAS")),
    }


def _conclusion(random: Random) -> Data:
    return {
        "direction": random.choice(("CDAS_TO_CAF", "CAF_TO_CDAS", "OTHER")),
        "justified": random.choice(KNOWN),
        "unjustified_reason": _or_none(random, ("WRONG_SERVICE", "NOT_URGENT")),
        "request_kind": _or_none(random, ("HOUSING_FUND", "CAF_AID")),
        "instruction_only": _bool(random),
        "sender_support_open": _or_none(random, (True, True, False)),
    }


def _transfer_request(random: Random) -> Data:
    spoken = {"mode": "ORAL", "on": "2026-01-12"}
    return {"direction": random.choice(DIRECTIONS), "communication": _or_none(random, (spoken,))}


def _transfer_answer(random: Random) -> Data:
    day, by_concertation = _or_none(random, DAYS), _bool(random)
    return {
        "direction": random.choice(DIRECTIONS),
        "concertation_on": day if by_concertation else None,
        "exchange_on": None if by_concertation else day,
    }


def _directed(random: Random) -> Data:
    return {"direction": random.choice(DIRECTIONS)}


def _contact(random: Random) -> Data:
    return {
        "means": random.choice(("PRIORITY_LINE", "CDAP_FORM")),
        "line_open": _bool(random),
        "reached": _bool(random),
        "out_of_scope": _bool(random),
        "benefit_kind": random.choice(("AAH", "RSA", "OTHER")),
        "cdas": _or_none(random, CODES),
    }


def _handling(random: Random) -> Data:
    return {"delay_hours": random.choice((0.25, 1.5, 4.0, 30.25, 1e-3, 2e6))}


def _social_urgency(random: Random) -> Data:
    supports = ({"by": "CAF", "status": "OPEN"}, {"by": "CAF", "status": "CLOSED"}, {"by": "CD35", "status": "OPEN"})
    return {
        "emitter": _emitter(random),
        "category": random.choice(("FOOD", "CHILD_PROTECTION", "OTHER")),
        "handled_before_referral": random.random() < 0.3,
        "directed_to": _or_none(random, ("CAF_SOCIAL_WORK", "CDAS")),
        "support": _or_none(random, ([], [random.choice(supports)])),
    }


def _notice(random: Random) -> Data:
    return {
        "version": random.randint(1, 3),
        "code": random.choice(("O1", "L2")),
        "issuer": random.choice(("CAF", "CD35")),
        "published_on": random.choice(DAYS),
        "effective_on": random.choice(DAYS),
    }


def _withdrawal(random: Random) -> Data:
    return {"version": random.randint(1, 3)}


def _delivery(random: Random) -> Data:
    return {
        "delivery": f"d{random.randint(1, 4)}",
        "contact": f"c{random.randint(1, 2)}",
        "service": random.choice(("CDAS", "CAF_REFERENTS")),
        "role": "GENERIC_MAILBOX",
        "status": random.choice(("SCHEDULED", "SCHEDULED", "ACCEPTED", "TAKEN_IN_CHARGE", "REDIRECTED", "CANCELLED")),
        "acknowledge_by": _or_none(random, ("2026-01-20T00:00:00+01:00",)),
        "at": "",
    }


def _nothing(_: Random) -> Data:
    return {}


_CORRECTABLE = frozenset(
    {
        "cdap_message.received",
        "social_worker_query.received",
        "training.held",
        "field_feedback.submitted",
        "referral.concluded",
        "benefit_urgency.contacted",
        "benefit_urgency.handled",
    }
)
_DECIDED = frozenset(
    {
        "referral.requested",
        "handover.requested",
        "joint_intervention.requested",
        "social_urgency.reported",
        "notice.published",
        "notice.corrected",
    }
)
_DATA: Mapping[str, Callable[[Random], Data]] = {
    "cdap_message.received": _message,
    "social_worker_query.received": _query,
    "training.held": _training,
    "field_feedback.submitted": _feedback,
    "referral.requested": _referral,
    "referral.confirmed": _confirmation,
    "referral.concluded": _conclusion,
    "handover.requested": _transfer_request,
    "handover.accepted": _transfer_answer,
    "handover.refused": _transfer_answer,
    "handover.postponed": _directed,
    "handover.completed": _directed,
    "joint_intervention.requested": _transfer_request,
    "joint_intervention.validated": _transfer_answer,
    "joint_intervention.refused": _transfer_answer,
    "joint_intervention.ended": _nothing,
    "benefit_urgency.contacted": _contact,
    "benefit_urgency.handled": _handling,
    "social_urgency.reported": _social_urgency,
    "social_urgency.taken_in_charge": _nothing,
    "child_protection.reported": _nothing,
    "notice.published": _notice,
    "notice.corrected": _notice,
    "notice.withdrawn": _withdrawal,
    "delivery.status_changed": _delivery,
}
