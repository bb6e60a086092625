"""The forms of activity events: which columns, of which kind, within which bounds, and in words that one can answer."""

import re

import pytest

from hub.domain.activity.field import Field, Form, Kind
from hub.domain.activity.forms import FORMS
from hub.domain.asking.question import Option
from hub.domain.indicators.vocabulary import FeedbackTheme, MeetingKind, TrainingKind

C, Y, W = Kind.CHOICE, Kind.YES_NO, Kind.WHOLE
BOUNDS = (0, 1_000_000)
COLUMN = tuple[str, str, Kind, bool]
CORRECTS: COLUMN = ("corrects", "corrige", Kind.REFERENCE, True)
WHEN: COLUMN = ("time", "date et heure", Kind.MOMENT, False)
HELD: list[COLUMN] = [("held_on", "jour", Kind.DATE, False), ("time", "heure", Kind.MOMENT, True)]

# Each form: its title, the field of its day, whether it is tied to no situation; and its columns, in the order of the
# template: name on the wire, heading, kind, whether it may stay empty.
FORMS_AS_A_TABLE: dict[str, tuple[str, str | None, bool, list[COLUMN]]] = {
    "cdap_message.received": (
        "message reçu par CDAP",
        None,
        False,
        [
            WHEN,
            ("nature", "nature", Kind.CODE, False),
            ("urgent", "urgent", Y, False),
            ("keyword_present", "mot-clé présent", Y, False),
            ("information_available", "information disponible", C, False),
            ("response_hours", "délai de réponse en heures", Kind.DECIMAL, True),
            ("cdas", "CDAS", Kind.ONE_CDAS, True),
            CORRECTS,
        ],
    ),
    "social_worker_query.received": (
        "interpellation d’un travailleur social de la CAF",
        None,
        False,
        [WHEN, ("origin", "origine", C, False), ("nature", "nature", C, False), CORRECTS],
    ),
    "training.held": (
        "formation ou sensibilisation",
        "held_on",
        False,
        [
            ("kind", "sorte", C, False),
            *HELD,
            ("site", "site", Kind.CODE, True),
            ("cdas", "CDAS", Kind.CDAS, True),
            ("participants", "participants", W, False),
            ("audience_size", "public visé", W, True),
            CORRECTS,
        ],
    ),
    "meeting.held": (
        "réunion de la convention",
        "held_on",
        False,
        [
            ("kind", "sorte", C, False),
            *HELD,
            ("attended_by", "participation", Kind.CHOICES, False),
            ("epci", "EPCI", Kind.EPCI, True),
            ("requested_by", "demandée par", C, True),
            ("reason", "motif", Kind.CODE, True),
            ("agenda", "ordre du jour", Kind.CODES, True),
            CORRECTS,
        ],
    ),
    "field_feedback.submitted": (
        "retour du terrain",
        None,
        False,
        [
            WHEN,
            ("theme", "thème", C, False),
            ("kind", "sorte", C, False),
            ("score", "note", W, True),
            ("text", "texte", Kind.TEXT, True),
            ("role", "fonction", C, False),
            ("year", "année", W, False),
            CORRECTS,
        ],
    ),
    "benefit_urgency.contacted": (
        "appel de la ligne directe, ou formulaire, sans lien avec une situation suivie",
        None,
        True,
        [
            WHEN,
            ("means", "moyen", C, False),
            ("line_open", "ligne ouverte", Y, False),
            ("keyword_present", "mot-clé présent", Y, True),
            ("duration_minutes", "durée en minutes", W, True),
            ("reached", "réponse obtenue", Y, False),
            ("out_of_scope", "hors définition", Y, False),
            ("benefit_kind", "prestation", C, False),
            ("cdas", "CDAS", Kind.ONE_CDAS, True),
            CORRECTS,
        ],
    ),
}
BOUNDED = {
    ("cdap_message.received", "response_hours"): (0, 100_000),
    ("training.held", "participants"): (0, 100_000),
    ("training.held", "audience_size"): (0, 100_000),
    ("field_feedback.submitted", "score"): (1, 5),
    ("field_feedback.submitted", "text"): (0, 1_000),
    ("field_feedback.submitted", "year"): (2019, 2200),
    ("benefit_urgency.contacted", "duration_minutes"): (0, 1_440),
}
CHOICES = {
    ("cdap_message.received", "information_available"): "YES NO NOT_KNOWN",
    ("social_worker_query.received", "origin"): "CDAS_RECEPTION CDAS_SOCIAL_WORKER CAF_RECEPTION CAF_BENEFITS "
    "CAF_SOCIAL_WORK CCAS TOWN_HALL FRANCE_SERVICES ASSOCIATION OTHER",
    ("social_worker_query.received", "nature"): "ADVICE REFERRAL HANDOVER JOINT_INTERVENTION URGENCY "
    "REQUEST_INSTRUCTION OTHER",
    ("training.held", "kind"): " ".join(TrainingKind),
    ("meeting.held", "kind"): " ".join(MeetingKind),
    ("meeting.held", "attended_by"): "CAF CD35 PARTNER",
    ("meeting.held", "requested_by"): "CAF CD35",
    ("field_feedback.submitted", "theme"): " ".join(FeedbackTheme),
    ("field_feedback.submitted", "kind"): "SUCCESS IMPROVEMENT",
    ("field_feedback.submitted", "role"): "CAF_SOCIAL_WORKER CDAS_MANAGER OTHER",
    ("benefit_urgency.contacted", "means"): "PRIORITY_LINE CDAP_FORM",
    ("benefit_urgency.contacted", "benefit_kind"): "AAH RSA OTHER",
}
ONLY_WITH = {
    ("meeting.held", "reason"): ("kind", {"SPECIAL"}),
    ("benefit_urgency.contacted", "keyword_present"): ("means", {"CDAP_FORM"}),
    ("benefit_urgency.contacted", "duration_minutes"): ("means", {"PRIORITY_LINE"}),
}
FIELDS = [(form.type, field) for form in FORMS.values() for field in form.fields]
A_FIELD = pytest.mark.parametrize(("type_", "field"), FIELDS, ids=[f"{type_}.{field.name}" for type_, field in FIELDS])


