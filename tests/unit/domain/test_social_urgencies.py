"""Social urgency: contract, section 5, row 3 (R11, R63, R65 to R68, C10, C15b, C18)."""

from typing import Any

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
    partner,
    places,
    rules_told,
    social_urgency,
)

LAST_YEAR = life_event("SEPARATION", "2025-05-04")
UNDATED = life_event("SEPARATION")
SENT_AWAY: dict[str, Any] = {"directed_to": "CAF_SOCIAL_WORK", "handled_before_referral": False}
BACK = {"CDAS/MANAGER by HUB for ALERT, SOCIAL urgency at CDAS-07: R66"}
AT_THE_CDAS = "CDAS/RECEPTION_SECOND_LEVEL by CDAS_RECEPTION for URGENT_RESPONSE, SOCIAL urgency: R11 R67"
BY_MAILBOX = "CDAS/RECEPTION_SECOND_LEVEL by CDAS_MAILBOX for URGENT_RESPONSE, SOCIAL urgency: R11 R67"
APPOINTMENT = "CAF_SOCIAL_WORK/SECRETARIAT by CAF_SOCIAL_WORK_MAILBOX for APPOINTMENT: R67"
CAF_WORKER = "CAF_SOCIAL_WORK/SOCIAL_WORKER by DIRECT for URGENT_RESPONSE, SOCIAL urgency: R65 R68"
CDAS_WORKER = "CDAS/SOCIAL_WORKER by DIRECT for URGENT_RESPONSE, SOCIAL urgency: R65"
OTHER_WORKER = "EXTERNAL_REFERENT/SOCIAL_WORKER by DIRECT for URGENT_RESPONSE, SOCIAL urgency: R65"

GIVEN_BACK = {
    "by a CDAS reception": social_urgency(**SENT_AWAY),
    "by a CDAS social worker": social_urgency(emitter=cdas("CDAS_SOCIAL_WORKER"), **SENT_AWAY),
    "though a CDAS follows": social_urgency(support=[followed("CD35")], **SENT_AWAY),
    "though the CAF followed once": social_urgency(support=[closed("CAF")], **SENT_AWAY),
    "though nobody asked who follows": social_urgency(support=None, **SENT_AWAY),
    "though the CDAS knows the child": social_urgency(child_protection="KNOWN_TO_CDAS", **SENT_AWAY),
    "from outside the département": social_urgency(commune=ELSEWHERE, **SENT_AWAY),
    "without a commune": social_urgency(commune=None, **SENT_AWAY),
}


@pytest.mark.parametrize("event", GIVEN_BACK.values(), ids=GIVEN_BACK)
def test_an_urgency_sent_to_the_caf_unhandled_goes_back_to_the_manager_of_the_cdas(event: Given) -> None:
    answered = answer(event)
    assert ("REJECTED", ("URGENCY_NOT_HANDLED",), BACK) == (answered.outcome, answered.rejections, places(answered))
    assert ((), ()) == (answered.suggestions, answered.flags)


NOT_GIVEN_BACK = {
    "the CAF follows": social_urgency(support=[followed("CAF")], **SENT_AWAY),
    "it was handled": social_urgency(directed_to="CAF_SOCIAL_WORK"),
    "it was sent elsewhere": social_urgency(directed_to="CAF_BENEFITS", handled_before_referral=False),
    "it was sent nowhere": social_urgency(handled_before_referral=False),
    "the CAF sent it": social_urgency(emitter=caf(), **SENT_AWAY),
    "a partner sent it": social_urgency(emitter=partner(), **SENT_AWAY),
}


