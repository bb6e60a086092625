"""Where a person is referred: contract, section 5, rows 2, 5, 7 and 8 (R01, R04 to R08, R10, R38, R43, R51)."""

import pytest

from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    ELSEWHERE,
    answer,
    caf,
    cdas,
    closed,
    followed,
    life_event,
    places,
    referral,
    rules_told,
)

LAST_YEAR = life_event("SEPARATION", "2025-05-04")
LONG_AGO = life_event("SEPARATION", "2019-05-04")
UNDATED = life_event("SEPARATION")
CAF_FIRST = "CAF_SOCIAL_WORK/SECRETARIAT by CAF_SOCIAL_WORK_MAILBOX for FIRST_INTENTION: R06 R32 R38"
CDAS_FIRST = "CDAS/RECEPTION_SECOND_LEVEL by CDAS_RECEPTION for FIRST_INTENTION: R06"
CDAS_AGAIN = "CDAS/RECEPTION_SECOND_LEVEL by CDAS_RECEPTION for NEW_REQUEST: R08"
CAF_WORKER = "CAF_SOCIAL_WORK/SOCIAL_WORKER by DIRECT for CONTINUITY: R07"
CDAS_WORKER = "CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY: R07"
OTHER_WORKER = "EXTERNAL_REFERENT/SOCIAL_WORKER by DIRECT for CONTINUITY: R07"

ROUTED = {
    "an aid of the Département goes to the home CDAS (R04)": (
        {"CDAS/RECEPTION by CDAS_RECEPTION for COMPETENCE: R04"},
        referral("DEPARTMENT_AID"),
    ),
    "an aid of the Département with an open support stays with its worker (R43)": (
        {f"{CAF_WORKER} R43"},
        referral("DEPARTMENT_AID", support=[followed("CAF")]),
    ),
    "social support in the perimeter goes to the CAF (R06)": ({CAF_FIRST}, referral(life_event=LAST_YEAR)),
    "social support outside the perimeter goes to the CDAS (R06, R10)": ({CDAS_FIRST}, referral(life_event=LONG_AGO)),
    "social support without a life event goes to the CDAS (R10)": ({CDAS_FIRST}, referral()),
    "another life event is outside the perimeter (R10)": (
        {CDAS_FIRST},
        referral(life_event=life_event("OTHER", "2026-05-01")),
    ),
    "an open CAF support goes on (R07)": ({CAF_WORKER}, referral(support=[followed("CAF")])),
    "an open CDAS support goes on (R07)": ({CDAS_WORKER}, referral(support=[followed("CD35")])),
    "another body's open support goes on (R07)": ({OTHER_WORKER}, referral(support=[followed("OTHER")])),
    "every open support goes on, before the perimeter (R07)": (
        {CAF_WORKER, CDAS_WORKER, OTHER_WORKER},
        referral(life_event=LAST_YEAR, support=[followed("CAF"), followed("CD35"), followed("OTHER")]),
    ),
    "two supports of one body are one destination (R07)": (
        {CAF_WORKER},
        referral(support=[followed("CAF"), followed("CAF", same_event=True)]),
    ),
    "a closed support of the CDAS does not count (R07)": (
        {CAF_FIRST},
        referral(life_event=LAST_YEAR, support=[closed("CD35", same_event=True)]),
    ),
    "a CAF support closed for this event leaves the CDAS (R08)": (
        {CDAS_AGAIN},
        referral(life_event=LAST_YEAR, support=[closed("CAF", same_event=True)]),
    ),
    "a CAF support closed for this event is a new request even outside the perimeter (R08)": (
        {CDAS_AGAIN},
        referral(support=[closed("CAF", same_event=True)]),
    ),
    "a CAF support closed for another event leaves the CAF first (C09)": (
        {CAF_FIRST},
        referral(life_event=LAST_YEAR, support=[closed("CAF")]),
    ),
    "a CAF support that goes on for this event is not closed (R08)": (
        {CAF_WORKER},
        referral(life_event=LAST_YEAR, support=[followed("CAF", same_event=True)]),
    ),
    "a household that is no beneficiary goes to the CDAS (C17)": (
        {CDAS_FIRST},
        referral(life_event=LAST_YEAR, beneficiary="NO"),
    ),
    "a household of the MSA goes to the CDAS (C17)": ({CDAS_FIRST}, referral(life_event=LAST_YEAR, scheme="MSA")),
    "a household of another scheme goes to the CAF": ({CAF_FIRST}, referral(life_event=LAST_YEAR, scheme="OTHER")),
    "a household that may be a beneficiary goes to the CAF": (
        {CAF_FIRST},
        referral(life_event=LAST_YEAR, beneficiary="NOT_KNOWN"),
    ),
    "child protection keeps the CDAS (R51)": (
        {"CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY: R07 R51"},
        referral(child_protection="KNOWN_TO_CDAS"),
    ),
    "child protection keeps the CDAS beside the CAF worker (R51)": (
        {CAF_WORKER, "CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY: R07 R51"},
        referral(child_protection="KNOWN_TO_CDAS", support=[followed("CAF")]),
    ),
    "child protection adds nobody to an open CDAS support (R51)": (
        {"CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY at CDAS-09: R07 R51"},
        referral(child_protection="KNOWN_TO_CDAS", support=[followed("CD35", cdas="CDAS-09")]),
    ),
    "child protection brings the CDAS back after a closed support (R51)": (
        {"CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY: R07 R51"},
        referral(child_protection="KNOWN_TO_CDAS", support=[closed("CD35")]),
    ),
}


