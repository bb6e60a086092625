"""Symbols that a newer producer sent and this version lacks: contract, section 3 (UNKNOWN)."""

from typing import Any

import pytest

from hub.domain.vocabulary import UNKNOWN, Outcome
from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    ELSEWHERE,
    answer,
    benefit,
    caf,
    cdas,
    closed,
    concern,
    followed,
    for_benefit,
    handover,
    joint_intervention,
    life_event,
    places,
    referral,
    rules_told,
    social_urgency,
)

LAST_YEAR = life_event("SEPARATION", "2025-05-04")
IN_2024 = life_event(UNKNOWN, "2024-09-01")
SENT_AWAY: dict[str, Any] = {"handled_before_referral": False}
SOMEBODY = cdas(UNKNOWN)

DECIDES = {
    "who asks, in a benefit urgency": for_benefit("RSA", "INTERRUPTED", emitter=SOMEBODY),
    "who asks, in a social urgency": social_urgency(emitter=SOMEBODY),
    "the need": referral(UNKNOWN),
    "the need, though somebody follows": referral(UNKNOWN, support=[followed("CAF")]),
    "the beneficiary": referral(life_event=LAST_YEAR, beneficiary=UNKNOWN),
    "the scheme": referral(life_event=LAST_YEAR, scheme=UNKNOWN),
    "the dependent child": referral(life_event=LAST_YEAR, child=UNKNOWN),
    "the life event": referral(life_event=life_event(UNKNOWN, "2026-05-01")),
    "the life event, where one window only is open": referral(life_event=IN_2024),
    "who accompanies": referral(support=[followed(UNKNOWN)]),
    "who accompanied, for the same event": referral(life_event=LAST_YEAR, support=[closed(UNKNOWN, same_event=True)]),
    "whether the accompaniment goes on": referral(support=[followed("CAF", status=UNKNOWN)]),
    "child protection": referral(child_protection=UNKNOWN),
    "what happened to RSA": for_benefit("RSA", UNKNOWN),
    "what happened to APL, long ago": for_benefit("APL", UNKNOWN, "2019-01-01"),
    "where an unhandled person was sent": social_urgency(directed_to=UNKNOWN, **SENT_AWAY),
    "the direction of a hand-over": handover(direction=UNKNOWN, reason="WEAK_LINK"),
    "the link": handover(link=UNKNOWN),
    "the reason of a hand-over": handover(reason=UNKNOWN),
    "the direction of a joint intervention": joint_intervention(direction=UNKNOWN),
    "the other professional": joint_intervention(other_professional=UNKNOWN),
    "a symbol in every part of the situation": referral(
        life_event=life_event(UNKNOWN, "2026-05-01"), benefit=benefit("RSA", UNKNOWN), support=[closed(UNKNOWN)]
    ),
    "two symbols at once": referral(UNKNOWN, child_protection=UNKNOWN),
}


@pytest.mark.parametrize("event", DECIDES.values(), ids=DECIDES)
def test_a_human_qualifies_where_the_answer_depends_on_the_symbol(event: Given) -> None:
    answered = answer(event)
    assert ("HUMAN_QUALIFICATION", ("UNKNOWN_SYMBOL",), ()) == (answered.outcome, answered.missing, answered.routings)
    assert ((), (), (), ()) == (answered.rejections, answered.suggestions, answered.warnings, answered.flags)
    [step] = answered.explanation
    told = "Une valeur n’est pas connue de cette version du hub, et l’orientation en dépend."
    assert ("R05", told, True) == (step.rule, step.label, step.matched)


