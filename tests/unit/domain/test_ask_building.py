"""The event that answers make: each answer in its field, and the value that says least where nothing was asked."""

from datetime import date, datetime
from typing import Any

import pytest

from hub.domain.asking.building import build_data, build_event
from hub.domain.asking.question import NOT_KNOWN
from hub.domain.vocabulary import Confidentiality

ON = datetime.fromisoformat("2026-05-03T23:30:00+00:00")
DAY = date(2026, 5, 4)
NOTHING: dict[str, Any] = {
    "situation": "hub-ask",
    "emitter": {
        "institution": "PARTNER",
        "service": "OTHER",
        "cdas": None,
        "cdap_access": False,
        "cdap_consulted": False,
    },
    "reception_level": None,
    "need": None,
    "autonomous": None,
    "household": {
        "caf_beneficiary": NOT_KNOWN,
        "scheme": NOT_KNOWN,
        "dependent_child": NOT_KNOWN,
        "commune": None,
    },
    "life_event": None,
    "support": None,
    "child_protection": "NONE",
    "personal_block": None,
    "benefit": None,
}


def test_no_answer_makes_an_event_that_says_nothing() -> None:
    event = build_event({}, ON)
    assert ("referral.requested", NOTHING) == (event.envelope.type, event.data)


def test_every_answer_about_a_situation_stands_in_its_field() -> None:
    answers = {
        "danger": "NO",
        "emitter.service": "CDAS_RECEPTION",
        "request": "REFERRAL",
        "need": "BENEFIT",
        "household.commune": "35238",
        "benefit.code": "AAH",
        "benefit.change": "INTERRUPTED",
        "benefit.since": "2026-01-15",
        "emitter.cdap_access": "YES",
        "emitter.cdap_consulted": "YES",
        "autonomous": "NO",
        "support": "YES",
        "support.caf": "CLOSED",
        "support.caf.same_event": "YES",
        "support.cd35": "OPEN",
        "support.cd35.cdas": "CDAS-07",
        "support.cd35.worker_absent": "YES",
        "support.other": "NO",
        "child_protection": "YES",
        "life_event.kind": "SEPARATION",
        "household.dependent_child": "YES",
        "life_event.planned": "YES",
        "life_event.date": NOT_KNOWN,
        "life_event.declared_on": "2026-02-01",
        "household.caf_beneficiary": "YES",
        "household.scheme": "MSA",
        "emitter.cdas": "CDAS-01",
    }
    expected = NOTHING | {
        "emitter": {
            "institution": "CD35",
            "service": "CDAS_RECEPTION",
            "cdas": "CDAS-01",
            "cdap_access": True,
            "cdap_consulted": True,
        },
        "need": "BENEFIT",
        "autonomous": False,
        "household": {"caf_beneficiary": "YES", "scheme": "MSA", "dependent_child": "YES", "commune": "35238"},
        "life_event": {"kind": "SEPARATION", "planned": True, "date": None, "declared_on": date(2026, 2, 1)},
        "support": [
            {
                "by": "CAF",
                "cdas": None,
                "status": "CLOSED",
                "closed_on": None,
                "same_event": True,
                "worker_absent": False,
            },
            {
                "by": "CD35",
                "cdas": "CDAS-07",
                "status": "OPEN",
                "closed_on": None,
                "same_event": False,
                "worker_absent": True,
            },
        ],
        "child_protection": "KNOWN_TO_CDAS",
        "benefit": {"code": "AAH", "change": "INTERRUPTED", "since": date(2026, 1, 15)},
    }
    event = build_event(answers, ON)
    assert ("benefit_urgency.reported", expected) == (event.envelope.type, event.data)
    envelope = event.envelope
    assert ("hub-ask", "urn:hub:cd35:accueil", ON) == (envelope.id, envelope.source, envelope.time)
    assert ("hub-ask", "hub-ask", Confidentiality.C3) == (
        envelope.subject,
        envelope.correlationid,
        envelope.confidentiality,
    )


SMALL: dict[str, tuple[dict[str, str], str, object]] = {
    "a need that is not known": ({"request": "REFERRAL", "need": NOT_KNOWN}, "need", None),
    "a need that was not asked": ({"request": "SOCIAL_URGENCY"}, "need", "SOCIAL_SUPPORT"),
    "autonomous": ({"autonomous": "YES"}, "autonomous", True),
    "autonomous or not": ({"autonomous": NOT_KNOWN}, "autonomous", None),
    "immediate danger": ({"danger": "YES", "child_protection": "YES"}, "child_protection", "IMMEDIATE_DANGER"),
    "nobody accompanies": ({"support": "NO"}, "support", []),
    "whoever accompanies": ({"support": NOT_KNOWN}, "support", None),
    "a benefit that is not known": ({"benefit.code": NOT_KNOWN}, "benefit", None),
    "a benefit of which nothing more is asked": (
        {"benefit.code": "RSA"},
        "benefit",
        {"code": "RSA", "change": "NONE", "since": None},
    ),
    "another body": (
        {"support": "YES", "support.other": "OPEN"},
        "support",
        [
            {
                "by": "OTHER",
                "cdas": None,
                "status": "OPEN",
                "closed_on": None,
                "same_event": False,
                "worker_absent": False,
            }
        ],
    ),
}


