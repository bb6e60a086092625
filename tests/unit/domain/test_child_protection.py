"""Child protection: contract, section 5, rows 0 and 1 (R51 to R54, C16, C18)."""

import pytest

from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    ELSEWHERE,
    answer,
    caf,
    cdas,
    concern,
    followed,
    for_benefit,
    handover,
    joint_intervention,
    places,
    referral,
    rules_told,
    social_urgency,
)

DANGER = {"child_protection": "IMMEDIATE_DANGER"}
IN_DANGER = {
    "a concern": concern(immediate_danger=True),
    "a concern that the CDAS knows": concern(immediate_danger=True, known=True),
    "a concern outside the département": concern(immediate_danger=True, commune=ELSEWHERE),
    "a referral": referral(**DANGER),
    "a referral that somebody carries": referral(support=[followed("CD35")], **DANGER),
    "a referral outside the département": referral(commune=ELSEWHERE, **DANGER),
    "a referral without a need": referral(None, **DANGER),
    "a benefit urgency": for_benefit("RSA", "INTERRUPTED", **DANGER),
    "a social urgency": social_urgency("CHILD_PROTECTION", **DANGER),
    "a hand-over without agreement": handover(agreed=False, **DANGER),
    "a joint intervention": joint_intervention(other_professional="RSA_REFERENT", **DANGER),
}


@pytest.mark.parametrize("event", IN_DANGER.values(), ids=IN_DANGER)
def test_immediate_danger_leaves_the_hub_before_any_other_rule(event: Given) -> None:
    answered = answer(event)
    assert ("OFF_HUB", "PROSECUTOR_DIRECT") == (answered.outcome, answered.instruction)
    assert "selon les procédures de signalement" == (answered.instruction and answered.instruction.label)
    assert "R53" == rules_told(answered)
    assert ((), (), (), (), (), ()) == (
        answered.routings,
        answered.rejections,
        answered.missing,
        answered.suggestions,
        answered.warnings,
        answered.flags,
    )


@pytest.mark.parametrize("event", [concern(), referral(child_protection="KNOWN_TO_CDAS"), handover()])
def test_without_immediate_danger_nothing_leaves_the_hub(event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", None) == (answered.outcome, answered.instruction)


INFORMED = {
    "a concern that is new (R52)": ({"CDAS/MANAGER by SECURE for INFORMATION: R52"}, concern()),
    "a concern that the CDAS knows (R51)": (
        {"CDAS/SOCIAL_WORKER by SECURE for CONTINUITY: R51"},
        concern(known=True),
    ),
    "a new concern, at the emitter's CDAS (C18)": (
        {"CDAS/MANAGER by SECURE for INFORMATION at CDAS-07: R52"},
        concern(commune=None, emitter=cdas()),
    ),
    "a concern outside the département, at the emitter's CDAS (C18)": (
        {"CDAS/MANAGER by SECURE for INFORMATION at CDAS-07: R52"},
        concern(commune=ELSEWHERE, emitter=cdas()),
    ),
    "a known concern outside the département, at the emitter's CDAS (C18)": (
        {"CDAS/SOCIAL_WORKER by SECURE for CONTINUITY at CDAS-07: R51"},
        concern(commune=ELSEWHERE, emitter=cdas(), known=True),
    ),
}


@pytest.mark.parametrize(("expected", "event"), INFORMED.values(), ids=INFORMED)
def test_the_home_cdas_is_informed_by_a_secure_channel(expected: set[str], event: Given) -> None:
    answered = answer(event)
    assert ("ROUTED", expected) == (answered.outcome, places(answered))


NOWHERE = {
    "no commune": concern(commune=None),
    "no commune, known": concern(commune=None, known=True),
    "outside the département": concern(commune=ELSEWHERE),
}


@pytest.mark.parametrize("event", NOWHERE.values(), ids=NOWHERE)
def test_without_any_cdas_a_human_qualifies(event: Given) -> None:
    answered = answer(event)
    assert ("HUMAN_QUALIFICATION", ("COMMUNE",), ()) == (answered.outcome, answered.missing, answered.routings)


@pytest.mark.parametrize(
    ("warnings", "informed"),
    [((), "YES"), ((), "NOT_IN_CHILD_INTEREST"), (("FAMILY_INFORMATION_REMINDER",), None)],
    ids=["informed", "against the interest of the child", "nothing declared"],
)
def test_a_reminder_is_given_when_nothing_is_said_about_the_family(
    warnings: tuple[str, ...], informed: str | None
) -> None:
    assert warnings == answer(concern(family_informed=informed)).warnings


FLAGS = {
    "in the département": ({"C16"}, concern()),
    "no commune": ({"C16", "C18"}, concern(commune=None, emitter=cdas())),
    "outside the département": ({"C16", "C18"}, concern(commune=ELSEWHERE, emitter=cdas())),
    "no commune and no CDAS": ({"C16"}, concern(commune=None, emitter=caf())),
    "outside the département and no CDAS": ({"C16", "C18"}, concern(commune=ELSEWHERE)),
}


@pytest.mark.parametrize(("flags", "event"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_what_the_decision_leaned_on(flags: set[str], event: Given) -> None:
    answered = answer(event).flags
    assert flags == set(answered)
    assert len(flags) == len(answered)


TOLD = {
    "new": ("R52 -R51 -R54", concern()),
    "known": ("R51 -R52 -R54", concern(known=True)),
    "the family is not informed": ("R52 -R51 R54", concern(family_informed=None)),
}


@pytest.mark.parametrize(("told", "event"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given) -> None:
    assert told == rules_told(answer(event))
