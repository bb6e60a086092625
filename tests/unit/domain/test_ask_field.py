"""A field of the form: the options that are left open, its words, and one answer for each class that the rules know."""

from hub.domain.asking.building import build_event, event_type_of
from hub.domain.asking.essence import essence
from hub.domain.asking.field import Field, options_of
from hub.domain.asking.form import FIELDS
from hub.domain.asking.form_household import ANY_WORKERS_CDAS
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, Kind, Option
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


def test_one_answer_stands_for_each_class() -> None:
    assert ("YES", "NO") == FIELDS["autonomous"].representatives({})
    assert ("YES", "NO", NOT_KNOWN) == FIELDS["support"].representatives({})
    assert ("CAF", "MSA") == FIELDS["household.scheme"].representatives({})
    assert ("35238", OUTSIDE, NOT_KNOWN) == FIELDS["household.commune"].representatives({})
    assert ("RSA", "APL", NOT_KNOWN) == FIELDS["benefit.code"].representatives({})
    assert ("RSA", "APL") == tuple(FIELDS["benefit.code"].alike[benefit] for benefit in ("RSA", "APL"))
    assert (ANY_WORKERS_CDAS, NOT_KNOWN) == FIELDS["support.cd35.cdas"].representatives({})


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
