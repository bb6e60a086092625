"""What a person reads of a decision: the rules in the convention's words, and why the plausible others do not apply."""

import re
from typing import Any

import pytest

from hub.domain.rules.catalogue import RULES
from hub.domain.rules.parameters import build_parameters
from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    ELSEWHERE,
    answer,
    caf,
    cdas,
    closed,
    concern,
    followed,
    for_benefit,
    handover,
    joint_intervention,
    life_event,
    partner,
    referral,
    sentence,
    social_urgency,
)

LAST_YEAR = life_event("SEPARATION", "2025-05-04")
NOT_CHOSEN = "Le service social de la CAF n’est pas retenu : "

WHY_NOT_THE_CAF = {
    "an old separation": ("R32", "la séparation date de deux ans ou plus", life_event("SEPARATION", "2019-01-01"), {}),
    "an old death of a parent": (
        "R33",
        "le décès du parent date de plus de deux ans",
        life_event("PARENT_DEATH", "2019-01-01"),
        {},
    ),
    "an old death of a child": (
        "R34",
        "le décès de l’enfant date de plus de deux ans",
        life_event("CHILD_DEATH", "2019-01-01"),
        {},
    ),
    "a child that has grown": ("R35", "l’enfant a plus d’un an", life_event("LONE_PARENT_CHILD", "2019-01-01"), {}),
    "an old death of a partner": (
        "R33",
        "le décès du conjoint date de plus de deux ans",
        life_event("PARTNER_DEATH", "2019-01-01"),
        {},
    ),
    "no life event": ("R10", "aucun évènement de vie de ses offres n’est en cause", None, {}),
    "another life event": (
        "R10",
        "aucun évènement de vie de ses offres n’est en cause",
        life_event("OTHER", "2026-05-04"),
        {},
    ),
    "no child": ("R31", "le ménage n’a pas d’enfant à charge", LAST_YEAR, {"child": "NO"}),
    "no beneficiary": (
        "R31",
        "le ménage n’est pas allocataire de la CAF, ou relève de la MSA",
        LAST_YEAR,
        {"beneficiary": "NO"},
    ),
    "a support that it closed": (
        "R08",
        "il a déjà clôturé un accompagnement pour ce même évènement",
        LAST_YEAR,
        {"support": [closed("CAF", same_event=True)]},
    ),
}


@pytest.mark.parametrize(("rule", "why", "event", "changed"), WHY_NOT_THE_CAF.values(), ids=WHY_NOT_THE_CAF)
def test_it_is_said_why_the_caf_social_work_service_was_not_chosen(
    rule: str, why: str, event: object, changed: dict[str, Any]
) -> None:
    assert f"{NOT_CHOSEN}{why}." == sentence(answer(referral(life_event=event, **changed)), rule)


FOLLOWED: dict[str, Any] = {"support": [followed("CAF")]}
INTERRUPTED = for_benefit("RSA", "INTERRUPTED")
LINE_CLOSED = "2026-05-04T12:00"

