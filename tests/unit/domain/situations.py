"""Events about a household in one line each, and an answer in words.

The usual household is a beneficiary of the CAF with a dependent child; it lives in the département, no map says which
CDAS is its own, nobody follows it, and a CDAS asks. The day is Monday 4 May 2026, at nine: the priority line is open.
"""

from datetime import date, datetime
from typing import Any

from hub.data import load_calendar
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decide import decide
from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.domain.rules.parameters import NO_ROWS, ParameterTable
from tests.unit.domain.domain_building import Given, envelope

TODAY = date(2026, 5, 4)
A_COMMUNE = "35051"
ELSEWHERE = "22050"


def cdas(service: str = "CDAS_RECEPTION", code: str | None = "CDAS-07", **changed: Any) -> dict[str, Any]:
    """A CDAS that asks; it has access to CDAP and consulted it."""
    return _emitter("CD35", service, code) | changed


def caf(service: str = "CAF_RECEPTION", **changed: Any) -> dict[str, Any]:
    """The CAF asks."""
    return _emitter("CAF", service, None) | changed


def partner(service: str = "CCAS", **changed: Any) -> dict[str, Any]:
    """A partner asks."""
    return _emitter("PARTNER", service, None) | changed


def _emitter(institution: str, service: str, code: str | None) -> dict[str, Any]:
    return {
        "institution": institution,
        "service": service,
        "cdas": code,
        "cdap_access": True,
        "cdap_consulted": True,
    }


def life_event(kind: str, on: str | None = None, declared: str | None = None, *, planned: bool = False) -> Any:
    """A life event, with the days that are given."""
    return {"kind": kind, "planned": planned, "date": _day(on), "declared_on": _day(declared)}


def followed(by: str, **changed: Any) -> dict[str, Any]:
    """An accompaniment that goes on."""
    return _support(by, "OPEN") | changed


def closed(by: str, **changed: Any) -> dict[str, Any]:
    """An accompaniment that is over; by default it was about another life event."""
    return _support(by, "CLOSED") | changed


def _support(by: str, status: str) -> dict[str, Any]:
    return {
        "by": by,
        "cdas": None,
        "status": status,
        "closed_on": None,
        "same_event": False,
        "worker_absent": False,
    }


def benefit(code: str, change: str, since: str | None = None) -> dict[str, Any]:
    """A benefit and what happened to it."""
    return {"code": code, "change": change, "since": _day(since)}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _household(commune: str | None, changed: dict[str, Any]) -> dict[str, Any]:
    return {
        "caf_beneficiary": changed.pop("beneficiary", "YES"),
        "scheme": changed.pop("scheme", "CAF"),
        "dependent_child": changed.pop("child", "YES"),
        "commune": commune,
    }


def _event(event_type: str, changed: dict[str, Any], **added: Any) -> Given:
    data: dict[str, Any] = {
        "situation": "s-1",
        "emitter": cdas(),
        "reception_level": "FIRST",
        "need": None,
        "autonomous": None,
        "household": _household(changed.pop("commune", A_COMMUNE), changed),
        "life_event": None,
        "support": [],
        "child_protection": "NONE",
        "personal_block": None,
        "benefit": None,
    }
    data |= added
    assert not changed.keys() - data.keys()
    data |= changed
    return Given(envelope(event_type, data), data)


def referral(need: str | None = "SOCIAL_SUPPORT", **changed: Any) -> Given:
    """A referral."""
    return _event("referral.requested", changed, need=need)


def for_benefit(code: str, change: str, since: str | None = None, **changed: Any) -> Given:
    """A benefit urgency as reported: whether it is one is for the rules to say."""
    return _event("benefit_urgency.reported", changed, benefit=benefit(code, change, since))


def social_urgency(category: str = "FOOD", **changed: Any) -> Given:
    """A social urgency; the emitter handled it and sent the person nowhere."""
    added = {"category": category, "handled_before_referral": True, "directed_to": None}
    return _event("social_urgency.reported", changed, **added)


def handover(direction: str = "CDAS_TO_CAF", **changed: Any) -> Given:
    """A hand-over that can be routed, after a separation of last year."""
    added = {
        "direction": direction,
        "agreement": {"given": changed.pop("agreed", True), "on": None},
        "link": "WEAK",
        "reason": "WEAK_LINK" if direction == "CDAS_TO_CAF" else "LASTING_DIFFICULTIES",
        "communication": {"mode": "ORAL", "on": TODAY},
        "joint_meeting": False,
        "life_event": life_event("SEPARATION", "2025-05-04"),
    }
    return _event("handover.requested", changed, **added)


def joint_intervention(direction: str = "CDAS_TO_CAF", **changed: Any) -> Given:
    """A joint intervention that can be routed."""
    added = {
        "direction": direction,
        "reason": "COMPLEXITY",
        "evaluated_with_family": True,
        "other_professional": "PMI",
        "communication": None,
    }
    return _event("joint_intervention.requested", changed, **added)


def concern(*, known: bool = False, **changed: Any) -> Given:
    """A concern about a child, as the CAF tells of it; the family is informed."""
    data: dict[str, Any] = {
        "situation": "s-1",
        "emitter": caf("CAF_SOCIAL_WORK"),
        "household": {"commune": changed.pop("commune", A_COMMUNE)},
        "known_to_cdas": known,
        "immediate_danger": False,
        "family_informed": "YES",
        "secure_channel_ref": None,
    }
    assert not changed.keys() - data.keys()
    data |= changed
    return Given(envelope("child_protection.reported", data), data)


def answer(
    event: Given, at: str | None = None, directory: Directory | None = None, parameters: ParameterTable = NO_ROWS
) -> Answer:
    """The answer by the shipped calendar, at the event's own time or at another one (Europe/Paris in summer)."""
    instant = datetime.fromisoformat(f"{at}+02:00") if at else None
    return decide(event, instant, directory, load_calendar(), parameters).answer


def places(answered: Answer) -> set[str]:
    """The routings in words, for example `CDAS/RECEPTION by CDAS_RECEPTION for COMPETENCE at CDAS-07: R04`."""
    told = [_place(routing) for routing in answered.routings]
    assert len(told) == len(set(told))
    return set(told)


def _place(routing: Routing) -> str:
    urgency = "" if routing.urgency == "NONE" else f", {routing.urgency} urgency"
    at = f" at {routing.cdas}" if routing.cdas is not None else ""
    rules = " ".join(sorted(routing.rules))
    assert len(routing.rules) == len(set(routing.rules))
    return f"{routing.service}/{routing.role} by {routing.channel} for {routing.purpose}{urgency}{at}: {rules}"


def rules_told(answered: Answer) -> str:
    """The rules of the explanation in its order; `-R14` is one that was looked at and did not apply."""
    return " ".join(step.rule if step.matched else f"-{step.rule}" for step in answered.explanation)


def sentence(answered: Answer, rule: str) -> str:
    """What the explanation says of a rule, which it names once."""
    [step] = _steps(answered, rule)
    return step.label


def _steps(answered: Answer, rule: str) -> list[Explanation]:
    return [step for step in answered.explanation if step.rule == rule]
