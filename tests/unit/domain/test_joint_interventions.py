"""Joint interventions: contract, section 6 (R44 to R48, C07)."""

import pytest

from hub.domain.rules.parameters import build_parameters
from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import ELSEWHERE, answer, caf, joint_intervention, places, rules_told

BACK, FORTH = "CAF_TO_CDAS", "CDAS_TO_CAF"
TO_THE_CAF = {"CAF_SOCIAL_WORK/SECRETARIAT by CAF_SOCIAL_WORK_MAILBOX for CONCERTATION: R48"}
TO_THE_CDAS = {"CDAS/CONCERTATION by CDAS_MAILBOX for CONCERTATION: R47"}
EXCLUDED = ["CHILD_PLACEMENT_WORKER", "RSA_REFERENT"]
ALLOWED = ["CDAS_SOCIAL_WORKER", "CAF_SOCIAL_WORKER", "PMI", "SCHOOL_SOCIAL_WORKER", "OTHER"]

ROUTED = {
    "to the CAF (R48)": (TO_THE_CAF, joint_intervention(FORTH)),
    "to the CDAS (R47)": (TO_THE_CDAS, joint_intervention(BACK)),
    "for complementary skills (R44)": (TO_THE_CAF, joint_intervention(FORTH, reason="COMPLEMENTARY_SKILLS")),
    "with child protection (R51)": (TO_THE_CAF, joint_intervention(FORTH, child_protection="KNOWN_TO_CDAS")),
    "without a life event": (TO_THE_CAF, joint_intervention(FORTH, life_event=None)),
    "to the emitter's CDAS, no commune (C18)": (
        {"CDAS/CONCERTATION by CDAS_MAILBOX for CONCERTATION at CDAS-07: R47"},
        joint_intervention(BACK, commune=None),
    ),
}


@pytest.mark.parametrize(("expected", "event"), ROUTED.values(), ids=ROUTED)
def test_a_joint_intervention_that_meets_every_condition_is_routed(expected: set[str], event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", expected) == (answered.outcome, places(answered))
    assert ((), (), ()) == (answered.rejections, answered.missing, answered.suggestions)


@pytest.mark.parametrize("professional", ALLOWED)
def test_another_professional_is_looked_at_case_by_case(professional: str) -> None:
    answered = answer(joint_intervention(other_professional=professional))
    assert ("ROUTED", ("C15",)) == (answered.outcome, answered.flags)


@pytest.mark.parametrize("direction", [FORTH, BACK])
@pytest.mark.parametrize("professional", EXCLUDED)
def test_two_professionals_are_excluded_and_a_contact_is_suggested(professional: str, direction: str) -> None:
    answered = answer(joint_intervention(direction, other_professional=professional))
    assert ("REJECTED", ("EXCLUDED_PROFESSIONAL",), ()) == (answered.outcome, answered.rejections, answered.routings)
    assert (("COORDINATION_CONTACT",), ("C07",)) == (answered.suggestions, answered.flags)


LIFTED = {
    "parameter": "joint_intervention_exclusion",
    "value": "non",
    "valid_from": "2026-05-04",
    "valid_to": "2026-05-31",
    "decided_by": "Comité de suivi",
    "note": "",
}


@pytest.mark.parametrize(
    ("outcome", "at"),
    [("REJECTED", "2026-05-03T23:59"), ("ROUTED", "2026-05-04T00:00"), ("REJECTED", "2026-06-01T00:00")],
    ids=["the day before", "the first day", "the day after"],
)
@pytest.mark.parametrize("professional", EXCLUDED)
def test_the_two_institutions_can_lift_the_exclusion_for_a_time(professional: str, outcome: str, at: str) -> None:
    table = build_parameters([(2, LIFTED)])
    answered = answer(joint_intervention(other_professional=professional), at, parameters=table)
    assert (outcome, True) == (answered.outcome, "C07" in answered.flags)


MISSING = {
    "no evaluation (R45)": ("INCOMPLETE", ("EVALUATION",), joint_intervention(evaluated_with_family=False)),
    "no reason (R44)": ("INCOMPLETE", ("REASON",), joint_intervention(reason=None)),
    "neither": ("INCOMPLETE", ("EVALUATION", "REASON"), joint_intervention(reason=None, evaluated_with_family=False)),
    "a refusal comes before what is missing": (
        "REJECTED",
        ("REASON",),
        joint_intervention(reason=None, other_professional="RSA_REFERENT"),
    ),
    "no home CDAS (R47)": (
        "HUMAN_QUALIFICATION",
        ("COMMUNE",),
        joint_intervention(BACK, commune=None, emitter=caf()),
    ),
}


@pytest.mark.parametrize(("outcome", "missing", "event"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_named(outcome: str, missing: tuple[str, ...], event: Given) -> None:
    answered = answer(event)
    assert (outcome, missing, ()) == (answered.outcome, answered.missing, answered.routings)


def test_outside_the_departement_no_joint_intervention_is_looked_at() -> None:
    assert "OUT_OF_SCOPE" == answer(joint_intervention(commune=ELSEWHERE)).outcome


TOLD = {
    "to the CAF": ("R46 R45 R44 R48", joint_intervention(FORTH)),
    "to the CDAS": ("R46 R45 R44 R47", joint_intervention(BACK)),
    "refused": ("R46 R45 R44", joint_intervention(other_professional="RSA_REFERENT")),
    "incomplete": ("R46 R45 R44", joint_intervention(reason=None)),
}


@pytest.mark.parametrize(("told", "event"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given) -> None:
    assert told == rules_told(answer(event))