SAID = {
    "the separation is recent": (
        "R32",
        "La séparation est en projet, ou date de moins de deux ans.",
        referral(life_event=LAST_YEAR),
    ),
    "a parent died": (
        "R33",
        "Le décès du parent date de deux ans au plus.",
        referral(life_event=life_event("PARENT_DEATH", "2026-01-01")),
    ),
    "a child died": (
        "R34",
        "Le décès de l’enfant date de deux ans au plus.",
        referral(life_event=life_event("CHILD_DEATH", "2026-01-01")),
    ),
    "a child is expected": (
        "R35",
        "Le parent isolé attend un enfant, ou l’enfant a un an au plus.",
        referral(life_event=life_event("LONE_PARENT_CHILD", planned=True)),
    ),
    "the partner died": (
        "R33",
        "Le décès du conjoint, avec un enfant à charge, vaut celui d’un parent : deux ans au plus.",
        referral(life_event=life_event("PARTNER_DEATH", "2026-01-01")),
    ),
    "a date is missing": (
        "R32",
        "La date de l’évènement n’est pas connue : elle déciderait de l’orientation.",
        referral(life_event=life_event("SEPARATION")),
    ),
    "in the perimeter, why not the CDAS": (
        "R10",
        "Le CDAS n’est pas retenu d’abord : la situation relève des offres de la CAF.",
        referral(life_event=LAST_YEAR),
    ),
    "no need is given": (
        "R05",
        "Le motif de la demande n’est pas donné : un professionnel le qualifie.",
        referral(None),
    ),
    "nobody follows": ("R07", "Aucun accompagnement social n’est en cours.", referral()),
    "nobody asked who follows": (
        "R07",
        "Personne n’a demandé si un accompagnement social est en cours : à vérifier.",
        referral(support=None),
    ),
    "somebody follows, an aid": (
        "R04",
        "Le CDAS du domicile n’est pas retenu : l’accompagnement en cours l’emporte.",
        referral("DEPARTMENT_AID", **FOLLOWED),
    ),
    "somebody follows": (
        "R06",
        "Le périmètre ne décide pas : un accompagnement est en cours, il se poursuit.",
        referral(**FOLLOWED),
    ),
    "no CDAS is known": (
        "R05",
        "Ni la commune du domicile ni le CDAS de l’émetteur ne sont connus : à qualifier.",
        referral(commune=None, emitter=caf()),
    ),
    "outside the département": (
        "R04",
        "La commune du domicile n’est pas en Ille-et-Vilaine : la convention ne s’y applique pas.",
        referral(commune=ELSEWHERE),
    ),
    "a benefit that is not named": (
        "R19",
        "Aucune interruption ni diminution de prestation n’est signalée.",
        referral("BENEFIT"),
    ),
    "a decrease of RSA": (
        "R19",
        "La diminution n’est pas déclarée forte : ce n’est pas une urgence.",
        for_benefit("RSA", "DECREASE"),
    ),
    "an RSA that is paid": (
        "R19",
        "L’AAH ou le RSA n’est ni interrompu, ni fortement diminué.",
        for_benefit("RSA", "NONE"),
    ),
    "a decrease of APL": (
        "R20",
        "La prestation n’est pas interrompue : une diminution n’est jamais une urgence.",
        for_benefit("APL", "DECREASE"),
    ),
    "APL interrupted, since when is not known": (
        "R20",
        "Le début de l’interruption n’est pas connu : ce n’est pas une urgence.",
        for_benefit("APL", "INTERRUPTED"),
    ),
    "APL interrupted for a month": (
        "R20",
        "La prestation est interrompue depuis moins de trois mois.",
        for_benefit("APL", "INTERRUPTED", "2026-04-04"),
    ),
    "no urgency": (
        "R18",
        "La situation n’est pas une urgence : ni la ligne directe, ni le mot-clé.",
        for_benefit("RSA", "NONE"),
    ),
    "an urgency told by a partner": (
        "R18",
        "L’urgence est reconnue, mais passe par les modalités de contact existantes.",
        for_benefit("RSA", "INTERRUPTED", emitter=partner()),
    ),
    "the line is for the CDAS": (
        "R16",
        "La ligne directe et le mot-clé sont réservés aux CDAS.",
        for_benefit("RSA", "INTERRUPTED", emitter=partner()),
    ),
    "autonomous": (
        "R14",
        "Le travailleur social n’est pas sollicité : la personne n’est pas dite non autonome.",
        referral("BENEFIT", **FOLLOWED),
    ),
    "another urgency": (
        "R63",
        "L’urgence n’est pas de celles que la convention cite : un professionnel apprécie.",
        social_urgency("OTHER"),
    ),
    "an urgency of a household that is followed": (
        "R67",
        "Ce n’est pas une première demande : un accompagnement est en cours.",
        social_urgency(**FOLLOWED),
    ),
    "an urgency of a household that nobody follows": (
        "R66",
        "Le service social de la CAF n’est pas sollicité dans l’urgence : il ne suit pas le ménage.",
        social_urgency(),
    ),
    "the person agrees": ("R57", "La personne a donné son accord.", handover()),
    "the person does not agree": (
        "R57",
        "La personne n’a pas donné son accord : rien n’est transmis ni conservé.",
        handover(agreed=False),
    ),
    "a weak link": ("R58", "Le lien avec le travailleur social est faible, ou rompu.", handover()),
    "a strong link": (
        "R58",
        "Le lien avec le travailleur social est fort : une co-intervention est possible.",
        handover(link="STRONG"),
    ),
    "another reason to hand over": (
        "R55",
        "Refus : le motif n’est pas celui que la convention prévoit dans ce sens.",
        handover(reason="OTHER"),
    ),
    "a communication": ("R59", "Une communication écrite ou orale accompagne la demande.", handover()),
    "no communication": (
        "R59",
        "Aucune communication écrite ou orale n’accompagne la demande : elle est attendue.",
        handover(communication=None),
    ),
    "a hand-over with child protection": (
        "R51",
        "Le CDAS maintient son intervention au titre de la protection de l’enfance.",
        handover(child_protection="KNOWN_TO_CDAS"),
    ),
    "a hand-over outside the perimeter": (
        "R10",
        "Refus : la situation est hors du périmètre du service social de la CAF.",
        handover(child="NO"),
    ),
    "an excluded professional": (
        "R46",
        "La co-intervention est exclue avec ce professionnel : un contact est suggéré.",
        joint_intervention(other_professional="RSA_REFERENT"),
    ),
    "an evaluation": ("R45", "L’évaluation conjointe avec la famille a eu lieu.", joint_intervention()),
    "no evaluation": (
        "R45",
        "L’évaluation conjointe avec la famille n’a pas eu lieu : elle est attendue.",
        joint_intervention(evaluated_with_family=False),
    ),
    "a reason to act together": ("R44", "Le motif de la co-intervention est donné.", joint_intervention()),
    "no reason to act together": (
        "R44",
        "Le motif de la co-intervention n’est pas donné : il est attendu.",
        joint_intervention(reason=None),
    ),
    "a concern that the CDAS knows": (
        "R52",
        "La situation est déjà connue du CDAS : son travailleur social poursuit.",
        concern(known=True),
    ),
    "a concern that the CDAS does not know": ("R51", "La situation n’est pas connue du CDAS.", concern()),
    "the family is informed": ("R54", "L’information de la famille est déclarée.", concern()),
}


