"""What a person writes into a field of an activity event, and the sentence where it cannot stand there."""

from datetime import date

import pytest

from hub.data import load_territory
from hub.domain.activity.field import Field, JsonValue, Kind, ValueInvalid
from hub.domain.activity.forms import FORMS
from hub.domain.activity.personal import personal_signs
from hub.domain.activity.reading import read_moment, read_value
from hub.domain.french import without_bad_breaks

TERRITORY = load_territory()
MESSAGE, QUERY, TRAINING, MEETING, FEEDBACK = (
    FORMS[name]
    for name in (
        "cdap_message.received",
        "social_worker_query.received",
        "training.held",
        "meeting.held",
        "field_feedback.submitted",
    )
)

UNDERSTOOD: dict[str, tuple[Field, str, JsonValue]] = {
    "a choice in French": (QUERY.field("nature"), "Conseil", "ADVICE"),
    "a choice with a keyboard's apostrophe": (QUERY.field("origin"), "accueil d'un CDAS", "CDAS_RECEPTION"),
    "a choice by its symbol": (QUERY.field("origin"), "town_hall", "TOWN_HALL"),
    "a choice without accents": (FEEDBACK.field("kind"), "element de reussite", "SUCCESS"),
    "several choices": (MEETING.field("attended_by"), "CAF | partenaire", ["CAF", "PARTNER"]),
    "yes": (MESSAGE.field("urgent"), "Oui", True),
    "yes in a spreadsheet's words": (MESSAGE.field("urgent"), "VRAI", True),
    "no": (MESSAGE.field("urgent"), "n", False),
    "a French day": (TRAINING.field("held_on"), "3/2/2026", "2026-02-03"),
    "a day in words": (TRAINING.field("held_on"), "1er février 2026", "2026-02-01"),
    "the first day that the hub knows": (TRAINING.field("held_on"), "1/1/1900", "1900-01-01"),
    "the last day that the hub knows": (TRAINING.field("held_on"), "31/12/2199", "2199-12-31"),
    "a number with a space": (TRAINING.field("participants"), "1\u202f200", 1200),
    "a decimal with a comma": (MESSAGE.field("response_hours"), "22,5", 22.5),
    "a decimal with a space": (MESSAGE.field("response_hours"), "1\u202f200,5", 1200.5),
    "the least decimal": (MESSAGE.field("response_hours"), "0", 0.0),
    "the most": (MESSAGE.field("response_hours"), "100000", 100_000.0),
    "a decimal with a point": (MESSAGE.field("response_hours"), "0.25", 0.25),
    "nothing": (MESSAGE.field("response_hours"), "  ", None),
    "a code in small letters": (MESSAGE.field("nature"), "dossier_status", "DOSSIER_STATUS"),
    "a CDAS by its number": (MESSAGE.field("cdas"), "7", "CDAS-07"),
    "CDAS once each": (TRAINING.field("cdas"), "CDAS-07, 12|cdas-07", ["CDAS-07", "CDAS-12"]),
    "no CDAS": (TRAINING.field("cdas"), "", []),
    "an EPCI": (MEETING.field("epci"), "243 500 139", ["243500139"]),
    "the lowest score": (FEEDBACK.field("score"), "1", 1),
    "the highest score": (FEEDBACK.field("score"), "5", 5),
    "a text": (FEEDBACK.field("text"), "La ligne fait gagner une journée.", "La ligne fait gagner une journée."),
    "the longest text": (FEEDBACK.field("text"), "a" * 1000, "a" * 1000),
    "an id": (FEEDBACK.field("corrects"), "row-12ab", "row-12ab"),
}


