"""Access to rights and benefit urgency: contract, section 5, row 6 (R02, R03, R14 to R20, C11, C12, C13)."""

import pytest

from hub.domain.routing.benefit_answers import answer_benefit
from hub.domain.routing.decide import decide
from hub.domain.routing.situation import read_situation
from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    TODAY,
    answer,
    benefit,
    caf,
    cdas,
    closed,
    followed,
    for_benefit,
    partner,
    places,
    referral,
    rules_told,
    sentence,
)

OPEN = "2026-05-04T09:00"
CLOSED = "2026-05-04T12:00"
BEYOND = "2031-03-03T10:00"
USUAL_WAY = "CAF_BENEFITS/FRONT_OFFICE by PUBLIC for COMPETENCE: R02 R03 R18"


def line(rule: str) -> set[str]:
    return {f"CAF_BENEFITS/PRIORITY_CONTACT by PRIORITY_LINE for COMPETENCE, BENEFIT urgency: R02 R16 {rule}"}


def form(rule: str) -> set[str]:
    return {f"CAF_BENEFITS/PRIORITY_CONTACT by CDAP_FORM for COMPETENCE, BENEFIT urgency: R02 R17 {rule}"}


def public(rule: str) -> set[str]:
    return {f"CAF_BENEFITS/FRONT_OFFICE by PUBLIC for COMPETENCE, BENEFIT urgency: R02 R16 R18 {rule}"}


WHAT_IS_URGENT = {
    "RSA interrupted (R19)": (line("R19"), for_benefit("RSA", "INTERRUPTED")),
    "AAH interrupted (R19)": (line("R19"), for_benefit("AAH", "INTERRUPTED")),
    "RSA interrupted yesterday (R19)": (line("R19"), for_benefit("RSA", "INTERRUPTED", "2026-05-03")),
    "RSA strongly decreased (R19)": (line("R19"), for_benefit("RSA", "STRONG_DECREASE")),
    "AAH strongly decreased (R19)": (line("R19"), for_benefit("AAH", "STRONG_DECREASE")),
    "RSA decreased (C11)": ({USUAL_WAY}, for_benefit("RSA", "DECREASE")),
    "AAH unchanged": ({USUAL_WAY}, for_benefit("AAH", "NONE")),
    "APL interrupted for three months to the day (R20)": (line("R20"), for_benefit("APL", "INTERRUPTED", "2026-02-04")),
    "APL interrupted for a day less (R20)": ({USUAL_WAY}, for_benefit("APL", "INTERRUPTED", "2026-02-05")),
    "APL interrupted for years (R20)": (line("R20"), for_benefit("APL", "INTERRUPTED", "2020-01-01")),
    "APL interrupted, nobody knows since when (C12)": ({USUAL_WAY}, for_benefit("APL", "INTERRUPTED")),
    "APL strongly decreased for years (R20)": ({USUAL_WAY}, for_benefit("APL", "STRONG_DECREASE", "2020-01-01")),
    "AF decreased": ({USUAL_WAY}, for_benefit("AF", "DECREASE", "2020-01-01")),
    "AF unchanged": ({USUAL_WAY}, for_benefit("AF", "NONE")),
    "a referral with an interrupted RSA (R19)": (
        line("R19"),
        referral("BENEFIT", benefit=benefit("RSA", "INTERRUPTED")),
    ),
    "a referral without a word on the benefit (R03)": ({USUAL_WAY}, referral("BENEFIT")),
}


@pytest.mark.parametrize(("expected", "event"), WHAT_IS_URGENT.values(), ids=WHAT_IS_URGENT)
def test_only_what_the_convention_calls_urgent_takes_the_priority_line(expected: set[str], event: Given) -> None:
    answered = answer(event, OPEN)
    assert ("ROUTED", expected, None, ()) == (answered.outcome, places(answered), answered.keyword, answered.warnings)


WHICH_WAY = {
    "a CDAS, line open (R16)": (line("R19"), None, cdas(), OPEN),
    "a CDAS social worker, line open (R16)": (line("R19"), None, cdas("CDAS_SOCIAL_WORKER"), OPEN),
    "a CDAS without access to CDAP, line open (R16)": (line("R19"), None, cdas(cdap_access=False), OPEN),
    "a CDAS, line closed (R17)": (form("R19"), "URGENCE DEFINIE", cdas(), CLOSED),
    "a CDAS without access to CDAP, line closed (R17)": (
        form("R19"),
        "URGENCE DEFINIE",
        cdas(cdap_access=False),
        CLOSED,
    ),
    "the CAF's reception, line open (R18)": (public("R19"), None, caf(), OPEN),
    "the CAF's social work service, line closed (R18)": (public("R19"), None, caf("CAF_SOCIAL_WORK"), CLOSED),
    "a CCAS, line open (R18)": (public("R19"), None, partner(), OPEN),
}


