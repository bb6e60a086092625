"""Hand-overs: contract, section 6 (R10, R39, R47, R48, R51, R55 to R60, R62)."""

import pytest

from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    ELSEWHERE,
    answer,
    caf,
    closed,
    followed,
    handover,
    life_event,
    places,
    rules_told,
)

BACK, FORTH = "CAF_TO_CDAS", "CDAS_TO_CAF"
TO_THE_CAF = {"CAF_SOCIAL_WORK/SECRETARIAT by CAF_SOCIAL_WORK_MAILBOX for APPOINTMENT: R48 R60"}
TO_THE_CDAS = {"CDAS/CONCERTATION by CDAS_MAILBOX for CONCERTATION: R47 R60 R62"}
LONG_AGO = life_event("SEPARATION", "2019-05-04")
UNDATED = life_event("SEPARATION")

ROUTED = {
    "to the CAF, weak link (R55)": (TO_THE_CAF, handover(FORTH)),
    "to the CAF, no link (R58)": (TO_THE_CAF, handover(FORTH, link="NONE")),
    "to the CAF, the household is no beneficiary (R39)": (TO_THE_CAF, handover(FORTH, beneficiary="NO")),
    "to the CAF, after a support that it closed (R39)": (
        TO_THE_CAF,
        handover(FORTH, support=[closed("CAF", same_event=True)]),
    ),
    "to the CAF, though somebody follows": (TO_THE_CAF, handover(FORTH, support=[followed("CD35")])),
    "to the CAF, though the need is not given": (TO_THE_CAF, handover(FORTH, need=None)),
    "to the CAF, no commune": (TO_THE_CAF, handover(FORTH, commune=None, emitter=caf())),
    "to the CDAS, lasting difficulties (R56)": (TO_THE_CDAS, handover(BACK)),
    "to the CDAS, outside the perimeter (R56)": (TO_THE_CDAS, handover(BACK, life_event=LONG_AGO)),
    "to the CDAS, undated (R56)": (TO_THE_CDAS, handover(BACK, life_event=UNDATED)),
    "to the CDAS, child protection (R51)": (TO_THE_CDAS, handover(BACK, child_protection="KNOWN_TO_CDAS")),
    "to the emitter's CDAS, no commune (C18)": (
        {"CDAS/CONCERTATION by CDAS_MAILBOX for CONCERTATION at CDAS-07: R47 R60 R62"},
        handover(BACK, commune=None),
    ),
}