@pytest.mark.parametrize(("answers", "name", "expected"), SMALL.values(), ids=SMALL)
def test_an_answer_makes_its_field(answers: dict[str, str], name: str, expected: object) -> None:
    assert expected == build_event(answers, ON).data[name]


TYPES = {
    "an interrupted benefit": ({"benefit.change": "INTERRUPTED"}, "benefit_urgency.reported"),
    "a strong decrease": ({"benefit.change": "STRONG_DECREASE"}, "benefit_urgency.reported"),
    "a decrease": ({"benefit.change": "DECREASE"}, "referral.requested"),
    "an urgency": ({"request": "SOCIAL_URGENCY"}, "social_urgency.reported"),
    "a handover": ({"request": "HANDOVER", "emitter.service": "CAF_SOCIAL_WORK"}, "handover.requested"),
    "a joint intervention": (
        {"request": "JOINT_INTERVENTION", "emitter.service": "CDAS_SOCIAL_WORKER"},
        "joint_intervention.requested",
    ),
}


@pytest.mark.parametrize(("answers", "expected"), TYPES.values(), ids=TYPES)
def test_a_request_makes_the_event_of_its_kind(answers: dict[str, str], expected: str) -> None:
    assert expected == build_event({"benefit.code": "RSA"} | answers, ON).envelope.type


ADDED: dict[str, tuple[str, dict[str, str], dict[str, object]]] = {
    "an urgency": (
        "social_urgency.reported",
        {"category": "FOOD", "directed_to": "YES", "handled_before_referral": "YES"},
        {"category": "FOOD", "directed_to": "CAF_SOCIAL_WORK", "handled_before_referral": True},
    ),
    "an urgency of which nothing is asked": (
        "social_urgency.reported",
        {},
        {"category": "OTHER", "directed_to": None, "handled_before_referral": False},
    ),
    "a handover": (
        "handover.requested",
        {
            "emitter.service": "CAF_SOCIAL_WORK",
            "agreement.given": "YES",
            "link": "WEAK",
            "handover.reason": "WEAK_LINK",
            "communication": "ORAL",
        },
        {
            "direction": "CAF_TO_CDAS",
            "agreement": {"given": True, "on": None},
            "link": "WEAK",
            "reason": "WEAK_LINK",
            "communication": {"mode": "ORAL", "on": DAY},
            "joint_meeting": False,
        },
    ),
    "a handover of which nothing is asked": (
        "handover.requested",
        {"emitter.service": "CDAS_SOCIAL_WORKER"},
        {
            "direction": "CDAS_TO_CAF",
            "agreement": {"given": False, "on": None},
            "link": "NONE",
            "reason": "OTHER",
            "communication": None,
            "joint_meeting": False,
        },
    ),
    "a joint intervention": (
        "joint_intervention.requested",
        {
            "emitter.service": "CAF_SOCIAL_WORK",
            "joint_intervention.reason": "COMPLEXITY",
            "evaluated_with_family": "YES",
            "other_professional": "PMI",
        },
        {
            "direction": "CAF_TO_CDAS",
            "reason": "COMPLEXITY",
            "evaluated_with_family": True,
            "other_professional": "PMI",
            "communication": None,
        },
    ),
    "a joint intervention of which nothing is asked": (
        "joint_intervention.requested",
        {"emitter.service": "CDAS_SOCIAL_WORKER"},
        {
            "direction": "CDAS_TO_CAF",
            "reason": None,
            "evaluated_with_family": False,
            "other_professional": "OTHER",
            "communication": None,
        },
    ),
}


@pytest.mark.parametrize(("event_type", "answers", "added"), ADDED.values(), ids=ADDED)
def test_each_request_adds_its_own_fields(event_type: str, answers: dict[str, str], added: dict[str, object]) -> None:
    data = build_data(event_type, answers, DAY)
    assert added == {name: held for name, held in data.items() if name not in NOTHING}


def test_the_day_of_a_communication_is_that_of_paris() -> None:
    answers = {"request": "HANDOVER", "emitter.service": "CAF_SOCIAL_WORK", "communication": "WRITTEN"}
    assert {"mode": "WRITTEN", "on": DAY} == build_event(answers, ON).data["communication"]


EMITTERS = {
    "CDAS_RECEPTION": "urn:hub:cd35:accueil",
    "CDAS_SOCIAL_WORKER": "urn:hub:cd35:accueil",
    "CAF_RECEPTION": "urn:hub:caf35:accueil",
    "CAF_BENEFITS": "urn:hub:caf35:accueil",
    "CAF_SOCIAL_WORK": "urn:hub:caf35:accueil",
    "CCAS": "urn:hub:partner:accueil:accueil",
    "ASSOCIATION": "urn:hub:partner:accueil:accueil",
}


@pytest.mark.parametrize(("service", "source"), EMITTERS.items())
def test_a_service_speaks_for_its_institution(service: str, source: str) -> None:
    assert source == build_event({"emitter.service": service}, ON).envelope.source
