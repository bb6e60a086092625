"""What `hub route` shows to people: decisions on standard output, in French; faults on standard error."""

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from hub.domain.directory.contact_import import LineReceipt
from hub.domain.routing.decision import Decision, Explanation, Routing
from hub.domain.vocabulary import Flag, Outcome, Urgency
from hub.wire.faults import Fault

_COLOURS = {
    Outcome.ROUTED: "green",
    Outcome.INFORMATION_ONLY: "green",
    Outcome.REJECTED: "red",
    Outcome.OFF_HUB: "red",
}


class Line(NamedTuple):
    """One line of the outline of a decision: how deep it stands, what it says, how it looks on a terminal."""

    depth: int
    text: str
    style: str = ""


def show_decision(decision: Decision, *, explain: bool) -> None:
    """Print the decision: a tree on a terminal, plain lines in a pipe."""
    lines = outline(decision, explain=explain)
    console = _terminal()
    if console is None:
        sys.stdout.write("".join(f"{'  ' * line.depth}{line.text}\n" for line in lines))
        return
    branches: list[Tree] = []
    for line in lines:
        text = Text(line.text, style=line.style)
        branch = branches[line.depth - 1].add(text) if line.depth else Tree(text)
        branches[line.depth :] = [branch]
    console.print(branches[0])


def outline(decision: Decision, *, explain: bool) -> Iterator[Line]:
    """The decision as indented lines: what it comes to, where it leads, what else matters, and why."""
    answer = decision.answer
    outcome = answer.outcome
    title = f"{decision.event_id} · {decision.event_type} → {outcome.label} ({outcome.value})"
    yield Line(0, title, f"bold {_COLOURS.get(outcome, 'yellow')}")
    for routing in answer.routings:
        yield from _routing(routing)
    if answer.keyword is not None:
        yield Line(1, f"mot-clé à écrire : {answer.keyword}", "bold")
    if answer.instruction is not None:
        yield Line(1, f"consigne : {answer.instruction.label} ({answer.instruction.value})", "bold red")
    if answer.lead_days is not None:
        yield Line(1, f"délai avant la prise d’effet : {answer.lead_days} j")
    for heading, codes in (
        ("refusé", answer.rejections),
        ("manque", answer.missing),
        ("suggestion", answer.suggestions),
        ("attention", answer.warnings),
    ):
        for code in codes:
            yield Line(1, f"{heading} : {code.label} ({code.value})")
    if answer.flags:
        yield Line(1, f"repères : {' ; '.join(f'{flag} {Flag(flag).label}' for flag in answer.flags)}")
    if explain:
        yield Line(1, f"pourquoi (règles {decision.rules_version}, au {decision.as_of.isoformat()})", "bold")
        for step in sorted(answer.explanation, key=lambda step: not step.matched):
            yield from _step(step)


def show_invalid(line: int, event_id: str | None, faults: Sequence[Fault]) -> None:
    """Print on standard error why an event is invalid: one line a fault, with its field."""
    console = Console(stderr=True, soft_wrap=True)
    name = f"line {line}" + (f", event {event_id}" if event_id is not None else "")
    for fault in faults:
        console.print(f"{name}: {fault.pointer or '/'}: {fault.code}: {fault.detail}", markup=False, highlight=False)


def show_mismatch(decision: Decision, expected: Sequence[str]) -> None:
    """Print on standard error what was answered where something else was expected."""
    answered = sorted(f"{routing.service.value}/{routing.role.value}" for routing in decision.routings)
    got = ", ".join([decision.outcome.value, *answered])
    text = f"{decision.event_id}: expected {', '.join(expected)}; answered {got}"
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)


def show_refused_line(file: Path, receipt: LineReceipt) -> None:
    """Print on standard error a line of the directory that is left out."""
    text = f"{file.name}, ligne {receipt.line} : {receipt.reason}"
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)


def _routing(routing: Routing) -> Iterator[Line]:
    place = f" {routing.cdas}" if routing.cdas is not None else ""
    names = f"{routing.service.label}{place}, {routing.role.label}"
    yield Line(1, f"{names} ({routing.service.value}/{routing.role.value})", "bold")
    urgency = "" if routing.urgency is Urgency.NONE else f" · {routing.urgency.label}"
    yield Line(2, f"par : {routing.channel.label} · pour : {routing.purpose.label}{urgency}")
    count = len(routing.recipients)
    reached = f" · {count} destinataire{'s' if count > 1 else ''}" if count else ""
    yield Line(2, f"règles : {', '.join(routing.rules)}{reached}", "dim")


def _step(step: Explanation) -> Iterator[Line]:
    applied = "appliquée" if step.matched else "examinée, non appliquée"
    yield Line(2, f"{step.rule} ({step.article}), {applied} : {step.label}", "green" if step.matched else "")
    yield Line(3, f"« {step.quote} »", "dim italic")


@cache
def _terminal() -> Console | None:
    console = Console()
    return console if console.is_terminal else None
