"""`hub ask`: a desk's questions one by one, then where to orient. Needs neither broker nor database, keeps nothing."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.ask_view import Screen
from hub.cli.offline import RouteError, read_directory, read_instant, read_parameters
from hub.cli.output import print_json
from hub.data import load_calendar, load_territory
from hub.domain.asking.question import AnswerInvalid, Conclusion, Option, Question
from hub.domain.asking.reading import read_answer
from hub.domain.asking.steps import kept_answers, next_step
from hub.domain.calendar.paris import paris
from hub.domain.directory.places import CDAS_CODE
from hub.domain.routing.situation_vocabulary import EmitterService
from hub.errors import HubError

Check = Callable[[str, str], None]
"""Raises AnswerInvalid for a value that the question of this id does not allow."""

HELP: Final = "?"
BACK: Final = "<"
LEFT: Final = 130


class AskEnded(HubError):
    """The answers ended before the conclusion."""

    exit_code = 2


def ask(
    *,
    service: Annotated[str | None, typer.Option(metavar="SERVICE", help="Who asks, e.g. CDAS_RECEPTION.")] = None,
    cdas: Annotated[str | None, typer.Option(metavar="CODE", help="The CDAS that asks, e.g. CDAS-07.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="RFC3339", help="Decide as of this instant; default: now.")
    ] = None,
    directory: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Contacts, to show whom to call.")] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", envvar="HUB_PARAMETERS_FILE", help="Parameters of both institutions; default: shipped."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object: the decision, the event.")] = False,
) -> None:
    """Ask a desk, in French, only what the answer depends on, then say where to orient, and why.

    Answers are read one a line. Exit code: 0; 2 when they end before the conclusion; 130 when left by Ctrl-C.
    """
    given = _given(service, cdas)
    instant = read_instant(as_of) or datetime.now(paris())
    contacts = read_directory(directory, instant) if directory is not None else None
    calendar, table = load_calendar(), read_parameters(parameters)
    screen = Screen(on_error_stream=as_json)
    screen.welcome(instant)
    answers: dict[str, Option] = {}
    try:
        while True:
            values = _values(given, answers)
            step = next_step(values, instant, contacts, calendar, table)
            if isinstance(step, Conclusion):
                break
            chosen = _answer(screen, step, len(answers) + 1, partial(_check, values, instant))
            if chosen is not None:
                answers[step.id] = chosen
            elif answers:
                answers.popitem()
            else:
                screen.say("C’est la première question.")
    except KeyboardInterrupt:
        screen.leave()
        raise typer.Exit(LEFT) from None
    if as_json:
        event = step.event
        print_json({"decision": step.decision.data, "event": {"type": event.envelope.type, "data": event.data}})
    else:
        screen.conclude(step, contacts, answers.keys())


def _given(service: str | None, cdas: str | None) -> dict[str, str]:
    """The answers that the options give."""
    if service is not None and service not in set(EmitterService):
        msg = f"--service {service}: no such service."
        raise RouteError(msg, f"One of {', '.join(EmitterService)}.")
    if cdas is not None and CDAS_CODE.fullmatch(cdas) is None:
        msg = f"--cdas {cdas}: no code of a CDAS."
        raise RouteError(msg, "For example: --cdas CDAS-07")
    return {name: value for name, value in (("emitter.service", service), ("emitter.cdas", cdas)) if value is not None}


def _values(given: Mapping[str, str], answers: Mapping[str, Option]) -> dict[str, str]:
    return {**given, **{name: option.value for name, option in answers.items()}}


def _check(values: Mapping[str, str], instant: datetime, name: str, value: str) -> None:
    kept_answers({**values, name: value}, instant.astimezone(paris()).date())


def _answer(screen: Screen, question: Question, number: int, check: Check) -> Option | None:
    """The answer to a question, asked until one is understood; None to go back. Raises AskEnded."""
    screen.ask(question, number)
    proposed: tuple[Option, ...] = ()
    while True:
        typed = _read_line(screen, question)
        if typed == BACK:
            return None
        if typed == HELP:
            screen.help(question)
        elif typed:
            found = _understood(screen, question, typed, proposed, check)
            if isinstance(found, Option):
                screen.confirm(found)
                return found
            if found:
                proposed = found
                screen.propose(found)


def _understood(
    screen: Screen, question: Question, typed: str, proposed: tuple[Option, ...], check: Check
) -> Option | tuple[Option, ...]:
    """The answer meant, or what to choose from; nothing when a sentence was said instead."""
    if typed.isdigit() and 1 <= int(typed) <= len(proposed):
        return proposed[int(typed) - 1]
    try:
        found = read_answer(question, typed, load_territory())
        if isinstance(found, Option):
            check(question.id, found.value)
    except AnswerInvalid as error:
        screen.say(str(error))
        return ()
    return found


def _read_line(screen: Screen, question: Question) -> str:
    screen.prompt()
    line = sys.stdin.readline()
    if not line:
        msg = f"Il manque la réponse à une question : {question.text}"
        raise AskEnded(msg, f"Donnez une réponse par ligne ; la question ouverte est « {question.id} ».")
    return line.strip()
