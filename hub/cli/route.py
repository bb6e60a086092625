"""`hub route`: what the hub would decide on an event, and why. Needs neither broker nor database."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.offline import RouteError as RouteError
from hub.cli.offline import read_directory, read_instant, read_parameters
from hub.cli.route_view import show_decision, show_invalid, show_mismatch
from hub.data import load_calendar, load_territory
from hub.domain.routing.decide import decide, is_routed
from hub.domain.routing.decision import Decision
from hub.domain.vocabulary import Outcome, Role, Service
from hub.wire.cloudevents import EventReader, ReceivedEvent
from hub.wire.faults import EventInvalid, Fault
from hub.wire.schemas import load_catalogue

EXPECTATION_MISSED: Final = 1
EVENT_INVALID: Final = 2
LONGEST_ID: Final = 128


@dataclass(frozen=True, slots=True)
class Expected:
    """What `--expect` names: pairs of service and role, and outcomes."""

    pairs: frozenset[str]
    outcomes: frozenset[str]

    def matches(self, decision: Decision) -> bool:
        """Whether the answer has exactly these pairs, where any is named, and this outcome, where one is named."""
        answered = {f"{routing.service.value}/{routing.role.value}" for routing in decision.routings}
        return (not self.pairs or self.pairs == answered) and self.outcomes <= {decision.outcome.value}


def route(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CloudEvents in JSON, one object or JSON Lines; or -.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the rules, applied or not.")] = False,
    as_of: Annotated[
        str | None, typer.Option(metavar="RFC3339", help="Decide as of this instant; default: the event's time.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE/ROLE|OUTCOME", help="What the answer must be, as a whole set; may be repeated."),
    ] = None,
    directory: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Contacts, to resolve recipients.")] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", envvar="HUB_PARAMETERS_FILE", help="Parameters of both institutions; default: shipped."
        ),
    ] = None,
) -> None:
    """Say how the hub would route events, and why.

    Exit code: 0; 1 when --expect does not match; 2 when an event is invalid.
    """
    instant = read_instant(as_of)
    expected = _expected(expect or ())
    contacts = read_directory(directory, instant) if directory is not None else None
    reader = EventReader(load_catalogue(), load_territory())
    calendar, table = load_calendar(), read_parameters(parameters)
    code = 0
    for line, document in _documents(_read_text(file)):
        try:
            decision = decide(_read(reader, document), instant, contacts, calendar, table)
        except EventInvalid as error:
            show_invalid(line, _id_of(document), error.faults)
            code = EVENT_INVALID
            continue
        if as_json:
            typer.echo(json.dumps(decision.data, ensure_ascii=False))
        else:
            show_decision(decision, explain=explain)
        if not expected.matches(decision):
            show_mismatch(decision, sorted(expected.pairs | expected.outcomes))
            code = code or EXPECTATION_MISSED
    raise typer.Exit(code)


def _read(reader: EventReader, document: object) -> ReceivedEvent:
    if isinstance(document, Fault):
        raise EventInvalid((document,))
    event = reader.from_json(document)
    if not is_routed(event.envelope.type):
        detail = "The hub accepts this type of event, but no rule routes it."
        raise EventInvalid((Fault("TYPE_NOT_ROUTED", "/type", detail),))
    return event


def _id_of(document: object) -> str | None:
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str) and found.isprintable() and len(found) <= LONGEST_ID else None


def _read_text(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise RouteError(msg, "Name a file of CloudEvents in JSON, or - for standard input.") from error


def _documents(raw: bytes) -> Iterator[tuple[int, object]]:
    """The documents of the input with the line where each begins; what is no JSON comes as a Fault."""
    whole = _parse(raw)
    if not isinstance(whole, Fault):
        yield 1, whole
        return
    lines = [(number, text) for number, text in enumerate(raw.splitlines(), 1) if text.strip()]
    parsed = [(number, _parse(text)) for number, text in lines]
    if not parsed or all(isinstance(document, Fault) for _, document in parsed):
        yield 1, whole
        return
    yield from parsed


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        return Fault("NOT_UTF8", "", "The text must be UTF-8.")
    except (ValueError, RecursionError):
        return Fault("NOT_JSON", "", "This is no JSON: one CloudEvent as an object, or one a line.")


def _no_constant(_: str) -> None:
    msg = "NaN and Infinity are no JSON"
    raise ValueError(msg)


def _expected(given: Sequence[str]) -> Expected:
    outcomes = frozenset(text for text in given if text in set(Outcome))
    pairs = frozenset(given) - outcomes
    for pair in sorted(pairs):
        service, _, role = pair.partition("/")
        if service not in set(Service) or role not in set(Role):
            msg = f"--expect {pair}: neither SERVICE/ROLE nor an outcome."
            raise RouteError(msg, "For example: --expect CDAS/GENERIC_MAILBOX, or --expect INFORMATION_ONLY")
    return Expected(pairs, outcomes)