@pytest.mark.parametrize(("expected", "keyword", "emitter", "at"), WHICH_WAY.values(), ids=WHICH_WAY)
def test_the_line_and_the_keyword_are_for_the_cdas(
    expected: set[str], keyword: str | None, emitter: dict[str, object], at: str
) -> None:
    answered = answer(for_benefit("RSA", "INTERRUPTED", emitter=emitter), at)
    assert (expected, keyword) == (places(answered), answered.keyword)


WARNED = {
    "a CDAS that did not consult CDAP (R15)": (("CDAP_NOT_CONSULTED",), "RSA", cdas(cdap_consulted=False)),
    "a CDAS that did not consult CDAP, not urgent (R15)": (("CDAP_NOT_CONSULTED",), "APL", cdas(cdap_consulted=False)),
    "a CDAS without access (R15)": ((), "RSA", cdas(cdap_access=False, cdap_consulted=False)),
    "a CDAS that consulted (R15)": ((), "RSA", cdas()),
    "a partner that did not consult (R18)": (("PRIORITY_CHANNEL_RESERVED",), "RSA", partner(cdap_consulted=False)),
    "a partner, not urgent (R18)": ((), "APL", partner(cdap_consulted=False)),
}


@pytest.mark.parametrize(("warnings", "code", "emitter"), WARNED.values(), ids=WARNED)
def test_a_warning_never_blocks(warnings: tuple[str, ...], code: str, emitter: dict[str, object]) -> None:
    answered = answer(for_benefit(code, "INTERRUPTED", emitter=emitter), OPEN)
    assert ("ROUTED", warnings) == (answered.outcome, answered.warnings)


FLAGS = {
    "RSA decreased": (("C11",), for_benefit("RSA", "DECREASE"), OPEN),
    "RSA unchanged": ((), for_benefit("RSA", "NONE"), OPEN),
    "APL decreased": ((), for_benefit("APL", "DECREASE"), OPEN),
    "APL interrupted, since when is not known": (("C12",), for_benefit("APL", "INTERRUPTED"), OPEN),
    "RSA interrupted, since when is not known": ((), for_benefit("RSA", "INTERRUPTED"), OPEN),
    "APL interrupted for two months": ((), for_benefit("APL", "INTERRUPTED", "2026-03-04"), OPEN),
    "line closed": ((), for_benefit("RSA", "INTERRUPTED"), CLOSED),
    "line closed, no access to CDAP": (
        ("C13",),
        for_benefit("RSA", "INTERRUPTED", emitter=cdas(cdap_access=False)),
        CLOSED,
    ),
    "line open, no access to CDAP": ((), for_benefit("RSA", "INTERRUPTED", emitter=cdas(cdap_access=False)), OPEN),
    "after the calendar's last day": (("C13",), for_benefit("RSA", "INTERRUPTED"), BEYOND),
    "after the calendar's last day, not urgent": ((), for_benefit("RSA", "NONE"), BEYOND),
    "after the calendar's last day, a partner": (
        (),
        for_benefit("RSA", "INTERRUPTED", emitter=partner()),
        BEYOND,
    ),
    "not autonomous and followed": (
        ("C05",),
        for_benefit("RSA", "INTERRUPTED", autonomous=False, support=[followed("CAF")]),
        OPEN,
    ),
}


