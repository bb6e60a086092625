"""From what a person wrote to the value of a field; every refusal is a French sentence that repeats nothing."""

import re
from datetime import UTC, date, datetime, time
from typing import Final

from hub.domain.activity.field import Field, JsonValue, Kind, ValueInvalid
from hub.domain.activity.personal import personal_signs
from hub.domain.asking.communes import plain
from hub.domain.asking.question import NO, YES, Question
from hub.domain.asking.question import AnswerInvalid as DateInvalid
from hub.domain.asking.question import Kind as Asked
from hub.domain.asking.reading import read_answer
from hub.domain.calendar.paris import paris
from hub.domain.directory.places import CDAS_CODE
from hub.domain.directory.semantics import REFERENCE
from hub.domain.directory.territory import Territory
from hub.domain.french import grouped
from hub.domain.semantics import FIRST_DAY, LAST_DAY

NOON: Final = time(12)
"""The time of day of an event of which only the day was given."""

_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")
_BETWEEN: Final = re.compile(r"[|,;]")
_DECIMAL: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_HOUR: Final = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?|\s?h\s?(\d{2})?)")
_MOMENT: Final = re.compile(r"(.+?)(?:T|,?\s+(?:à\s+)?)(\d{1,2}(?::\d{2}(?::\d{2})?|\s?h(?:\s?\d{2})?))", re.DOTALL)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TRUE: Final = frozenset({"oui", "o", "vrai", "true", "1", "x"})
_FALSE: Final = frozenset({"non", "n", "faux", "false", "0"})
_NOWHERE: Final = Territory({}, {}, {})
_DAY: Final = Question("day", Asked.DATE, "", "", (), may_be_unknown=False)


def read_value(field: Field, text: str, territory: Territory) -> JsonValue:
    """The value that a text gives to a field; for an empty text None, or an empty list where it holds a list.

    Choices are given by their French words or their symbol, in whole. Lists are separated by « | » or a comma. A MOMENT
    gives an instant in RFC 3339, or the text itself where only `read_moment` can tell. Raises ValueInvalid.
    """
    given = text.strip()
    if not given:
        if field.optional:
            return [] if field.many else None
        msg = "une valeur est attendue"
        raise ValueInvalid(msg)
    if not field.many:
        return _one(field, given, territory)
    found = [_item(field, item.strip(), territory) for item in _BETWEEN.split(given) if item.strip()]
    return list(dict.fromkeys(found))


def read_moment(text: str, day: date | None) -> datetime:
    """The instant that a text gives, in Europe/Paris unless it names an offset; `day` is the day where it is known.

    Understands an instant in RFC 3339, a day with or without a time of day, and a time of day where the day is known.
    Without a time of day: noon. Of an hour that exists twice, the first. Raises ValueInvalid.
    """
    given = text.strip()
    if day is not None and not given:
        return _local(day, NOON)
    if _INSTANT.fullmatch(given):
        return _with_offset(given, day)
    if day is not None and _HOUR.fullmatch(given):
        return _local(day, _hour(given))
    found = _MOMENT.fullmatch(given)
    on, at = (found[1], _hour(found[2])) if found else (given, NOON)
    read = read_day(on)
    if day is not None and read != day:
        msg = "ce n’est pas le jour donné"
        raise ValueInvalid(msg)
    return _local(read, at)


def read_day(text: str) -> date:
    """A calendar date as people write it. Raises ValueInvalid."""
    try:
        found = read_answer(_DAY, text, _NOWHERE)
    except DateInvalid:
        msg = "une date complète qui existe est attendue, par exemple 12/03/2026"
        raise ValueInvalid(msg) from None
    assert not isinstance(found, tuple)  # noqa: S101 -- a date has one reading
    day = date.fromisoformat(found.value)
    if not FIRST_DAY <= day <= LAST_DAY:
        msg = "la date doit se situer entre 1900 et 2199"
        raise ValueInvalid(msg)
    return day


def _one(field: Field, given: str, territory: Territory) -> JsonValue:
    if field.kind is Kind.YES_NO:
        return _yes_or_no(given)
    if field.kind is Kind.DATE:
        return read_day(given).isoformat()
    if field.kind is Kind.WHOLE:
        return _whole(field, given)
    if field.kind is Kind.DECIMAL:
        return _decimal(field, given)
    if field.kind is Kind.TEXT:
        return _text(field, given)
    if field.kind is Kind.MOMENT:
        return given
    return _item(field, given, territory)