@pytest.mark.parametrize(("expected", "event"), ROUTED.values(), ids=ROUTED)
def test_a_referral_goes_where_the_convention_says(expected: set[str], event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", expected) == (answered.outcome, places(answered))
    assert ((), (), ()) == (answered.rejections, answered.missing, answered.warnings)


TO_A_HUMAN = {
    "the need is not given (R01, R05)": (("NEED",), referral(None)),
    "the need is not given, though somebody follows (R05)": (("NEED",), referral(None, support=[followed("CAF")])),
    "the date would decide (R32)": (("LIFE_EVENT_DATE",), referral(life_event=UNDATED)),
    "no home CDAS for an aid of the Département (R04)": (
        ("COMMUNE",),
        referral("DEPARTMENT_AID", commune=None, emitter=caf()),
    ),
    "no home CDAS for social support (R06)": (("COMMUNE",), referral(commune=None, emitter=caf())),
    "no home CDAS for a new request (R08)": (
        ("COMMUNE",),
        referral(commune=None, emitter=caf(), support=[closed("CAF", same_event=True)]),
    ),
}


@pytest.mark.parametrize(("missing", "event"), TO_A_HUMAN.values(), ids=TO_A_HUMAN)
def test_a_human_qualifies_what_is_not_known_and_is_told_what(missing: tuple[str, ...], event: Given) -> None:
    answered = answer(event)
    assert ("HUMAN_QUALIFICATION", missing, ()) == (answered.outcome, answered.missing, answered.routings)


DATE_NOT_NEEDED = {
    "a household that is no beneficiary": referral(life_event=UNDATED, beneficiary="NO"),
    "a household of the MSA": referral(life_event=UNDATED, scheme="MSA"),
    "a household without a child": referral(life_event=UNDATED, child="NO"),
}


@pytest.mark.parametrize("event", DATE_NOT_NEEDED.values(), ids=DATE_NOT_NEEDED)
def test_a_date_that_would_change_nothing_is_not_asked(event: Given) -> None:
    assert {CDAS_FIRST} == places(answer(event))


def test_a_date_is_not_asked_after_a_support_closed_for_the_event() -> None:
    assert {CDAS_AGAIN} == places(answer(referral(life_event=UNDATED, support=[closed("CAF", same_event=True)])))


@pytest.mark.parametrize("need", [None, "BENEFIT", "DEPARTMENT_AID", "SOCIAL_SUPPORT"])
def test_outside_the_departement_the_convention_does_not_apply(need: str | None) -> None:
    answered = answer(referral(need, commune=ELSEWHERE, support=[followed("CD35")]))
    assert ("OUT_OF_SCOPE", (), ("C18",)) == (answered.outcome, answered.routings, answered.flags)
    assert ((), ()) == (answered.missing, answered.suggestions)


SUGGESTED = {
    "nobody asked who follows, social support": (("CONTINUITY",), referral(support=None)),
    "nobody asked who follows, an aid of the Département": (("CONTINUITY",), referral("DEPARTMENT_AID", support=None)),
    "nobody asked who follows, child protection": (
        ("CONTINUITY",),
        referral(support=None, child_protection="KNOWN_TO_CDAS"),
    ),
    "nobody asked who follows, a date is missing": (("CONTINUITY",), referral(support=None, life_event=UNDATED)),
    "nobody asked who follows, a benefit": ((), referral("BENEFIT", support=None)),
    "nobody asked who follows, no need given": ((), referral(None, support=None)),
    "nobody follows": ((), referral()),
    "child protection, in the perimeter, no CAF worker": (
        ("JOINT_INTERVENTION",),
        referral(child_protection="KNOWN_TO_CDAS", life_event=LAST_YEAR),
    ),
    "child protection, in the perimeter, a closed CAF support": (
        ("JOINT_INTERVENTION",),
        referral(child_protection="KNOWN_TO_CDAS", life_event=LAST_YEAR, support=[closed("CAF")]),
    ),
    "child protection, in the perimeter, a CAF worker": (
        (),
        referral(child_protection="KNOWN_TO_CDAS", life_event=LAST_YEAR, support=[followed("CAF")]),
    ),
    "child protection, outside the perimeter": (
        (),
        referral(child_protection="KNOWN_TO_CDAS", life_event=LONG_AGO),
    ),
    "child protection, in the window, without a dependent child": (
        (),
        referral(child_protection="KNOWN_TO_CDAS", life_event=LAST_YEAR, child="NO"),
    ),
    "child protection, the date is not known": ((), referral(child_protection="KNOWN_TO_CDAS", life_event=UNDATED)),
    "a CDAS worker, in the perimeter": ((), referral(life_event=LAST_YEAR, support=[followed("CD35")])),
}


@pytest.mark.parametrize(("suggested", "event"), SUGGESTED.values(), ids=SUGGESTED)
def test_what_could_be_done_besides_is_suggested(suggested: tuple[str, ...], event: Given) -> None:
    assert suggested == answer(event).suggestions


FLAGS = {
    "an aid of the Département with an open support": (
        {"C06"},
        referral("DEPARTMENT_AID", support=[followed("CAF")]),
    ),
    "an aid of the Département": (set(), referral("DEPARTMENT_AID", support=[closed("CAF")])),
    "no beneficiary": ({"C17"}, referral(life_event=LAST_YEAR, beneficiary="NO")),
    "MSA": ({"C17"}, referral(life_event=LAST_YEAR, scheme="MSA")),
    "perhaps a beneficiary": ({"BENEFICIARY_UNKNOWN"}, referral(life_event=LAST_YEAR, beneficiary="NOT_KNOWN")),
    "perhaps a child": ({"CHILD_UNKNOWN"}, referral(life_event=LAST_YEAR, child="NOT_KNOWN")),
    "a support closed for another event": ({"C09"}, referral(life_event=LAST_YEAR, support=[closed("CAF")])),
    "a support closed for this event": (
        set(),
        referral(life_event=LAST_YEAR, support=[closed("CAF", same_event=True)]),
    ),
    "a support of the CDAS closed for another event": (set(), referral(life_event=LAST_YEAR, support=[closed("CD35")])),
    "only the day of its declaration": ({"C14"}, referral(life_event=life_event("SEPARATION", None, "2026-01-01"))),
    "the emitter stands for the commune": ({"C18"}, referral(commune=None)),
    "no commune, and the CAF is meant": (set(), referral(commune=None, life_event=LAST_YEAR)),
    "no commune, and a CDAS follows": ({"C18"}, referral(commune=None, support=[followed("CD35")])),
    "no commune, and a CDAS that is named follows": (
        set(),
        referral(commune=None, support=[followed("CD35", cdas="CDAS-09")]),
    ),
    "no commune, and the CAF follows": (set(), referral(commune=None, support=[followed("CAF")])),
    "child protection, only the day of the declaration": (
        {"C14"},
        referral(child_protection="KNOWN_TO_CDAS", life_event=life_event("SEPARATION", None, "2026-01-01")),
    ),
    "child protection and a CAF worker": (
        set(),
        referral(
            child_protection="KNOWN_TO_CDAS",
            support=[followed("CAF")],
            life_event=life_event("SEPARATION", None, "2026-01-01"),
        ),
    ),
    "nothing to lean on": (set(), referral(life_event=LAST_YEAR)),
}


@pytest.mark.parametrize(("flags", "event"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_what_the_decision_leaned_on(flags: set[str], event: Given) -> None:
    answered = answer(event).flags
    assert flags == set(answered)
    assert len(flags) == len(answered)


TOLD = {
    "no need": ("R01 R05", referral(None)),
    "an aid of the Département": ("-R07 R04", referral("DEPARTMENT_AID")),
    "an aid of the Département, somebody follows": (
        "R07 R43 -R04",
        referral("DEPARTMENT_AID", support=[followed("CAF")]),
    ),
    "somebody follows": ("R07 -R06", referral(support=[followed("CAF")])),
    "child protection": ("R07 -R06 R51", referral(child_protection="KNOWN_TO_CDAS")),
    "in the perimeter": ("-R07 R32 R06 R38 -R10", referral(life_event=LAST_YEAR)),
    "too old": ("-R07 -R32 R06", referral(life_event=LONG_AGO)),
    "undated": ("-R07 -R32", referral(life_event=UNDATED)),
    "no event": ("-R07 R10 R06", referral()),
    "no child": ("-R07 -R31 R06", referral(life_event=LAST_YEAR, child="NO")),
    "MSA": ("-R07 R32 -R31 R06", referral(life_event=LAST_YEAR, scheme="MSA")),
    "closed": ("-R07 R32 R08", referral(life_event=LAST_YEAR, support=[closed("CAF", same_event=True)])),
    "no home": ("-R07 R10 R06 R05", referral(commune=None, emitter=cdas(code=None))),
    "outside": ("-R04", referral(commune=ELSEWHERE)),
}


@pytest.mark.parametrize(("told", "event"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given) -> None:
    assert told == rules_told(answer(event))