@pytest.mark.parametrize("event", NOT_GIVEN_BACK.values(), ids=NOT_GIVEN_BACK)
def test_any_other_urgency_is_routed(event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", ()) == (answered.outcome, answered.rejections)


def test_a_cdas_without_code_still_gets_its_urgency_back() -> None:
    event = social_urgency(emitter=cdas(code=None), commune=None, **SENT_AWAY)
    assert {"CDAS/MANAGER by HUB for ALERT, SOCIAL urgency: R66"} == places(answer(event))


ROUTED = {
    "the CAF worker (R65, R68)": ({CAF_WORKER}, social_urgency(support=[followed("CAF")])),
    "the secretariat and the head when the CAF worker is away (R68)": (
        {
            "CAF_SOCIAL_WORK/SECRETARIAT by DIRECT for URGENT_RESPONSE, SOCIAL urgency: R65 R68",
            "CAF_SOCIAL_WORK/MANAGER by DIRECT for URGENT_RESPONSE, SOCIAL urgency: R65 R68",
        },
        social_urgency(support=[followed("CAF", worker_absent=True)]),
    ),
    "the CDAS worker (R65)": ({CDAS_WORKER}, social_urgency(support=[followed("CD35")])),
    "the manager when the CDAS worker is away (R65)": (
        {"CDAS/MANAGER by DIRECT for URGENT_RESPONSE, SOCIAL urgency at CDAS-09: R65"},
        social_urgency(support=[followed("CD35", cdas="CDAS-09", worker_absent=True)]),
    ),
    "the third party (C15b)": ({OTHER_WORKER}, social_urgency(support=[followed("OTHER")])),
    "the third party, even away (C15b)": (
        {OTHER_WORKER},
        social_urgency(support=[followed("OTHER", worker_absent=True)]),
    ),
    "every referent (R65)": (
        {CAF_WORKER, CDAS_WORKER, OTHER_WORKER},
        social_urgency(support=[followed("OTHER"), followed("CD35"), followed("CAF")], life_event=LAST_YEAR),
    ),
    "the CDAS that knows the child (R65)": ({CDAS_WORKER}, social_urgency(child_protection="KNOWN_TO_CDAS")),
    "the CDAS, for a first request (R11, R67)": ({AT_THE_CDAS}, social_urgency()),
    "the CDAS, when a support is closed (C15b)": ({AT_THE_CDAS}, social_urgency(support=[closed("CD35")])),
    "the CDAS and an appointment at the CAF (R67)": ({AT_THE_CDAS, APPOINTMENT}, social_urgency(life_event=LAST_YEAR)),
    "the CDAS by its mailbox, from the CAF (C15b)": ({BY_MAILBOX}, social_urgency(emitter=caf())),
    "the CDAS by its mailbox, from a partner, and an appointment (C15b)": (
        {BY_MAILBOX, APPOINTMENT},
        social_urgency(emitter=partner(), life_event=LAST_YEAR),
    ),
    "the CDAS alone for who is no beneficiary (C17)": (
        {AT_THE_CDAS},
        social_urgency(life_event=LAST_YEAR, beneficiary="NO"),
    ),
    "the CDAS alone after a support closed for the event (R08)": (
        {AT_THE_CDAS},
        social_urgency(life_event=LAST_YEAR, support=[closed("CAF", same_event=True)]),
    ),
    "the CDAS alone when the date is not known": ({AT_THE_CDAS}, social_urgency(life_event=UNDATED)),
    "the emitter's CDAS, without a commune (C18)": (
        {f"{AT_THE_CDAS.removesuffix(': R11 R67')} at CDAS-07: R11 R67"},
        social_urgency(commune=None),
    ),
    "the emitter's CDAS alone, outside the département (C18)": (
        {f"{AT_THE_CDAS.removesuffix(': R11 R67')} at CDAS-07: R11 R67"},
        social_urgency(commune=ELSEWHERE, life_event=LAST_YEAR),
    ),
    "who follows, outside the département (R65)": (
        {CAF_WORKER},
        social_urgency(commune=ELSEWHERE, support=[followed("CAF")]),
    ),
}


@pytest.mark.parametrize(("expected", "event"), ROUTED.values(), ids=ROUTED)
def test_an_urgency_goes_to_whoever_follows_and_otherwise_to_the_cdas(expected: set[str], event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", expected) == (answered.outcome, places(answered))


NOWHERE = {
    "no commune, and the CAF asks": social_urgency(commune=None, emitter=caf(), life_event=LAST_YEAR),
    "outside the département, and a partner asks": social_urgency(commune=ELSEWHERE, emitter=partner()),
}


@pytest.mark.parametrize("event", NOWHERE.values(), ids=NOWHERE)
def test_without_any_cdas_a_human_qualifies(event: Given) -> None:
    answered = answer(event)
    assert ("HUMAN_QUALIFICATION", ("COMMUNE",), ()) == (answered.outcome, answered.missing, answered.routings)


FLAGS = {
    "food (R63)": ((), social_urgency("FOOD")),
    "housing (R63)": ((), social_urgency("HOUSING")),
    "an energy cut (R63)": ((), social_urgency("ENERGY_CUT")),
    "child protection (R63)": ((), social_urgency("CHILD_PROTECTION")),
    "domestic violence (R63)": ((), social_urgency("DOMESTIC_VIOLENCE")),
    "another category (C10)": (("C10",), social_urgency("OTHER")),
    "another category, given back (C10)": (("C10",), social_urgency("OTHER", **SENT_AWAY)),
    "another category, followed (C10)": (("C10",), social_urgency("OTHER", support=[followed("CAF")])),
    "a third party follows (C15b)": (("C15b",), social_urgency(support=[followed("OTHER")])),
    "a first urgency at the CAF (C15b)": (("C15b",), social_urgency(emitter=caf())),
    "a first urgency at a partner (C15b)": (("C15b",), social_urgency(emitter=partner())),
    "no commune (C18)": (("C18",), social_urgency(commune=None)),
    "outside the département (C18)": (("C18",), social_urgency(commune=ELSEWHERE)),
    "outside the département, followed": ((), social_urgency(commune=ELSEWHERE, support=[followed("CAF")])),
    "outside the département, MSA": (("C18",), social_urgency(commune=ELSEWHERE, scheme="MSA")),
    "MSA (C17)": (("C17",), social_urgency(scheme="MSA")),
    "MSA, followed": ((), social_urgency(scheme="MSA", support=[followed("CAF")])),
    "perhaps a child": (("CHILD_UNKNOWN",), social_urgency(life_event=LAST_YEAR, child="NOT_KNOWN")),
}


@pytest.mark.parametrize(("flags", "event"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_what_the_decision_leaned_on(flags: tuple[str, ...], event: Given) -> None:
    assert flags == answer(event).flags


SUGGESTED = {
    "nobody asked who follows": (("CONTINUITY",), social_urgency(support=None)),
    "nobody asked who follows, child protection": (
        ("CONTINUITY",),
        social_urgency(support=None, child_protection="KNOWN_TO_CDAS"),
    ),
    "nobody follows": ((), social_urgency()),
    "somebody follows": ((), social_urgency(support=[followed("CAF")])),
}


@pytest.mark.parametrize(("suggested", "event"), SUGGESTED.values(), ids=SUGGESTED)
def test_the_other_institution_is_to_be_asked_when_nobody_did(suggested: tuple[str, ...], event: Given) -> None:
    assert suggested == answer(event).suggestions


TOLD = {
    "first request": ("R63 -R07 R11 R67 -R66 R10", social_urgency()),
    "first request, eligible": ("R63 -R07 R11 R67 -R66 R32 R38", social_urgency(life_event=LAST_YEAR)),
    "first request, undated": ("R63 -R07 R11 R67 -R66 -R32", social_urgency(life_event=UNDATED)),
    "first request, MSA": ("R63 -R07 R11 R67 -R66 R10 -R31", social_urgency(scheme="MSA")),
    "outside": ("R63 -R07 R11 R67 -R66", social_urgency(commune=ELSEWHERE)),
    "another category": ("-R63 -R07 R11 R67 -R66 R10", social_urgency("OTHER")),
    "a CDAS follows": ("R63 R65 -R67", social_urgency(support=[followed("CD35")])),
    "the CAF follows": ("R63 R65 R68 -R67", social_urgency(support=[followed("CAF")])),
    "given back": ("R63 R66", social_urgency(**SENT_AWAY)),
}


@pytest.mark.parametrize(("told", "event"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given) -> None:
    assert told == rules_told(answer(event))
