"""CloudEvents in JSON for the six person-level types, built from named values."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

REFERRAL = "referral.requested"
BENEFIT_URGENCY = "benefit_urgency.reported"
SOCIAL_URGENCY = "social_urgency.reported"
HANDOVER = "handover.requested"
JOINT_INTERVENTION = "joint_intervention.requested"
CHILD_PROTECTION = "child_protection.reported"

SITUATION = (
    "situation",
    "emitter",
    "reception_level",
    "need",
    "autonomous",
    "household",
    "life_event",
    "support",
    "child_protection",
    "personal_block",
    "benefit",
)
FIELDS = {
    REFERRAL: SITUATION,
    BENEFIT_URGENCY: SITUATION,
    SOCIAL_URGENCY: (*SITUATION, "category", "handled_before_referral", "directed_to"),
    HANDOVER: (*SITUATION, "direction", "agreement", "link", "reason", "communication", "joint_meeting"),
    JOINT_INTERVENTION: (
        *SITUATION,
        "direction",
        "reason",
        "evaluated_with_family",
        "other_professional",
        "communication",
    ),
    CHILD_PROTECTION: (
        "situation",
        "emitter",
        "household",
        "known_to_cdas",
        "immediate_danger",
        "family_informed",
        "secure_channel_ref",
    ),
}
HOUSEHOLD = ("caf_beneficiary", "scheme", "dependent_child", "commune")
SOURCE_OF = {"CAF": "urn:hub:caf35:si-test", "CD35": "urn:hub:cd35:si-test", "PARTNER": "urn:hub:partner:demo:si-test"}
MAY_SEND = {HANDOVER: ("CAF", "CD35"), JOINT_INTERVENTION: ("CAF", "CD35"), CHILD_PROTECTION: ("CAF",)}


@dataclass(frozen=True, slots=True)
class Case:
    """One event, the instant at which it is decided (None: its own time), and a name that says where it comes from."""

    name: str
    event: dict[str, Any]
    as_of: datetime | None = None


def emitter(
    service: str, institution: str, cdas: str | None = None, *, access: bool = True, consulted: bool = True
) -> dict[str, Any]:
    """An emitter record."""
    return {
        "institution": institution,
        "service": service,
        "cdas": cdas,
        "cdap_access": access,
        "cdap_consulted": consulted,
    }


def entry(by: str, status: str = "OPEN", **changed: Any) -> dict[str, Any]:
    """An entry of `support`; `cdas` is left out unless it is given."""
    usual = {"by": by, "status": status, "closed_on": None, "same_event": False, "worker_absent": False}
    return usual | changed


def life_event(
    kind: str, date: str | None = None, declared_on: str | None = None, *, planned: bool = False
) -> dict[str, Any]:
    """A life event record."""
    return {"kind": kind, "planned": planned, "date": date, "declared_on": declared_on}


USUAL: dict[str, Any] = {
    "time": "2026-03-10T10:00:00+01:00",
    "situation": "sit-1",
    "emitter": emitter("CDAS_RECEPTION", "CD35", "CDAS-07"),
    "reception_level": "FIRST",
    "need": "SOCIAL_SUPPORT",
    "autonomous": None,
    "caf_beneficiary": "YES",
    "scheme": "CAF",
    "dependent_child": "YES",
    "commune": "35360",
    "life_event": None,
    "support": [],
    "child_protection": "NONE",
    "personal_block": None,
    "benefit": None,
    "category": "FOOD",
    "handled_before_referral": True,
    "directed_to": None,
    "direction": "CDAS_TO_CAF",
    "agreement": {"given": True, "on": None},
    "link": "WEAK",
    "reason": None,
    "communication": {"mode": "ORAL", "on": "2026-03-01"},
    "joint_meeting": False,
    "evaluated_with_family": True,
    "other_professional": "PMI",
    "known_to_cdas": False,
    "immediate_danger": False,
    "family_informed": None,
    "secure_channel_ref": None,
}
"""Every field of every type, by name; `time` stands in the envelope and the household's fields beside the others."""

REASON_TO_TRANSFER = {"CDAS_TO_CAF": "WEAK_LINK", "CAF_TO_CDAS": "LASTING_DIFFICULTIES"}


def event_of(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """A valid event of a type; fields that are not among `values` have their usual value.

    A hand-over without reason has the one that its direction asks for; a benefit urgency without benefit, a steady APL.
    """
    all_values = USUAL | values
    data = {name: deepcopy(all_values[name]) for name in FIELDS[kind] if name != "household"}
    household = ("commune",) if kind == CHILD_PROTECTION else HOUSEHOLD
    data["household"] = {name: all_values[name] for name in household}
    if kind == HANDOVER and data["reason"] is None:
        data["reason"] = REASON_TO_TRANSFER[data["direction"]]
    if kind == BENEFIT_URGENCY and data["benefit"] is None:
        data["benefit"] = {"code": "APL", "change": "NONE", "since": None}
    institution = data["emitter"]["institution"]
    allowed = MAY_SEND.get(kind, tuple(SOURCE_OF))
    return {
        "specversion": "1.0",
        "id": "evt-1",
        "source": SOURCE_OF[institution if institution in allowed else allowed[0]],
        "type": kind,
        "time": all_values["time"],
        "subject": data["situation"],
        "data": data,
    }
