"""From answers to an event: what was not asked gets the value that says least, and never changes the decision."""

from datetime import date, datetime
from typing import Any, Final

from hub.domain.asking.field import Answers
from hub.domain.asking.form_request import DIRECTION_OF, HANDOVER, JOINT_INTERVENTION, SOCIAL_URGENCY
from hub.domain.asking.question import NO, NOT_KNOWN, YES, AskedEvent
from hub.domain.calendar.paris import paris
from hub.domain.events import Envelope, default_level_of
from hub.domain.routing.situation_vocabulary import BenefitChange, EmitterService, Need, SupportedBy, SupportStatus
from hub.domain.vocabulary import Institution, Service

REFERENCE: Final = "hub-ask"
"""Id and subject of an event that nobody has published yet."""

_CD35: Final = (EmitterService.CDAS_RECEPTION.value, EmitterService.CDAS_SOCIAL_WORKER.value)
_CAF: Final = (
    EmitterService.CAF_RECEPTION.value,
    EmitterService.CAF_BENEFITS.value,
    EmitterService.CAF_SOCIAL_WORK.value,
)
_SOURCES: Final = {
    Institution.CD35: "urn:hub:cd35:accueil",
    Institution.CAF: "urn:hub:caf35:accueil",
    Institution.PARTNER: "urn:hub:partner:accueil:accueil",
}
_TYPES: Final = {
    SOCIAL_URGENCY: "social_urgency.reported",
    HANDOVER: "handover.requested",
    JOINT_INTERVENTION: "joint_intervention.requested",
}
_LOST: Final = (BenefitChange.INTERRUPTED.value, BenefitChange.STRONG_DECREASE.value)


def build_event(answers: Answers, instant: datetime) -> AskedEvent:
    """The event that the answers make at an instant (with an offset).

    A benefit that stopped or fell strongly makes a `benefit_urgency.reported`, any other request of a benefit a
    `referral.requested`. The day of a communication that was declared is the day of the instant.
    """
    event_type = event_type_of(answers)
    data = build_data(event_type, answers, instant.astimezone(paris()).date())
    envelope = Envelope(
        id=REFERENCE,
        source=_SOURCES[_institution(data["emitter"]["service"])],
        type=event_type,
        time=instant,
        subject=REFERENCE,
        correlationid=REFERENCE,
        confidentiality=default_level_of(event_type, data),
    )
    return AskedEvent(envelope, data)


def event_type_of(answers: Answers) -> str:
    """The type of the event that the answers make."""
    asked = _TYPES.get(answers.get("request", ""))
    if asked is not None:
        return asked
    return "benefit_urgency.reported" if answers.get("benefit.change") in _LOST else "referral.requested"


def build_data(event_type: str, answers: Answers, on: date) -> dict[str, Any]:
    """The data of the event (contract, section 3), as Avro gives it."""
    data = _situation(answers)
    if event_type == "social_urgency.reported":
        data["category"] = answers.get("category", "OTHER")
        data["handled_before_referral"] = answers.get("handled_before_referral") == YES
        data["directed_to"] = Service.CAF_SOCIAL_WORK.value if answers.get("directed_to") == YES else None
    elif event_type == "handover.requested":
        data["direction"] = DIRECTION_OF[answers["emitter.service"]]
        data["agreement"] = {"given": answers.get("agreement.given") == YES, "on": None}
        data["link"] = answers.get("link", "NONE")
        data["reason"] = answers.get("handover.reason", "OTHER")
        data["communication"] = _communication(answers, on)
        data["joint_meeting"] = False
    elif event_type == "joint_intervention.requested":
        data["direction"] = DIRECTION_OF[answers["emitter.service"]]
        data["reason"] = _known(answers.get("joint_intervention.reason"))
        data["evaluated_with_family"] = answers.get("evaluated_with_family") == YES
        data["other_professional"] = answers.get("other_professional", "OTHER")
        data["communication"] = None
    return data


def _situation(answers: Answers) -> dict[str, Any]:
    service = answers.get("emitter.service", EmitterService.OTHER.value)
    asks_something = answers.get("request") is not None
    return {
        "situation": REFERENCE,
        "emitter": {
            "institution": _institution(service).value,
            "service": service,
            "cdas": _known(answers.get("emitter.cdas")),
            "cdap_access": answers.get("emitter.cdap_access") == YES,
            "cdap_consulted": answers.get("emitter.cdap_consulted") == YES,
        },
        "reception_level": None,
        "need": _need(answers) if asks_something else None,
        "autonomous": _yes_or_no(answers.get("autonomous")),
        "household": {
            "caf_beneficiary": answers.get("household.caf_beneficiary", NOT_KNOWN),
            "scheme": answers.get("household.scheme", NOT_KNOWN),
            "dependent_child": answers.get("household.dependent_child", NOT_KNOWN),
            "commune": _known(answers.get("household.commune")),
        },
        "life_event": _life_event(answers),
        "support": _support(answers),
        "child_protection": _child_protection(answers),
        "personal_block": None,
        "benefit": _benefit(answers),
    }


def _need(answers: Answers) -> str | None:
    return _known(answers.get("need", Need.SOCIAL_SUPPORT.value))


def _child_protection(answers: Answers) -> str:
    if answers.get("danger") == YES:
        return "IMMEDIATE_DANGER"
    return "KNOWN_TO_CDAS" if answers.get("child_protection") == YES else "NONE"


def _life_event(answers: Answers) -> dict[str, Any] | None:
    kind = answers.get("life_event.kind")
    if kind is None:
        return None
    return {
        "kind": kind,
        "planned": answers.get("life_event.planned") == YES,
        "date": _day(answers.get("life_event.date")),
        "declared_on": _day(answers.get("life_event.declared_on")),
    }


def _benefit(answers: Answers) -> dict[str, Any] | None:
    code = _known(answers.get("benefit.code"))
    if code is None:
        return None
    change = answers.get("benefit.change", BenefitChange.NONE.value)
    return {"code": code, "change": change, "since": _day(answers.get("benefit.since"))}


def _support(answers: Answers) -> list[dict[str, Any]] | None:
    followed = answers.get("support")
    if followed is None or followed == NOT_KNOWN:
        return None
    if followed == NO:
        return []
    return [
        {
            "by": by.value,
            "cdas": _known(answers.get(f"{name}.cdas")),
            "status": answers[name],
            "closed_on": None,
            "same_event": answers.get(f"{name}.same_event") == YES,
            "worker_absent": answers.get(f"{name}.worker_absent") == YES,
        }
        for name, by in _BY.items()
        if answers.get(name) in (SupportStatus.OPEN.value, SupportStatus.CLOSED.value)
    ]


def _communication(answers: Answers, on: date) -> dict[str, Any] | None:
    mode = answers.get("communication", "NONE")
    return None if mode == "NONE" else {"mode": mode, "on": on}


def _institution(service: str) -> Institution:
    if service in _CD35:
        return Institution.CD35
    return Institution.CAF if service in _CAF else Institution.PARTNER


def _known(answer: str | None) -> str | None:
    return None if answer == NOT_KNOWN else answer


def _yes_or_no(answer: str | None) -> bool | None:
    return {YES: True, NO: False}.get(answer or "")


def _day(answer: str | None) -> date | None:
    known = _known(answer)
    return None if known is None else date.fromisoformat(known)


_BY: Final = {
    "support.caf": SupportedBy.CAF,
    "support.cd35": SupportedBy.CD35,
    "support.other": SupportedBy.OTHER,
}