CHANGES_NOTHING = {
    "who asks, in a referral": (referral(), referral(emitter=SOMEBODY)),
    "the institution that asks": (
        for_benefit("RSA", "INTERRUPTED"),
        for_benefit("RSA", "INTERRUPTED", emitter=cdas(institution=UNKNOWN)),
    ),
    "the beneficiary, where somebody follows": (
        referral(support=[followed("CAF")]),
        referral(support=[followed("CAF")], beneficiary=UNKNOWN),
    ),
    "the scheme, for an aid of the Département": (
        referral("DEPARTMENT_AID"),
        referral("DEPARTMENT_AID", scheme=UNKNOWN),
    ),
    "the scheme, in a joint intervention": (joint_intervention(), joint_intervention(scheme=UNKNOWN)),
    "the life event, where no window is open": (
        referral(life_event=life_event("SEPARATION", "2019-01-01")),
        referral(life_event=life_event(UNKNOWN, "2019-01-01")),
    ),
    "the category of an urgency": (social_urgency(), social_urgency(UNKNOWN)),
    "where a handled person was sent": (social_urgency(), social_urgency(directed_to=UNKNOWN)),
    "what happened to APL, of late": (for_benefit("APL", "NONE"), for_benefit("APL", UNKNOWN, "2026-05-01")),
    "the benefit, in social support": (referral(), referral(benefit=benefit("RSA", UNKNOWN))),
    "the reason of a joint intervention": (joint_intervention(), joint_intervention(reason=UNKNOWN)),
    "the need, in a hand-over": (handover(), handover(need=UNKNOWN)),
    "who accompanied long ago, for another event": (
        referral(life_event=LAST_YEAR, support=[closed("CD35")]),
        referral(life_event=LAST_YEAR, support=[closed(UNKNOWN)]),
    ),
    "the need, outside the département": (referral(commune=ELSEWHERE), referral(UNKNOWN, commune=ELSEWHERE)),
    "how the family was informed": (concern(), concern(family_informed=UNKNOWN)),
    "who asks, about a concern": (concern(), concern(emitter=caf(UNKNOWN))),
}


@pytest.mark.parametrize(("known", "unknown"), CHANGES_NOTHING.values(), ids=CHANGES_NOTHING)
def test_the_answer_stands_where_it_does_not_depend_on_the_symbol(known: Given, unknown: Given) -> None:
    expected, answered = answer(known), answer(unknown)
    assert expected.outcome == answered.outcome
    assert _without_rules(places(expected)) == _without_rules(places(answered))
    assert (expected.rejections, expected.missing, expected.warnings) == (
        answered.rejections,
        answered.missing,
        answered.warnings,
    )
    assert (expected.suggestions, expected.keyword, expected.instruction) == (
        answered.suggestions,
        answered.keyword,
        answered.instruction,
    )


def _without_rules(told: set[str]) -> set[str]:
    return {place.partition(": ")[0] for place in told}


def test_an_answer_that_stands_keeps_its_explanation_and_its_keyword() -> None:
    event = for_benefit("RSA", "INTERRUPTED", scheme=UNKNOWN, emitter=cdas(cdap_consulted=False))
    answered = answer(event, "2026-05-03T10:00")
    assert "URGENCE DEFINIE" == answered.keyword
    assert "R02 R19 -R16 R17 R15" == rules_told(answered)
    assert ("CDAP_NOT_CONSULTED",) == answered.warnings


def test_a_rejection_stands_whatever_the_symbol_means() -> None:
    answered = answer(joint_intervention(other_professional="RSA_REFERENT", scheme=UNKNOWN, reason=None))
    assert ("REJECTED", ("EXCLUDED_PROFESSIONAL",), ("REASON",), ("COORDINATION_CONTACT",)) == (
        answered.outcome,
        answered.rejections,
        answered.missing,
        answered.suggestions,
    )


def test_the_flags_of_every_possible_meaning_are_kept_once() -> None:
    assert ("C10",) == answer(social_urgency(UNKNOWN)).flags
    assert ("C17", "BENEFICIARY_UNKNOWN") == answer(referral(beneficiary=UNKNOWN)).flags


def test_immediate_danger_is_answered_though_other_symbols_are_unknown() -> None:
    event = referral(UNKNOWN, child_protection="IMMEDIATE_DANGER", beneficiary=UNKNOWN)
    assert ("OFF_HUB", "PROSECUTOR_DIRECT") == (answer(event).outcome, answer(event).instruction)


def test_a_code_that_is_spelt_like_the_unknown_symbol_is_a_code() -> None:
    event = referral(support=[followed("CD35", cdas=UNKNOWN)])
    assert {"CDAS/SOCIAL_WORKER by DIRECT for CONTINUITY at UNKNOWN: R07"} == places(answer(event))


def test_so_many_unknown_symbols_that_nobody_can_tell_go_to_a_human() -> None:
    supports = [closed(UNKNOWN, status=UNKNOWN) for _ in range(20)]
    answered = answer(referral("BENEFIT", support=supports))
    assert (Outcome.HUMAN_QUALIFICATION, ("UNKNOWN_SYMBOL",)) == (answered.outcome, answered.missing)


def test_some_unknown_symbols_that_do_not_matter_are_all_tried() -> None:
    supports = [closed("CAF", status=UNKNOWN, same_event=False) for _ in range(4)]
    answered = answer(referral("BENEFIT", support=supports, scheme=UNKNOWN))
    assert {"CAF_BENEFITS/FRONT_OFFICE by PUBLIC for COMPETENCE: R02 R03 R18"} == places(answered)
