"""A field of the form: the options that are left open, its words, and one answer for each class that the rules know."""

import pytest

from hub.domain.asking.building import build_event, event_type_of
from hub.domain.asking.essence import essence
from hub.domain.asking.field import Field, options_of
from hub.domain.asking.form import FIELDS, FORM
from hub.domain.asking.question import OUTSIDE, Kind, Option
from hub.domain.asking.steps import kept_answers
from hub.domain.routing.decision import Answer
from hub.domain.routing.situation_vocabulary import Need
from hub.domain.vocabulary import Flag, Outcome, Urgency
from tests.unit.domain.test_ask import LINE_OPEN, TODAY

REQUEST = FIELDS["request"]
A, B = Option("A", "un"), Option("B", "deux")


def test_a_reception_is_offered_what_it_may_ask_for() -> None:
    offered = {
        service: [option.value for option in REQUEST.open_options({"emitter.service": service})]
        for service in ("CDAS_RECEPTION", "CDAS_SOCIAL_WORKER")
    }
    expected = {
        "CDAS_RECEPTION": ["REFERRAL", "SOCIAL_URGENCY"],
        "CDAS_SOCIAL_WORKER": ["REFERRAL", "SOCIAL_URGENCY", "HANDOVER", "JOINT_INTERVENTION"],
    }
    assert expected == offered
    for service, values in expected.items():
        assert tuple(values) == REQUEST.representatives({"emitter.service": service})


# One answer for each class of answers that the rules tell apart; YES and NO where nothing stands here.
CLASSES = {
    "emitter.service": "CDAS_RECEPTION CDAS_SOCIAL_WORKER CCAS CAF_SOCIAL_WORK",
    "request": "REFERRAL SOCIAL_URGENCY",
    "need": "BENEFIT DEPARTMENT_AID SOCIAL_SUPPORT NOT_KNOWN",
    "category": "FOOD OTHER",
    "household.commune": "35238 99999 NOT_KNOWN",
    "benefit.code": "RSA APL NOT_KNOWN",
    "benefit.change": "NONE INTERRUPTED STRONG_DECREASE",
    "benefit.since": "2026-01-15 2026-05-15 NOT_KNOWN",
    "link": "STRONG WEAK",
    "handover.reason": "WEAK_LINK LASTING_DIFFICULTIES OTHER",
    "communication": "WRITTEN NONE",
    "other_professional": "PMI RSA_REFERENT",
    "joint_intervention.reason": "COMPLEMENTARY_SKILLS NOT_KNOWN",
    "support": "YES NO NOT_KNOWN",
    "support.caf": "OPEN CLOSED NO",
    "support.cd35": "OPEN NO",
    "support.cd35.cdas": "WORKERS NOT_KNOWN",
    "support.other": "OPEN NO",
    "life_event.kind": "SEPARATION PARENT_DEATH CHILD_DEATH LONE_PARENT_CHILD PARTNER_DEATH OTHER",
    "life_event.date": "2026-01-15 2025-01-15 2024-06-15 2020-01-15 NOT_KNOWN",
    "life_event.declared_on": "2026-01-15 2025-01-15 2024-06-15 2020-01-15 NOT_KNOWN",
    "household.scheme": "CAF MSA",
    "emitter.cdas": "OWN NOT_KNOWN",
}


@pytest.mark.parametrize("field", FORM, ids=lambda field: field.id)
def test_one_answer_stands_for_each_class(field: Field) -> None:
    assert CLASSES.get(field.id, "YES NO").split() == list(field.representatives({"emitter.service": "CCAS"}))


def test_an_answer_that_stands_for_others_stands_for_itself() -> None:
    assert ("RSA", "APL") == tuple(FIELDS["benefit.code"].alike[benefit] for benefit in ("RSA", "APL"))


def test_a_field_of_which_nothing_more_is_said_is_always_there_and_open() -> None:
    made = Field("f", Kind.CHOICE, "Quoi ?", "Parce que.", options=(A, B))
    assert made.exists({})
    assert ((A, B), ("A", "B"), "Quoi ?") == (
        made.open_options({}),
        made.representatives({}),
        made.wording({"": "x", "None": "y"}),
    )
    assert (False, {}, (), ("", {}), {}) == (
        *(made.may_be_unknown, dict(made.alike), made.stand_ins),
        *((made.texts[0], dict(made.texts[1])), dict(made.only)),
    )
    assert "_classes" not in repr(made)


def test_other_words_are_taken_by_the_answer_to_another_field_alone() -> None:
    made = Field("f", Kind.DATE, "Quand ?", "Parce que.", texts=("kind", {"X": "Quand, X ?", "XXXX": "?"}))
    assert ["Quand, X ?", "Quand ?", "Quand ?"] == [made.wording(given) for given in ({"kind": "X"}, {"kind": "Y"}, {})]


def test_a_list_is_offered_with_its_labels_or_the_words_given_instead() -> None:
    offered = options_of(Need, "DEPARTMENT_AID", BENEFIT="une aide")
    assert (Option("BENEFIT", "une aide"), Option("SOCIAL_SUPPORT", Need.SOCIAL_SUPPORT.label)) == offered
    urgencies = options_of(Urgency)
    assert [(urgency.value, urgency.label) for urgency in Urgency] == [(o.value, o.label) for o in urgencies]


def test_what_a_desk_acts_on_is_all_but_how_the_answer_was_found() -> None:
    bare = Answer(Outcome.HUMAN_QUALIFICATION)
    flagged = Answer(Outcome.HUMAN_QUALIFICATION, flags=(Flag.C01.value,))
    appreciated = Answer(Outcome.HUMAN_QUALIFICATION, flags=(Flag.C10.value,))
    assert essence(bare) == essence(flagged) != essence(appreciated)
    assert (False, True) == (essence(bare)[-1], essence(appreciated)[-1])


def test_beyond_the_departement_is_written_as_no_commune_is() -> None:
    assert "99999" == OUTSIDE
    answers = {"danger": "NO", "emitter.service": "CCAS", "request": "REFERRAL", "household.commune": OUTSIDE}
    assert answers == kept_answers(answers, TODAY)


def test_a_commune_of_corsica_is_a_commune() -> None:
    answers = {"danger": "NO", "emitter.service": "CCAS", "request": "REFERRAL", "household.commune": "2A004"}
    assert answers == kept_answers(answers, TODAY)


def test_an_answer_that_is_no_request_makes_a_referral() -> None:
    assert "referral.requested" == event_type_of({}) == event_type_of({"request": "REFERRAL"})
    assert build_event({}, LINE_OPEN).data["autonomous"] is None
