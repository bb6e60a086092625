"""What a person types at a desk: communes by their names, codes and postal codes, days, choices, words."""

import pytest

from hub.data import load_territory
from hub.domain.asking.communes import MOST_FOUND, find_communes, plain
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, AnswerInvalid, Kind, Option, Question
from hub.domain.asking.reading import choices, read_answer

TERRITORY = load_territory()

COMMUNES = {
    "a whole name": ("Rennes", ["Rennes"]),
    "without accents and hyphens": ("chateaugiron", ["Châteaugiron"]),
    "saint as people write it": ("st malo", ["Saint-Malo"]),
    "nonsense": ("zzzz", []),
    "nothing": (" ", []),
    "a word that is written out": ("ste colombe", ["Sainte-Colombe"]),
    "« s » for « sur »": ("roz s couesnon", ["Roz-sur-Couesnon"]),
    "spaces for hyphens": ("saint malo", ["Saint-Malo"]),
    "an apostrophe of typography": ("l’hermitage", ["L'Hermitage"]),
    "an apostrophe of a keyboard": ("L'hermitage", ["L'Hermitage"]),
    "full stops, strokes and commas": ("bazouges.la/pérouse,", ["Bazouges-la-Pérouse"]),
    "an œ in two letters": ("tresboeuf", ["Tresbœuf"]),
    "a last word": (
        "couesnon",
        ["Mézières-sur-Couesnon", "Rives-du-Couesnon", "Roz-sur-Couesnon", "Val-Couesnon", "Vieux-Vy-sur-Couesnon"],
    ),
    "a first word, then names that hold it": ("chapelle-e", ["La Chapelle-Erbrée"]),
    "those that begin so before one that holds it": (
        "saint au",
        ["Saint-Aubin-d'Aubigné", "Saint-Aubin-des-Landes", "Saint-Aubin-du-Cormier", "La Chapelle-Saint-Aubert"],
    ),
    "a letter left out": ("renes", ["Rennes"]),
    "the inside of a word": ("ouesnon", 0),
    "an INSEE code": ("35024", ["Betton"]),
    "a former INSEE code": ("35011", ["Saint-Marc-le-Blanc"]),
    "a postal code": ("35830", ["Betton"]),
    "an INSEE code that is a postal code too, first": (
        "35240",
        ["Le Rheu", "Retiers", "Le Theil-de-Bretagne", "Marcillé-Robert"],
    ),
    "a postal code of nobody": ("35999", []),
    "nine by name": ("saint", MOST_FOUND),
}


@pytest.mark.parametrize(("typed", "expected"), COMMUNES.values(), ids=COMMUNES)
def test_communes_are_found_in_their_order(typed: str, expected: list[str] | int) -> None:
    assert 9 == MOST_FOUND
    found = [commune.name for commune in find_communes(typed, TERRITORY)]
    assert expected == (len(found) if isinstance(expected, int) else found)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ST-MALO", "saint malo"),
        ("Ste  Anne", "sainte anne"),
        ("Roz s/ Couesnon", "roz sur couesnon"),
        ("Tresbœuf", "tresboeuf"),
        ("ŒUF", "oeuf"),
        ("L’Hermitage d'en-bas, Évran.", "l hermitage d en bas evran"),
    ],
)
def test_words_are_compared_without_what_people_leave_out(typed: str, expected: str) -> None:
    assert expected == plain(typed)


def test_every_commune_is_found_by_its_own_name_alone() -> None:
    found = {c.code: [f.code for f in find_communes(c.name, TERRITORY)] for c in TERRITORY.communes.values()}
    assert {code: [code] for code in TERRITORY.communes} == found


def test_a_postal_code_finds_every_commune_that_has_it() -> None:
    shared = {c.code for c in TERRITORY.communes.values() if "35133" in c.postal_codes}
    assert len(shared) > 1
    assert shared <= {commune.code for commune in find_communes("35133", TERRITORY)}


def test_the_communes_of_a_postal_code_come_by_population() -> None:
    found = find_communes("35133", TERRITORY)
    assert 16 == len(found)
    assert sorted((c.population for c in found), reverse=True) == [c.population for c in found]


def question(kind: Kind, *options: Option, unknown: bool = True) -> Question:
    return Question("q", kind, "?", "?", options, unknown)