@pytest.mark.parametrize(("flags", "event", "at"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_what_the_decision_leaned_on(flags: tuple[str, ...], event: Given, at: str) -> None:
    assert flags == answer(event, at).flags


def test_without_a_calendar_the_line_counts_as_closed_and_is_flagged() -> None:
    answered = decide(for_benefit("RSA", "INTERRUPTED")).answer
    assert (form("R19"), "URGENCE DEFINIE", ("C13",)) == (places(answered), answered.keyword, answered.flags)
    assert "La ligne directe est fermée : aucun calendrier n’est connu." == sentence(answered, "R16")


def test_a_situation_that_was_read_without_the_line_counts_it_as_closed() -> None:
    situation = read_situation(for_benefit("RSA", "INTERRUPTED").data or {}, TODAY, None, None)
    answered = answer_benefit(situation)
    assert (form("R19"), ()) == (places(answered), answered.flags)
    assert "La ligne directe est fermée : ligne fermée." == sentence(answered, "R16")


WORKER = "CAF_SOCIAL_WORK/SOCIAL_WORKER by DIRECT for SUPPORT"
SUPPORTED = {
    "not autonomous and followed (R14)": ({f"{WORKER}: R14"}, {"autonomous": False, "support": [followed("CAF")]}),
    "not autonomous, followed by two (R14)": (
        {f"{WORKER}: R14", "CDAS/SOCIAL_WORKER by DIRECT for SUPPORT at CDAS-09: R14"},
        {"autonomous": False, "support": [followed("CAF"), followed("CD35", cdas="CDAS-09")]},
    ),
    "not autonomous, followed for child protection (R14)": (
        {"CDAS/SOCIAL_WORKER by DIRECT for SUPPORT: R14"},
        {"autonomous": False, "child_protection": "KNOWN_TO_CDAS"},
    ),
    "autonomous and followed (R14)": (set(), {"autonomous": True, "support": [followed("CAF")]}),
    "nobody said whether autonomous (R14)": (set(), {"autonomous": None, "support": [followed("CAF")]}),
    "not autonomous, followed no longer (R14)": (set(), {"autonomous": False, "support": [closed("CAF")]}),
}


@pytest.mark.parametrize(("support", "changed"), SUPPORTED.values(), ids=SUPPORTED)
def test_the_worker_supports_who_is_not_autonomous_and_competence_stays(
    support: set[str], changed: dict[str, object]
) -> None:
    assert {USUAL_WAY} | support == places(answer(referral("BENEFIT", **changed)))


def test_the_worker_supports_with_the_urgency_of_the_benefit() -> None:
    event = for_benefit("RSA", "INTERRUPTED", autonomous=False, support=[followed("CAF")])
    assert line("R19") | {f"{WORKER}, BENEFIT urgency: R14"} == places(answer(event, OPEN))


TOLD = {
    "line open": ("R02 R19 R16", for_benefit("RSA", "INTERRUPTED"), OPEN),
    "line closed": ("R02 R19 -R16 R17", for_benefit("RSA", "INTERRUPTED"), CLOSED),
    "line closed, no access": (
        "R02 R19 -R16 R17 -R15",
        for_benefit("RSA", "INTERRUPTED", emitter=cdas(cdap_access=False)),
        CLOSED,
    ),
    "a partner": ("R02 R19 R16 R18", for_benefit("RSA", "INTERRUPTED", emitter=partner()), OPEN),
    "another benefit": ("R02 R20 R16", for_benefit("APL", "INTERRUPTED", "2026-01-01"), OPEN),
    "a month": ("R02 -R20 R03 R18", for_benefit("APL", "INTERRUPTED", "2026-04-01"), OPEN),
    "nobody knows since when": ("R02 -R20 R03 R18", for_benefit("APL", "INTERRUPTED"), OPEN),
    "another benefit decreased": ("R02 -R20 R03 R18", for_benefit("APL", "DECREASE"), OPEN),
    "decreased": ("R02 -R19 R03 R18", for_benefit("RSA", "DECREASE"), OPEN),
    "unchanged": ("R02 -R19 R03 R18", for_benefit("RSA", "NONE"), OPEN),
    "no benefit named": ("R02 -R19 R03 R18", referral("BENEFIT"), OPEN),
    "not consulted": (
        "R02 R19 R16 R15",
        for_benefit("RSA", "INTERRUPTED", emitter=cdas(cdap_consulted=False)),
        OPEN,
    ),
    "supported": (
        "R02 -R19 R03 R18 R14",
        referral("BENEFIT", autonomous=False, support=[followed("CAF")]),
        OPEN,
    ),
    "autonomous": ("R02 -R19 R03 R18 -R14", referral("BENEFIT", support=[followed("CAF")]), OPEN),
}


@pytest.mark.parametrize(("told", "event", "at"), TOLD.values(), ids=TOLD)
def test_the_explanation_names_the_rules_that_were_looked_at(told: str, event: Given, at: str) -> None:
    assert told == rules_told(answer(event, at))
