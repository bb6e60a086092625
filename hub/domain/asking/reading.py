"""From what a person types to an answer."""

import re
from datetime import date
from typing import Final

from hub.domain.asking.communes import find_communes, plain
from hub.domain.asking.question import NO, NOT_KNOWN, YES, AnswerInvalid, Kind, Option, Question
from hub.domain.directory.territory import DEPARTEMENT_PREFIX, Territory

NOT_KNOWN_LABEL: Final = "on ne sait pas"

_NOT_KNOWN_WORDS: Final = frozenset(
    {"nsp", "on ne sait pas", "ne sait pas", "je ne sait pas", "je ne sais pas", "inconnu"}
)
_FRENCH_DAY: Final = re.compile(r"(\d{1,2})(?:er)?[/. -](\d{1,2})[/. -](\d{4})")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRITTEN_DAY: Final = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_WITHOUT_DAY: Final = re.compile(r"(?:[a-z]+ |\d{1,2}[/. -])?\d{4}")
_INSEE: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}(?:\d{4})?")
_LETTERS: Final = {"o": YES, "n": NO}
_INSEE_LENGTH: Final = 5
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        [
            "janvier",
            "fevrier",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "aout",
            "septembre",
            "octobre",
            "novembre",
            "decembre",
        ],
        1,
    )
}


def choices(question: Question) -> tuple[Option, ...]:
    """The options to number: those of the question, then « on ne sait pas » where it is an answer."""
    if not question.may_be_unknown:
        return question.options
    return (*question.options, Option(NOT_KNOWN, NOT_KNOWN_LABEL))


def read_answer(question: Question, typed: str, territory: Territory) -> Option | tuple[Option, ...]:
    """The answer that the text means, with the words for it; several where only its author can tell.

    Understands the number of a choice, the beginning of its words, « o » and « n », dates as people write them, names
    and codes of communes, codes of CDAS. Raises AnswerInvalid with a sentence that says what is expected.
    """
    text = plain(typed)
    chosen = _choice(question, typed.strip(), text)
    if chosen is not None:
        return chosen
    if question.kind is Kind.DATE:
        return _date(question, typed.strip(), text)
    if question.kind is Kind.COMMUNE:
        return _commune(question, typed.strip().upper(), territory)
    if question.kind is Kind.CDAS:
        return _cdas(question, typed.strip().upper())
    raise AnswerInvalid(
        question.id, f"Répondez par un numéro de 1 à {len(choices(question))}, ou par le début d’une réponse."
    )


def _choice(question: Question, typed: str, text: str) -> Option | None:
    options = choices(question)
    numbered = bool(question.options) and question.kind is not Kind.DATE
    if numbered and typed.isdigit() and 1 <= int(typed) <= len(options) and len(typed) <= 2:
        return options[int(typed) - 1]
    if question.may_be_unknown and text in _NOT_KNOWN_WORDS:
        return options[-1]
    for option in options:
        if typed.upper() == option.value or (option.value == _LETTERS.get(text) and question.kind is Kind.YES_NO):
            return option
    meant = [option for option in options if text and plain(option.label).startswith(text)]
    return meant[0] if len(meant) == 1 else None


def _date(question: Question, typed: str, text: str) -> Option:
    day = None
    try:
        if _ISO_DAY.fullmatch(typed):
            day = date.fromisoformat(typed)
        elif found := _FRENCH_DAY.fullmatch(typed):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        elif (found := _WRITTEN_DAY.fullmatch(text)) and found[2] in _MONTHS:
            day = date(int(found[3]), _MONTHS[found[2]], int(found[1]))
    except ValueError:
        raise AnswerInvalid(question.id, "Cette date n’existe pas dans le calendrier.") from None
    if day is not None:
        return Option(day.isoformat(), f"{day:%d/%m/%Y}")
    unknown = " S’il n’est pas connu, répondez « on ne sait pas »." if question.may_be_unknown else ""
    if _WITHOUT_DAY.fullmatch(text):
        raise AnswerInvalid(question.id, f"Il faut aussi le jour : il peut changer la réponse.{unknown}")
    raise AnswerInvalid(question.id, f"Donnez une date complète, par exemple 12/03/2025.{unknown}")


def _commune(question: Question, typed: str, territory: Territory) -> Option | tuple[Option, ...]:
    elsewhere = len(typed) > _INSEE_LENGTH or not typed.startswith(DEPARTEMENT_PREFIX)
    if elsewhere and _INSEE.fullmatch(typed) and territory.knows_commune(typed):
        return Option(typed, typed)
    found = find_communes(typed, territory)
    options = tuple(Option(commune.code, f"{commune.name} ({commune.code})") for commune in found)
    if not options:
        raise AnswerInvalid(
            question.id,
            "Aucune commune d’Ille-et-Vilaine ne porte ce nom ni ce code. Si le domicile est ailleurs, répondez "
            "« hors du département ».",
        )
    return options[0] if len(options) == 1 else options


def _cdas(question: Question, typed: str) -> Option:
    code = f"CDAS-{int(typed):02}" if typed.isdigit() and int(typed) < 100 else typed
    known = {option.value: option for option in question.options}
    if known and code not in known:
        raise AnswerInvalid(question.id, "L’annuaire ne connaît pas ce CDAS. Répondez par un numéro de la liste.")
    return known.get(code, Option(code, code))
