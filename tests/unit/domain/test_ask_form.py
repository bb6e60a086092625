"""The form of a desk: which fields, of which kind, in whose presence, and in words that a person can answer."""

import re
from datetime import date

import pytest

from hub.data import load_territory
from hub.domain.asking.field import Field
from hub.domain.asking.form import FIELDS, FORM
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, AnswerInvalid, Kind, Option, Question
from hub.domain.asking.steps import kept_answers, next_step
from hub.domain.calendar.paris import paris
from hub.domain.directory.contacts import Directory
from hub.domain.routing.situation_vocabulary import EmitterService, LifeEventKind
from tests.unit.domain.domain_building import actor
from tests.unit.domain.test_ask import A_SEPARATION, LINE_OPEN, TODAY

C, Y, D = Kind.CHOICE, Kind.YES_NO, Kind.DATE
CDAS_SERVICES = {"CDAS_RECEPTION", "CDAS_SOCIAL_WORKER"}
SOCIAL_WORKERS = {"CDAS_SOCIAL_WORKER", "CAF_SOCIAL_WORK"}
DATED = {"SEPARATION", "PARENT_DEATH", "CHILD_DEATH", "LONE_PARENT_CHILD", "PARTNER_DEATH"}
REQUESTS = {"REFERRAL", "SOCIAL_URGENCY", "HANDOVER", "JOINT_INTERVENTION"}
ALL_BENEFITS = {"AAH", "RSA", "APL", "AF", "ASF", "PPA", "OTHER"}

# The field, its kind, whether it may stay unknown, and the answers before it with which the form has it.
FORM_AS_A_TABLE: list[tuple[str, Kind, bool, dict[str, set[str]]]] = [
    ("danger", Y, False, {}),
    ("emitter.service", C, False, {"danger": {"NO"}}),
    ("request", C, False, {"danger": {"NO"}}),
    ("need", C, True, {"request": {"REFERRAL"}}),
    ("category", C, False, {"request": {"SOCIAL_URGENCY"}}),
    ("household.commune", Kind.COMMUNE, True, {"request": REQUESTS}),
    ("directed_to", Y, False, {"request": {"SOCIAL_URGENCY"}, "emitter.service": CDAS_SERVICES}),
    ("handled_before_referral", Y, False, {"directed_to": {"YES"}}),
    ("benefit.code", C, True, {"request": {"REFERRAL"}, "need": {"BENEFIT"}}),
    ("benefit.change", C, False, {"request": {"REFERRAL"}, "need": {"BENEFIT"}, "benefit.code": ALL_BENEFITS}),
    ("benefit.since", D, True, {"benefit.change": {"INTERRUPTED"}}),
    ("emitter.cdap_access", Y, False, {"request": {"REFERRAL"}, "need": {"BENEFIT"}}),
    ("emitter.cdap_consulted", Y, False, {"emitter.cdap_access": {"YES"}}),
    ("autonomous", Y, True, {"request": {"REFERRAL"}, "need": {"BENEFIT"}}),
    ("agreement.given", Y, False, {"request": {"HANDOVER"}}),
    ("link", C, False, {"request": {"HANDOVER"}}),
    ("handover.reason", C, False, {"request": {"HANDOVER"}}),
    ("communication", C, False, {"request": {"HANDOVER"}}),
    ("other_professional", C, False, {"request": {"JOINT_INTERVENTION"}}),
    ("evaluated_with_family", Y, False, {"request": {"JOINT_INTERVENTION"}}),
    ("joint_intervention.reason", C, True, {"request": {"JOINT_INTERVENTION"}}),
    ("support", Y, True, {"request": {"REFERRAL", "SOCIAL_URGENCY"}}),
    ("support.caf", C, False, {"support": {"YES"}}),
    ("support.caf.same_event", Y, False, {"support.caf": {"CLOSED"}}),
    ("support.caf.worker_absent", Y, False, {"request": {"SOCIAL_URGENCY"}, "support.caf": {"OPEN"}}),
    ("support.cd35", C, False, {"support": {"YES"}}),
    ("support.cd35.cdas", Kind.CDAS, True, {"support.cd35": {"OPEN"}}),
    ("support.cd35.worker_absent", Y, False, {"request": {"SOCIAL_URGENCY"}, "support.cd35": {"OPEN"}}),
    ("support.other", C, False, {"support": {"YES"}}),
    ("child_protection", Y, False, {"request": REQUESTS}),
    ("life_event.kind", C, False, {"request": REQUESTS}),
    ("household.dependent_child", Y, True, {"life_event.kind": DATED}),
    ("life_event.planned", Y, False, {"life_event.kind": {"SEPARATION", "LONE_PARENT_CHILD"}}),
    ("life_event.date", D, True, {"life_event.kind": DATED}),
    ("life_event.declared_on", D, True, {"life_event.date": {NOT_KNOWN}}),
    ("household.caf_beneficiary", Y, True, {"request": REQUESTS}),
    ("household.scheme", C, True, {"request": REQUESTS}),
    ("emitter.cdas", Kind.CDAS, True, {"request": REQUESTS, "emitter.service": CDAS_SERVICES}),
]
OPTIONS = {
    "emitter.service": {member.value for member in EmitterService},
    "request": REQUESTS,
    "need": {"BENEFIT", "DEPARTMENT_AID", "SOCIAL_SUPPORT"},
    "category": {"FOOD", "HOUSING", "ENERGY_CUT", "CHILD_PROTECTION", "DOMESTIC_VIOLENCE", "OTHER"},
    "benefit.code": ALL_BENEFITS,
    "benefit.change": {"NONE", "INTERRUPTED", "STRONG_DECREASE", "DECREASE"},
    "link": {"STRONG", "WEAK", "NONE"},
    "handover.reason": {"WEAK_LINK", "LASTING_DIFFICULTIES", "OTHER"},
    "communication": {"WRITTEN", "ORAL", "NONE"},
    "other_professional": {
        "CDAS_SOCIAL_WORKER",
        "CAF_SOCIAL_WORKER",
        "PMI",
        "SCHOOL_SOCIAL_WORKER",
        "CHILD_PLACEMENT_WORKER",
        "RSA_REFERENT",
        "OTHER",
    },
    "joint_intervention.reason": {"COMPLEMENTARY_SKILLS", "COMPLEXITY"},
    "support.caf": {"OPEN", "CLOSED", "NO"},
    "support.cd35": {"OPEN", "NO"},
    "support.other": {"OPEN", "NO"},
    "life_event.kind": {member.value for member in LifeEventKind},
    "household.scheme": {"CAF", "MSA", "OTHER"},
}
A_FIELD = pytest.mark.parametrize("field", FORM, ids=lambda field: field.id)