@pytest.mark.parametrize(("expected", "event"), ROUTED.values(), ids=ROUTED)
def test_a_hand_over_that_meets_every_condition_is_routed(expected: set[str], event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", expected) == (answered.outcome, places(answered))
    assert ((), (), ()) == (answered.rejections, answered.missing, answered.suggestions)


AGREEMENT, ACTIVE, PERIMETER = "AGREEMENT_MISSING", "LINK_ACTIVE", "OUT_OF_PERIMETER"
MAINTAINED, REASON = "CHILD_PROTECTION_MAINTAINED", "REASON_NOT_RECOGNISED"

REJECTED = {
    "no agreement, to the CAF (R57)": ({AGREEMENT}, set(), handover(FORTH, agreed=False)),
    "no agreement, to the CDAS (R57)": ({AGREEMENT}, set(), handover(BACK, agreed=False)),
    "a strong link, to the CAF (R58)": ({ACTIVE}, {"JOINT_INTERVENTION"}, handover(FORTH, link="STRONG")),
    "a strong link, to the CDAS (R58)": ({ACTIVE}, {"JOINT_INTERVENTION"}, handover(BACK, link="STRONG")),
    "child protection, to the CAF (R51)": (
        {MAINTAINED},
        {"JOINT_INTERVENTION"},
        handover(FORTH, child_protection="KNOWN_TO_CDAS"),
    ),
    "outside the perimeter, to the CAF (R55, R10)": ({PERIMETER}, set(), handover(FORTH, life_event=LONG_AGO)),
    "no life event, to the CAF (R10)": ({PERIMETER}, set(), handover(FORTH, life_event=None)),
    "no child, to the CAF (R31)": ({PERIMETER}, set(), handover(FORTH, child="NO")),
    "another reason, to the CAF (R55)": ({REASON}, set(), handover(FORTH, reason="OTHER")),
    "the other direction's reason, to the CAF (R55)": ({REASON}, set(), handover(FORTH, reason="LASTING_DIFFICULTIES")),
    "another reason, to the CDAS (R56)": ({REASON}, set(), handover(BACK, reason="OTHER")),
    "the other direction's reason, to the CDAS (R56)": ({REASON}, set(), handover(BACK, reason="WEAK_LINK")),
    "every reason at once": (
        {AGREEMENT, ACTIVE, PERIMETER, MAINTAINED, REASON},
        {"JOINT_INTERVENTION"},
        handover(
            FORTH,
            agreed=False,
            link="STRONG",
            life_event=None,
            child_protection="KNOWN_TO_CDAS",
            reason="OTHER",
        ),
    ),
    "no commune, and no agreement": ({AGREEMENT}, set(), handover(BACK, agreed=False, commune=None, emitter=caf())),
}


@pytest.mark.parametrize(("reasons", "suggested", "event"), REJECTED.values(), ids=REJECTED)
def test_a_hand_over_is_refused_for_every_reason_that_there_is(
    reasons: set[str], suggested: set[str], event: Given
) -> None:
    answered = answer(event)
    assert ("REJECTED", reasons, ()) == (answered.outcome, set(answered.rejections), answered.routings)
    assert (suggested, ()) == (set(answered.suggestions), answered.missing)
    assert len(answered.suggestions) == len(suggested)


MISSING = {
    "no communication (R59)": ("INCOMPLETE", ("COMMUNICATION",), handover(FORTH, communication=None)),
    "the date would decide": ("INCOMPLETE", ("LIFE_EVENT_DATE",), handover(FORTH, life_event=UNDATED)),
    "both": (
        "INCOMPLETE",
        ("LIFE_EVENT_DATE", "COMMUNICATION"),
        handover(FORTH, life_event=UNDATED, communication=None),
    ),
    "a refusal comes before what is missing": (
        "REJECTED",
        ("COMMUNICATION",),
        handover(FORTH, link="STRONG", communication=None),
    ),
    "the date would not decide without a child": ("REJECTED", (), handover(FORTH, life_event=UNDATED, child="NO")),
    "no home CDAS (R47)": ("HUMAN_QUALIFICATION", ("COMMUNE",), handover(BACK, commune=None, emitter=caf())),
    "no home CDAS, and no communication": (
        "INCOMPLETE",
        ("COMMUNICATION",),
        handover(BACK, commune=None, emitter=caf(), communication=None),
    ),
}


@pytest.mark.parametrize(("outcome", "missing", "event"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_named(outcome: str, missing: tuple[str, ...], event: Given) -> None:
    answered = answer(event)
    assert (outcome, missing, ()) == (answered.outcome, answered.missing, answered.routings)


def test_outside_the_departement_no_hand_over_is_looked_at() -> None:
    answered = answer(handover(FORTH, commune=ELSEWHERE, agreed=False))
    assert ("OUT_OF_SCOPE", (), ("C18",)) == (answered.outcome, answered.rejections, answered.flags)


FLAGS = {
    "to the CAF": ({"C15"}, handover(FORTH)),
    "to the CDAS": ({"C01"}, handover(BACK)),
    "no beneficiary, to the CAF": ({"C15", "C17"}, handover(FORTH, beneficiary="NO")),
    "MSA, to the CAF": ({"C15", "C17"}, handover(FORTH, scheme="MSA")),
    "MSA, refused": ({"C17"}, handover(FORTH, scheme="MSA", life_event=None)),
    "MSA, to the CDAS": ({"C01"}, handover(BACK, scheme="MSA")),
    "perhaps a child, to the CAF": ({"C15", "CHILD_UNKNOWN"}, handover(FORTH, child="NOT_KNOWN")),
    "perhaps a child, to the CDAS": ({"C01"}, handover(BACK, child="NOT_KNOWN")),
    "no commune": ({"C01", "C18"}, handover(BACK, commune=None)),
    "refused": (set(), handover(FORTH, link="STRONG")),
}


@pytest.mark.parametrize(("flags", "event"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_what_the_decision_leaned_on(flags: set[str], event: Given) -> None:
    assert flags == set(answer(event).flags)


TOLD = {
    "to the CAF": ("R57 R58 R32 R55 R59 R60 R48", handover(FORTH)),
    "to the CDAS": ("R57 R58 R56 R59 R47 R60 R62", handover(BACK)),
    "refused": ("R57 R58 -R32 R10 R55 R59", handover(FORTH, life_event=LONG_AGO)),
    "no event": ("R57 R58 R10 R55 R59", handover(FORTH, life_event=None)),
    "undated": ("R57 R58 -R32 R55 R59", handover(FORTH, life_event=UNDATED)),
    "child protection": ("R57 R58 R51 R32 R55 R59", handover(FORTH, child_protection="KNOWN_TO_CDAS")),
}


@pytest.mark.parametrize(("told", "event"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given) -> None:
    assert told == rules_told(answer(event))