def _item(field: Field, given: str, territory: Territory) -> str:
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        return _choice(field, given)
    if field.kind is Kind.REFERENCE:
        if REFERENCE.fullmatch(given):
            return given
        msg = "un identifiant a de 1 à 128 lettres sans accent, chiffres ou signes . _ : ~ + = -"
        raise ValueInvalid(msg)
    if field.kind is Kind.EPCI:
        siren = _SPACES.sub("", given)
        if siren in territory.epci:
            return siren
        msg = "aucun EPCI d’Ille-et-Vilaine n’a ce numéro SIREN"
        raise ValueInvalid(msg)
    code = given.upper()
    if field.kind in (Kind.CDAS, Kind.ONE_CDAS):
        code = f"CDAS-{int(code):02}" if re.fullmatch(r"[0-9]{1,2}", code) else code
        if CDAS_CODE.fullmatch(code):
            return code
        msg = "un code de CDAS est attendu, par exemple CDAS-07"
        raise ValueInvalid(msg)
    if _CODE.fullmatch(code):
        return code
    msg = "un code est attendu : au plus 32 capitales sans accent, chiffres, tirets et soulignés"
    raise ValueInvalid(msg)


def _choice(field: Field, given: str) -> str:
    wanted = plain(given)
    for option in field.options:
        if given.upper() == option.value or wanted == plain(option.label):
            return option.value
    msg = f"valeurs admises : {', '.join(option.label for option in field.options)}"
    raise ValueInvalid(msg)


def _yes_or_no(given: str) -> bool:
    word = given.casefold()
    if word in _TRUE or word == YES.casefold():
        return True
    if word in _FALSE or word == NO.casefold():
        return False
    msg = "écrire « oui » ou « non »"
    raise ValueInvalid(msg)


def _whole(field: Field, given: str) -> int:
    digits = _SPACES.sub("", given)
    if re.fullmatch(r"[0-9]{1,9}", digits) and field.least <= int(digits) <= field.most:
        return int(digits)
    msg = f"un nombre entier de {field.least} à {grouped(field.most)} est attendu"
    raise ValueInvalid(msg)


def _decimal(field: Field, given: str) -> float:
    digits = _SPACES.sub("", given)
    if _DECIMAL.fullmatch(digits):
        number = float(digits.replace(",", "."))
        if field.least <= number <= field.most:
            return number
    msg = f"un nombre de {field.least} à {grouped(field.most)} est attendu, par exemple 22,5"
    raise ValueInvalid(msg)


def _text(field: Field, given: str) -> str:
    if len(given) > field.most:
        msg = f"le texte a plus de {grouped(field.most)} caractères"
        raise ValueInvalid(msg)
    if _CONTROL.search(given):
        msg = "le texte contient des caractères de commande"
        raise ValueInvalid(msg)
    signs = personal_signs(given)
    if signs:
        msg = f"le texte semble contenir {' et '.join(signs)} : ôter toute donnée personnelle"
        raise ValueInvalid(msg)
    return given


def _hour(text: str) -> time:
    found = _HOUR.fullmatch(text.strip())
    try:
        if found is not None:
            return time(int(found[1]), int(found[2] or found[4] or 0), int(found[3] or 0))
    except ValueError:
        pass
    msg = "une heure est attendue, par exemple 14:30"
    raise ValueInvalid(msg)


def _with_offset(text: str, day: date | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text.upper())
        local = moment.astimezone(paris())
    except (ValueError, OverflowError):
        msg = "cet instant n’existe pas"
        raise ValueInvalid(msg) from None
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        msg = "la date doit se situer entre 1900 et 2199"
        raise ValueInvalid(msg)
    if day is not None and local.date() != day:
        msg = "ce n’est pas le jour donné"
        raise ValueInvalid(msg)
    return moment


def _local(day: date, at: time) -> datetime:
    moment = datetime.combine(day, at, paris())
    if moment.astimezone(UTC).astimezone(paris()).replace(tzinfo=None) != moment.replace(tzinfo=None):
        msg = "cette heure n’existe pas ce jour-là : les horloges avancent"
        raise ValueInvalid(msg)
    return moment