def test_these_forms_have_these_columns_in_this_order() -> None:
    found = {
        type_: (
            *(form.title, form.day, form.alone),
            [(field.name, field.column, field.kind, field.optional) for field in form.fields],
        )
        for type_, form in FORMS.items()
    }
    assert FORMS_AS_A_TABLE == found
    assert list(FORMS_AS_A_TABLE) == [form.type for form in FORMS.values()]


@A_FIELD
def test_a_field_has_its_bounds_and_its_choices_and_a_sense_with_these_answers(type_: str, field: Field) -> None:
    place = (type_, field.name)
    symbols = CHOICES.get(place, "YES NO" if field.kind is Y else "").split()
    assert (BOUNDED.get(place, BOUNDS), symbols, ONLY_WITH.get(place)) == (
        (field.least, field.most),
        [option.value for option in field.options],
        field.only,
    )


@A_FIELD
def test_a_question_ends_with_its_mark_and_its_help_is_made_of_sentences(type_: str, field: Field) -> None:
    del type_
    assert re.fullmatch(r"[A-ZÀÉ].*\u00a0\?", field.text)
    assert re.fullmatch(r"[A-ZÀÉ«].*\.", field.help)


@pytest.mark.parametrize("type_", ["training.held", "meeting.held"])
def test_the_day_of_what_was_held_is_asked_for(type_: str) -> None:
    assert "Quel jour a-t-elle eu lieu\u00a0?" == FORMS[type_].field("held_on").text


@A_FIELD
def test_a_field_for_a_code_says_what_a_code_is(type_: str, field: Field) -> None:
    del type_
    of_cdas = field.kind is Kind.ONE_CDAS
    assert of_cdas == ("Le code du CDAS dans l’annuaire" in field.help)
    assert (field.kind in (Kind.CODE, Kind.CODES)) == ("N’écrivez jamais de nom." in field.help)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_says_where_its_events_count(form: Form) -> None:
    assert re.fullmatch(r"(?:Comptée? dans V\d|Gardée pour ).*\.", form.about)


def test_a_field_of_which_nothing_more_is_said_asks_for_any_value() -> None:
    made = Field("f", "colonne", W, "Combien ?", "Un nombre.")
    assert ((), False, *BOUNDS, None) == (made.options, made.optional, made.least, made.most, made.only)
    assert ("Combien\u00a0?", True) == (made.text, made.applies({}))


def test_a_form_of_which_nothing_more_is_said_asks_for_its_time_and_is_tied_to_a_situation() -> None:
    made = Form("t", "titre : un", "Compté : oui.", ())
    assert (None, False, "titre\u00a0: un", "Compté\u00a0: oui.") == (made.day, made.alone, made.title, made.about)
    with pytest.raises(KeyError, match="kind"):
        made.field("kind")


def test_yes_and_no_are_said_in_french() -> None:
    urgent = FORMS["cdap_message.received"].field("urgent")
    assert (Option("YES", "oui"), Option("NO", "non")) == urgent.options