BENEFIT = question(Kind.CHOICE, *(Option(f"B{number}", f"Aide {chr(64 + number)}") for number in range(1, 12)))
YES_OR_NO = question(Kind.YES_NO, Option("YES", "oui"), Option("NO", "non"))
SURE = question(Kind.YES_NO, Option("YES", "oui"), Option("NO", "non"), unknown=False)
LETTERS = question(Kind.CHOICE, Option("YES", "d’accord"), Option("NO", "pas d’accord"), unknown=False)
DAY = question(Kind.DATE)
PLACE = question(Kind.COMMUNE, Option(OUTSIDE, "hors du département"))
CDAS = question(Kind.CDAS, Option("CDAS-01", "CDAS un"), Option("CDAS-12", "CDAS douze"), unknown=False)
WORDED = question(Kind.YES_NO, Option("YES", "d’accord"), Option("NO", "pas d’accord"))
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)

READ: dict[str, tuple[Question, str, tuple[str, str]]] = {
    "a number": (YES_OR_NO, "2", ("NO", "non")),
    "a letter": (YES_OR_NO, "O", ("YES", "oui")),
    "a word": (YES_OR_NO, "non", ("NO", "non")),
    "not known by its number": (YES_OR_NO, "3", (NOT_KNOWN, "on ne sait pas")),
    "a French day": (DAY, "12/03/2025", ("2025-03-12", "12/03/2025")),
    "a first day in words": (DAY, "1er août 2025", ("2025-08-01", "01/08/2025")),
    "elsewhere by a word": (PLACE, "hors", (OUTSIDE, "hors du département")),
    "a commune elsewhere": (question(Kind.COMMUNE), "22050", ("22050", "22050")),
    "the only commune of a long name": (PLACE, "Cesson-Sévigné", ("35051", "Cesson-Sévigné (35051)")),
    "a CDAS by its number where none is proposed": (question(Kind.CDAS), "7", ("CDAS-07", "CDAS-07")),
    "the first by its number": (BENEFIT, "1", ("B1", "Aide A")),
    "a number of two digits": (BENEFIT, "11", ("B11", "Aide K")),
    "the number after the last": (BENEFIT, "12", (NOT_KNOWN, "on ne sait pas")),
    "a symbol": (BENEFIT, "b3", ("B3", "Aide C")),
    "the beginning of words": (BENEFIT, " aide c ", ("B3", "Aide C")),
    "a letter that begins « on ne sait pas » too": (WORDED, "o", ("YES", "d’accord")),
    "a letter that begins nothing": (WORDED, "n", ("NO", "pas d’accord")),
    "a commune by its code": (PLACE, "35024", ("35024", "Betton (35024)")),
    "a CDAS in small letters": (question(Kind.CDAS), "cdas-07", ("CDAS-07", "CDAS-07")),
    "no": (YES_OR_NO, "N", ("NO", "non")),
    "a beginning of one only": (YES_OR_NO, "ou", ("YES", "oui")),
    "a commune and elsewhere by its number": (PLACE, "1", (OUTSIDE, "hors du département")),
    "a commune with its code": (PLACE, "betton", ("35024", "Betton (35024)")),
    "a commune of Corsica": (PLACE, "2a004", ("2A004", "2A004")),
    "a part of a commune": (PLACE, "352380101", ("352380101", "352380101")),
    "two CDAS and a number": (CDAS, "2", ("CDAS-12", "CDAS douze")),
    "a CDAS by its code": (CDAS, "cdas-12", ("CDAS-12", "CDAS douze")),
    "a CDAS by its own number": (CDAS, "12", ("CDAS-12", "CDAS douze")),
    "any CDAS where none is proposed": (question(Kind.CDAS), "99", ("CDAS-99", "CDAS-99")),
    "a CDAS of three digits": (question(Kind.CDAS), "100", ("100", "100")),
    "an ISO day": (DAY, "2025-03-02", ("2025-03-02", "02/03/2025")),
    "a day with full stops": (DAY, "2.3.2025", ("2025-03-02", "02/03/2025")),
    "a day with spaces": (DAY, "02 03 2025", ("2025-03-02", "02/03/2025")),
    "a first day with strokes": (DAY, "1er/03/2025", ("2025-03-01", "01/03/2025")),
    "a day that is no number of a choice": (
        question(Kind.DATE, Option("A", "a"), unknown=False),
        "12-03-2025",
        ("2025-03-12", "12/03/2025"),
    ),
    **{
        f"a day of {name}": (DAY, f"9 {name} 2025", (f"2025-{number:02}-09", f"09/{number:02}/2025"))
        for number, name in enumerate(MONTHS, 1)
    },
    **{
        f"not known, as « {words} »": (DAY, words, (NOT_KNOWN, "on ne sait pas"))
        for words in ("nsp", "On ne sait pas", "ne sait pas", "je ne sait pas", "je ne sais pas", "inconnu")
    },
}