def test_the_form_has_these_fields_in_this_order() -> None:
    expected = [(name, kind, unknown) for name, kind, unknown, _ in FORM_AS_A_TABLE]
    assert expected == [(field.id, field.kind, field.may_be_unknown) for field in FORM]
    assert {field.id: field for field in FORM} == FIELDS


@pytest.mark.parametrize("row", FORM_AS_A_TABLE, ids=lambda row: row[0])
def test_a_field_is_there_with_each_answer_that_calls_for_it_and_with_no_other(
    row: tuple[str, Kind, bool, dict[str, set[str]]],
) -> None:
    name, _, _, conditions = row
    exists = FIELDS[name].exists
    good = {before: min(values) for before, values in conditions.items()}
    assert exists(good)
    for before, values in conditions.items():
        others = {answer for answers in OPTIONS.values() for answer in answers} | {"YES", "NO", NOT_KNOWN}
        assert values == {answer for answer in others if exists(good | {before: answer})}
        assert not exists({other: answer for other, answer in good.items() if other != before})


@A_FIELD
def test_a_choice_has_the_symbols_of_the_contract_each_with_words(field: Field) -> None:
    expected = {"YES", "NO"} if field.kind is Y else OPTIONS.get(field.id, set())
    assert expected == {option.value for option in field.options}
    assert len(expected) == len({option.label for option in field.options})
    assert all(re.match(r"\w", option.label) for option in field.options)


@A_FIELD
def test_a_question_ends_with_its_mark_and_its_help_is_a_sentence(field: Field) -> None:
    for text in (field.text, *field.texts[1].values()):
        assert re.fullmatch(r"[A-ZÀÉ].*\u00a0\?", text)
    assert re.fullmatch(r"[A-ZÀÉ].*\.", field.help)


def test_yes_and_no_are_said_in_french() -> None:
    assert (Option("YES", "oui"), Option("NO", "non")) == FIELDS["danger"].options


# Answers that are said otherwise than in the closed list, or that are of the form alone, in one or two words.
SAID = {
    ("communication", "NONE"): "aucune",
    ("benefit.change", "NONE"): "rien\u00a0: première demande, question ou démarche",
    ("support.caf", "NO"): "non",
    ("support.cd35", "OPEN"): "oui",
    ("support.other", "OPEN"): "oui",
    ("life_event.kind", "OTHER"): "aucun de ceux-là",
}


@pytest.mark.parametrize(("place", "label"), SAID.items(), ids=[".".join(place) for place in SAID])
def test_an_answer_is_said_in_the_words_of_its_question(place: tuple[str, str], label: str) -> None:
    name, value = place
    assert [label] == [option.label for option in FIELDS[name].options if option.value == value]