@pytest.mark.parametrize(("field", "text", "value"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_it_is_understood(field: Field, text: str, value: JsonValue) -> None:
    found = read_value(field, text, TERRITORY)
    assert (value, type(value)) == (found, type(found))


@pytest.mark.parametrize("word", ["oui", "O", "vrai", "TRUE", "1", "X"])
def test_words_for_yes(word: str) -> None:
    assert read_value(MESSAGE.field("urgent"), word, TERRITORY) is True


@pytest.mark.parametrize("word", ["non", "N", "faux", "FALSE", "0"])
def test_words_for_no(word: str) -> None:
    assert read_value(MESSAGE.field("urgent"), word, TERRITORY) is False


REFUSED: dict[str, tuple[Field, str, str]] = {
    "nothing where something is needed": (MESSAGE.field("nature"), " ", "une valeur est attendue"),
    "the beginning of a choice": (QUERY.field("nature"), "cons", "valeurs admises : conseil, orientation"),
    "a symbol that is never sent": (QUERY.field("nature"), "UNKNOWN", "valeurs admises"),
    "perhaps": (MESSAGE.field("urgent"), "peut-être", "écrire « oui » ou « non »"),
    "a day that does not exist": (TRAINING.field("held_on"), "30/02/2026", "une date complète qui existe"),
    "a year in two digits": (TRAINING.field("held_on"), "03/02/26", "une date complète qui existe"),
    "another century": (TRAINING.field("held_on"), "03/02/1826", "entre 1900 et 2199"),
    "half a person": (TRAINING.field("participants"), "3,5", "un nombre entier de 0 à 100 000"),
    "fewer than nobody": (TRAINING.field("participants"), "-1", "un nombre entier de 0 à 100 000"),
    "a number in other digits": (TRAINING.field("participants"), "٣", "un nombre entier"),
    "no number": (MESSAGE.field("response_hours"), "nan", "un nombre de 0 à 100 000"),
    "a score of six": (FEEDBACK.field("score"), "6", "un nombre entier de 1 à 5"),
    "a score of zero": (FEEDBACK.field("score"), "0", "un nombre entier de 1 à 5"),
    "words for a code": (MESSAGE.field("nature"), "état du dossier de Mme X", "un code est attendu"),
    "words for a CDAS": (MESSAGE.field("cdas"), "Janzé", "un code de CDAS est attendu"),
    "an EPCI elsewhere": (MEETING.field("epci"), "200000000", "aucun EPCI d’Ille-et-Vilaine"),
    "a name for an id": (FEEDBACK.field("corrects"), "ma saisie d’hier", "un identifiant a de 1 à 128 lettres"),
    "a long text": (FEEDBACK.field("text"), "a" * 1001, "plus de 1 000 caractères"),
    "a bell": (FEEDBACK.field("text"), "dring\x07", "des caractères de commande"),
    "a mail address and a telephone": (
        FEEDBACK.field("text"),
        "jeanne@demo.example, 06 12 34 56 78",
        "contenir une adresse de courriel et un numéro de téléphone : ôter",
    ),
    "a mail address": (FEEDBACK.field("text"), "Écrire à jeanne@demo.example", "une adresse de courriel"),
}


@pytest.mark.parametrize(("field", "text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_says_what_is_expected_and_repeats_nothing(field: Field, text: str, sentence: str) -> None:
    with pytest.raises(ValueInvalid) as refused:
        read_value(field, text, TERRITORY)
    assert without_bad_breaks(sentence) in str(refused.value)
    assert len(text.strip()) < 5 or text not in str(refused.value)


MOMENTS = {
    "a day alone: noon": ("12/03/2026", None, "2026-03-12T12:00:00+01:00"),
    "a day and an hour": ("12/03/2026 14:30", None, "2026-03-12T14:30:00+01:00"),
    "an hour in words": ("12 mars 2026 à 14 h 05", None, "2026-03-12T14:05:00+01:00"),
    "a whole hour": ("12/07/2026 9h", None, "2026-07-12T09:00:00+02:00"),
    "a spreadsheet's": ("2026-07-12 09:00:30", None, "2026-07-12T09:00:30+02:00"),
    "a day and an hour, as machines write them": ("12/03/2026T14:30", None, "2026-03-12T14:30:00+01:00"),
    "a day on two lines of a cell": ("12\nmars 2026 à 9h", None, "2026-03-12T09:00:00+01:00"),
    "an instant in small letters": ("2026-03-12t13:30:00z", None, "2026-03-12T13:30:00+00:00"),
    "an offset": ("2026-03-12T14:30:00-05:00", None, "2026-03-12T14:30:00-05:00"),
    "the first day of the calendar": ("1900-01-01T10:00:00Z", None, "1900-01-01T10:00:00+00:00"),
    "the last day of the calendar": ("2199-12-31T10:00:00Z", None, "2199-12-31T10:00:00+00:00"),
    "an hour of a known day": ("14:30", date(2026, 3, 12), "2026-03-12T14:30:00+01:00"),
    "nothing of a known day: noon": ("", date(2026, 3, 12), "2026-03-12T12:00:00+01:00"),
    "an hour that exists twice: the first": ("25/10/2026 02:30", None, "2026-10-25T02:30:00+02:00"),
    "the last day of a year, by its offset": ("2025-12-31T23:30:00Z", date(2026, 1, 1), "2025-12-31T23:30:00+00:00"),
}


@pytest.mark.parametrize(("text", "day", "moment"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_is_understood_in_the_time_of_paris(text: str, day: date | None, moment: str) -> None:
    assert moment == read_moment(text, day).isoformat()


NO_MOMENTS = {
    "an hour that does not exist": ("29/03/2026 02:30", None, "les horloges avancent"),
    "another day than the known one": ("13/03/2026 10:00", date(2026, 3, 12), "ce n’est pas le jour donné"),
    "another day by its offset": ("2025-12-31T22:30:00Z", date(2026, 1, 1), "ce n’est pas le jour donné"),
    "an hour without a day": ("14:30", None, "une date complète"),
    "an hour after midnight": ("12/03/2026 24:30", None, "une heure est attendue"),
    "nothing": ("", None, "une date complète"),
    "an instant that does not exist": ("2026-02-30T10:00:00Z", None, "cet instant n’existe pas"),
    "digits of another script": ("٢٠٢٦-٠٣-١٢T10:00:00Z", None, "une date complète"),
    "an instant before the calendar": ("1850-01-01T10:00:00Z", None, "entre 1900 et 2199"),
}


@pytest.mark.parametrize(("text", "day", "sentence"), NO_MOMENTS.values(), ids=NO_MOMENTS)
def test_what_is_no_moment_is_said(text: str, day: date | None, sentence: str) -> None:
    with pytest.raises(ValueInvalid, match=without_bad_breaks(sentence)):
        read_moment(text, day)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_every_kind_of_field_is_met_in_a_form(kind: Kind) -> None:
    assert any(field.kind is kind for form in FORMS.values() for field in form.fields)


SIGNS = {
    "a mail address": ("écrire à jeanne.l@demo.example", "une adresse de courriel"),
    "a mail address in capitals": ("ÉCRIRE À JEANNE@DEMO.EXAMPLE", "une adresse de courriel"),
    "a telephone": ("rappeler au 06 12 34 56 78", "un numéro de téléphone"),
    "a telephone from abroad": ("+33 6 12 34 56 78", "un numéro de téléphone"),
    "a beneficiary's number": ("dossier 1234567", "un numéro d’allocataire ou de sécurité sociale"),
    "a beneficiary's number with its letter": ("dossier 1234567A", "un numéro d’allocataire ou de sécurité sociale"),
    "a social security number of Corsica": (
        "1 85 05 2A 238 123",
        "un numéro d’allocataire ou de sécurité sociale",
    ),
    "a social security number": ("2 85 05 35 238 123", "un numéro d’allocataire ou de sécurité sociale"),
    "a lady": ("la demande de Mme Le Goff", "le nom d’une personne"),
    "a gentleman by a letter": ("vu avec M. D.", "le nom d’une personne"),
    "a birthday": ("Née le 3 mai", "une date de naissance"),
    "a page in capitals": ("HTTPS://DEMO.EXAMPLE/A", "une adresse de page"),
    "a page": ("voir www.demo.example", "une adresse de page"),
}


@pytest.mark.parametrize(("text", "sign"), SIGNS.values(), ids=SIGNS)
def test_a_text_that_may_name_a_person_shows_it(text: str, sign: str) -> None:
    assert (sign,) == personal_signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "La ligne directe fait gagner une journée.",
        "En 2026, 120 appels sur 2 000 ; 95 % aboutissent en 24 h.",
        "Réunion du 12/03/2026 à 14 h 30, une dame âgée a attendu.",
        "Article I.2, point 3 : « URGENCE DEFINIE ».",
    ],
)
def test_ordinary_feedback_shows_nothing(text: str) -> None:
    assert () == personal_signs(text)