@pytest.mark.parametrize(("asked", "typed", "expected"), READ.values(), ids=READ)
def test_what_is_typed_is_told_back(asked: Question, typed: str, expected: tuple[str, str]) -> None:
    found = read_answer(asked, typed, TERRITORY)
    assert isinstance(found, Option)
    assert expected == (found.value, found.label)


NUMBER = "Répondez par un numéro de 1 à {}, ou par le début d’une réponse."
UNKNOWN = " S’il n’est pas connu, répondez « on ne sait pas »."
COMPLETE = "Donnez une date complète, par exemple 12/03/2025."
DAY_TOO = "Il faut aussi le jour : il peut changer la réponse."
NO_COMMUNE = (
    "Aucune commune d’Ille-et-Vilaine ne porte ce nom ni ce code. Si le domicile est ailleurs, répondez "
    "« hors du département »."
)
NO_CDAS = "L’annuaire ne connaît pas ce CDAS. Répondez par un numéro de la liste."
SURE_DAY = question(Kind.DATE, unknown=False)

NOT_READ = {
    "the number zero": (BENEFIT, "0", NUMBER.format(12)),
    "a number too high": (BENEFIT, "13", NUMBER.format(12)),
    "a number in three digits": (BENEFIT, "001", NUMBER.format(12)),
    "several that begin so": (BENEFIT, "aide", NUMBER.format(12)),
    "nothing": (BENEFIT, " ", NUMBER.format(12)),
    "not known where it is no answer": (SURE, "nsp", NUMBER.format(2)),
    "a letter where it is no yes": (LETTERS, "o", NUMBER.format(2)),
    "a day that does not exist": (DAY, "31/02/2025", "Cette date n’existe pas dans le calendrier."),
    "an ISO day that does not exist": (DAY, "2025-02-31", "Cette date n’existe pas dans le calendrier."),
    "a written day that does not exist": (DAY, "31 février 2025", "Cette date n’existe pas dans le calendrier."),
    "a month that is none": (DAY, "9 brumaire 2025", COMPLETE + UNKNOWN),
    "a number that is no commune": (question(Kind.COMMUNE), "1", NO_COMMUNE),
    "a number that is no day": (question(Kind.DATE, Option("A", "a")), "1", COMPLETE + UNKNOWN),
    "a word": (SURE_DAY, "hier", COMPLETE),
    "a month": (DAY, "mars 2025", DAY_TOO + UNKNOWN),
    "a month as a number": (SURE_DAY, "03/2025", DAY_TOO),
    "a year": (SURE_DAY, "2025", DAY_TOO),
    "no commune": (PLACE, "zzzz", NO_COMMUNE),
    "a code that is none here": (PLACE, "35999", NO_COMMUNE),
    "a CDAS that is not proposed": (CDAS, "CDAS-09", NO_CDAS),
}


@pytest.mark.parametrize(("asked", "typed", "expected"), NOT_READ.values(), ids=NOT_READ)
def test_what_is_not_understood_is_told_in_a_sentence(asked: Question, typed: str, expected: str) -> None:
    with pytest.raises(AnswerInvalid) as refused:
        read_answer(asked, typed, TERRITORY)
    assert ("q", expected) == (refused.value.question, plain_spaces(str(refused.value)))


def plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ").removeprefix("q: ")


def test_the_communes_that_a_name_may_mean_are_told_with_their_codes() -> None:
    found = read_answer(PLACE, "saint-ma", TERRITORY)
    assert isinstance(found, tuple)
    assert Option("35288", "Saint-Malo (35288)") in found


def test_not_known_is_a_choice_where_it_is_an_answer() -> None:
    assert [("YES", "oui"), ("NO", "non")] == [(option.value, option.label) for option in choices(SURE)]
    assert (NOT_KNOWN, "on ne sait pas") == (choices(YES_OR_NO)[2].value, choices(YES_OR_NO)[2].label)