WORDINGS = {
    "a separation to come": ("life_event.planned", "SEPARATION", "séparation"),
    "a birth to come": ("life_event.planned", "LONE_PARENT_CHILD", "naissance"),
    "a separation": ("life_event.date", "SEPARATION", "séparation"),
    "a birth": ("life_event.date", "LONE_PARENT_CHILD", "né"),
    "a parent's death": ("life_event.date", "PARENT_DEATH", "décès"),
    "a child's death": ("life_event.date", "CHILD_DEATH", "décès"),
    "a partner's death": ("life_event.date", "PARTNER_DEATH", "décès"),
    "no kind": ("life_event.date", "", "évènement"),
}


@pytest.mark.parametrize(("name", "kind", "word"), WORDINGS.values(), ids=WORDINGS)
def test_a_question_has_the_words_of_the_event(name: str, kind: str, word: str) -> None:
    assert word in FIELDS[name].wording({"life_event.kind": kind})


INVALID = {
    "an option of none": ("need", "MONEY", "Ce n’est pas une des réponses proposées."),
    "unknown where it must be known": ("danger", NOT_KNOWN, "Cette question demande une réponse."),
    "no day": ("life_event.date", "2026-02-30", "Donnez une date complète, par exemple 12/03/2025."),
    "a day to come": ("life_event.date", "2026-05-05", "Cette date n’est pas encore passée."),
    "another century": ("life_event.date", "1899-12-31", "Cette date est trop ancienne."),
    "a name": ("household.commune", "Rennes", "Un code INSEE a cinq caractères, par exemple 35238."),
    "small letters": ("emitter.cdas", "cdas-07", "Un code de CDAS s’écrit en capitales, par exemple CDAS-07."),
}


@pytest.mark.parametrize(("name", "answer", "sentence"), INVALID.values(), ids=INVALID)
def test_an_answer_that_is_refused_is_answered_by_its_sentence(name: str, answer: str, sentence: str) -> None:
    with pytest.raises(AnswerInvalid) as refused:
        kept_answers({**A_SEPARATION, name: answer}, TODAY)
    assert (name, sentence) == (refused.value.question, str(refused.value))


def test_the_first_day_of_the_known_centuries_is_an_answer() -> None:
    assert "1900-01-01" == kept_answers({**A_SEPARATION, "life_event.date": "1900-01-01"}, TODAY)["life_event.date"]


def asked(answers: dict[str, str], directory: Directory | None = None) -> Question:
    found = next_step(answers, LINE_OPEN, directory)
    assert isinstance(found, Question)
    return found


def test_a_question_carries_the_field_as_it_stands() -> None:
    field = FIELDS["life_event.date"]
    expected = Question(field.id, D, "Quand la séparation a-t-elle eu lieu\u00a0?", field.help, (), may_be_unknown=True)
    assert expected == asked(A_SEPARATION)
    first = FIELDS["danger"]
    assert Question("danger", Y, first.text, first.help, first.options, may_be_unknown=False) == asked({})


def test_a_commune_may_lie_elsewhere() -> None:
    before = {"danger": "NO", "emitter.service": "CCAS", "request": "REFERRAL", "need": "DEPARTMENT_AID"}
    found = asked(before)
    assert ("household.commune", (Option(OUTSIDE, "hors du département"),)) == (found.id, found.options)


def test_the_cdas_of_a_day_are_proposed_by_the_name_of_their_mailbox_or_by_their_code() -> None:
    directory = Directory(load_territory())
    cdas = {"institution": "CD35", "service": "CDAS"}
    for contact in (
        actor("a", role="RECEPTION", cdas="CDAS-09", label="Accueil", **cdas),
        actor("b", role="GENERIC_MAILBOX", cdas="CDAS-07", label="CDAS du Nord", **cdas),
        actor("c", role="RECEPTION", cdas="CDAS-07", label="Accueil", **cdas),
        actor("d", role="RECEPTION", cdas="CDAS-08", valid_to=date(2026, 5, 3), **cdas),
        actor("e", cdas="CDAS-10"),
    ):
        directory.apply(contact)
    before = {**A_SEPARATION, "need": "DEPARTMENT_AID", "household.commune": NOT_KNOWN}
    found = asked(before, directory)
    assert ("emitter.cdas", (Option("CDAS-07", "CDAS du Nord"), Option("CDAS-09", "CDAS-09"))) == (
        found.id,
        found.options,
    )


def test_the_day_of_an_answer_is_that_of_paris() -> None:
    just_after_midnight = LINE_OPEN.astimezone(paris()).replace(hour=0, minute=30)
    assert TODAY == just_after_midnight.date()
    answers = {**A_SEPARATION, "life_event.date": TODAY.isoformat()}
    assert isinstance(next_step(answers, just_after_midnight), Question)
