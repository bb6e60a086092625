"""The conversation of `hub record`: every field of a form, one question at a time."""

import sys
from datetime import datetime
from typing import Final

from hub.cli.record_system import RecordUsage
from hub.cli.record_view import Screen, shown
from hub.domain.activity.building import field_faults, moment_of
from hub.domain.activity.field import CORRECTS, TIME, Field, Form, JsonValue, Kind, ValueInvalid
from hub.domain.activity.reading import read_value
from hub.domain.asking.communes import plain
from hub.domain.asking.question import AnswerInvalid, Option, Question
from hub.domain.asking.question import Kind as Asked
from hub.domain.asking.reading import read_answer
from hub.domain.calendar.paris import paris
from hub.domain.directory.territory import Territory

HELP: Final = "?"
BACK: Final = "<"
NOW: Final = "maintenant"
_CHOSEN: Final = (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO)


class RecordEnded(RecordUsage):
    """The answers ended before the last question; nothing was published."""


class Back(Exception):
    """The person asked for the question before."""


def ask_values(form: Form, screen: Screen, territory: Territory, now: datetime) -> dict[str, JsonValue]:
    """The values of every field that applies, each asked until it is understood. Raises RecordEnded, and Back."""
    values: dict[str, JsonValue] = {}
    asked: list[Field] = []
    while (field := _next(form, values)) is not None:
        try:
            values[field.name] = _ask(form, field, values, len(asked) + 1, screen, territory, now)
            asked.append(field)
        except Back:
            if not asked:
                screen.say("c’est la première question")
                continue
            for name in (field.name, asked.pop().name):
                values.pop(name, None)
    return values


def ask_choice(screen: Screen, title: str, options: tuple[Option, ...], help_: str) -> str:
    """The value of one of the options. Raises RecordEnded."""
    screen.title(title)
    screen.options(options)
    while True:
        typed = read_line(screen, title)
        if typed == HELP:
            screen.help(help_)
            continue
        try:
            return _option(title, options, typed).value
        except ValueInvalid as error:
            screen.say(str(error))


def read_line(screen: Screen, question: str) -> str:
    """What the person types. Raises RecordEnded at the end of the input."""
    screen.prompt()
    line = sys.stdin.readline()
    if not line:
        msg = f"Il manque la réponse à une question : {question}"
        raise RecordEnded(msg, "Rien n’a été publié. Donnez une réponse par ligne, ou les champs avec --set.")
    return line.strip()


def _next(form: Form, values: dict[str, JsonValue]) -> Field | None:
    for field in form.fields:
        if field.name not in values and field.name != CORRECTS and field.applies(values):
            return field
    return None


def _ask(
    form: Form,
    field: Field,
    values: dict[str, JsonValue],
    number: int,
    screen: Screen,
    territory: Territory,
    now: datetime,
) -> JsonValue:
    proposed = _proposed(form, field, values)
    screen.ask(field, number, proposed)
    while True:
        typed = read_line(screen, field.text)
        if typed == BACK:
            raise Back
        if typed == HELP:
            screen.help(field.help)
            continue
        try:
            value = _value(field, typed or proposed, territory, now)
            tried = {**values, field.name: value}
            _check(form, field, tried, now)
        except ValueInvalid as error:
            screen.say(str(error))
            continue
        screen.confirm(shown(form, field, tried))
        return value


def _proposed(form: Form, field: Field, values: dict[str, JsonValue]) -> str:
    """What Enter stands for, where it stands for something."""
    if field.name == "year" and TIME in values:
        return str(moment_of(form, values).astimezone(paris()).year)
    return ""


def _value(field: Field, typed: str, territory: Territory, now: datetime) -> JsonValue:
    if field.kind is Kind.MOMENT and plain(typed) == NOW:
        return now.astimezone(paris()).replace(microsecond=0).isoformat()
    if field.kind not in _CHOSEN or not typed:
        return read_value(field, typed, territory)
    if field.kind is Kind.CHOICES:
        parts = [part for part in typed.replace("|", ",").split(",") if part.strip()]
        return list(dict.fromkeys(_option(field.text, field.options, part.strip()).value for part in parts))
    return read_value(field, _option(field.text, field.options, typed).value, territory)


def _option(text: str, options: tuple[Option, ...], typed: str) -> Option:
    kind = Asked.YES_NO if {option.label for option in options} == {"oui", "non"} else Asked.CHOICE
    try:
        found = read_answer(Question(text, kind, text, "", options, may_be_unknown=False), typed, Territory({}, {}, {}))
    except AnswerInvalid:
        msg = f"répondez par un numéro de 1 à {len(options)}, ou par le début d’une réponse"
        raise ValueInvalid(msg) from None
    assert not isinstance(found, tuple)  # noqa: S101 -- a choice has one reading
    return found


def _check(form: Form, field: Field, values: dict[str, JsonValue], now: datetime) -> None:
    if field.name not in (TIME, form.day):
        return
    for _, reason in field_faults(form, values, now):
        raise ValueInvalid(reason)