@pytest.mark.parametrize(("rule", "expected", "event"), SAID.values(), ids=SAID)
def test_the_case_is_told_in_a_sentence_of_its_own(rule: str, expected: str, event: Given) -> None:
    assert expected == sentence(answer(event), rule)


CLOSED_LINE = {
    "at lunch": ("La ligne directe est fermée : en dehors des heures d’ouverture.", INTERRUPTED, LINE_CLOSED),
    "on a Sunday": (
        "La ligne directe est fermée : samedi ou dimanche.",
        INTERRUPTED,
        "2026-05-03T10:00",
    ),
}


@pytest.mark.parametrize(("expected", "event", "at"), CLOSED_LINE.values(), ids=CLOSED_LINE)
def test_it_is_said_why_the_line_is_closed(expected: str, event: Given, at: str) -> None:
    assert expected == sentence(answer(event, at), "R16")


def test_it_is_said_who_sends_the_form_where_the_emitter_has_no_access() -> None:
    answered = answer(for_benefit("RSA", "INTERRUPTED", emitter=cdas(cdap_access=False)), LINE_CLOSED)
    assert "L’émetteur n’a pas accès à CDAP : un collègue envoie le formulaire." == sentence(answered, "R15")


def test_it_is_said_that_the_exclusion_was_lifted() -> None:
    row = {"parameter": "joint_intervention_exclusion", "value": "non", "valid_from": "", "valid_to": ""}
    table = build_parameters([(2, row | {"decided_by": "Comité", "note": ""})])
    answered = answer(joint_intervention(other_professional="RSA_REFERENT"), parameters=table)
    assert "Les deux institutions ont levé l’exclusion de ce professionnel à cette date." == sentence(answered, "R46")


IN_ITS_OWN_WORDS = {
    "R01": referral(None),
    "R02": INTERRUPTED,
    "R03": for_benefit("RSA", "NONE"),
    "R04": referral("DEPARTMENT_AID"),
    "R06": referral(),
    "R07": referral(**FOLLOWED),
    "R11": social_urgency(),
    "R14": referral("BENEFIT", autonomous=False, **FOLLOWED),
    "R15": for_benefit("RSA", "NONE", emitter=cdas(cdap_consulted=False)),
    "R16": INTERRUPTED,
    "R19": INTERRUPTED,
    "R20": for_benefit("APL", "INTERRUPTED", "2019-01-01"),
    "R38": referral(life_event=LAST_YEAR),
    "R43": referral("DEPARTMENT_AID", **FOLLOWED),
    "R46": joint_intervention(),
    "R47": joint_intervention("CAF_TO_CDAS"),
    "R48": joint_intervention(),
    "R51": concern(known=True),
    "R52": concern(),
    "R53": concern(immediate_danger=True),
    "R54": concern(family_informed=None),
    "R55": handover(),
    "R56": handover("CAF_TO_CDAS"),
    "R60": handover(),
    "R62": handover("CAF_TO_CDAS"),
    "R63": social_urgency(),
    "R65": social_urgency(**FOLLOWED),
    "R66": social_urgency(directed_to="CAF_SOCIAL_WORK", handled_before_referral=False),
    "R67": social_urgency(),
    "R68": social_urgency(**FOLLOWED),
}


@pytest.mark.parametrize(("rule", "event"), IN_ITS_OWN_WORDS.items(), ids=IN_ITS_OWN_WORDS)
def test_a_rule_that_applies_speaks_in_its_own_words_with_its_article_and_quote(rule: str, event: Given) -> None:
    [step] = [step for step in answer(event).explanation if step.rule == rule]
    assert RULES[rule].explained(matched=True) == step


EVERY_EVENT = [event for *_, event in SAID.values()] + list(IN_ITS_OWN_WORDS.values())


def test_every_sentence_begins_with_a_capital_and_ends_with_a_full_stop() -> None:
    told = {step.label for event in EVERY_EVENT for step in answer(event).explanation}
    assert [] == [label for label in told if not re.fullmatch(r"[A-ZÀÉ][^\n]*[\w)»]\.", label)]


def test_every_explanation_says_plainly_whether_its_rule_applied() -> None:
    assert {True, False} == {step.matched for event in EVERY_EVENT for step in answer(event).explanation}


def test_every_routing_is_explained_by_the_rules_that_it_names() -> None:
    for event in EVERY_EVENT:
        answered = answer(event)
        applied = {step.rule for step in answered.explanation if step.matched}
        assert set() == {rule for routing in answered.routings for rule in routing.rules} - applied


def test_a_rule_is_told_once_in_an_explanation() -> None:
    for event in EVERY_EVENT:
        told = [step.rule for step in answer(event).explanation]
        assert len(told) == len(set(told)), event
