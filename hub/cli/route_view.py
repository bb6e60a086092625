"""What `hub route` shows to people: decisions on standard output, in French; faults on standard error."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from hub.domain.decision import Decision, Explanation, Routing
from hub.domain.directory_import import LineReceipt
from hub.wire.faults import Fault


def show_decision(decision: Decision, *, explain: bool) -> None:
    """Print the decision: a tree on a terminal, plain lines in a pipe."""
    console = Console(soft_wrap=True)
    answer = decision.answer
    title = f"{decision.event_id} · {decision.event_type} → {decision.outcome.label} ({decision.outcome.value})"
    tree = Tree(Text(title, style="bold"))
    for routing in answer.routings:
        tree.add(Text(_routing_line(routing)))
    if answer.lead_days is not None:
        tree.add(Text(f"délai avant la prise d’effet : {answer.lead_days} j"))
    for heading, codes in (
        ("refusé", answer.rejections),
        ("manque", answer.missing),
        ("suggestion", answer.suggestions),
        ("attention", answer.warnings),
    ):
        for code in codes:
            tree.add(Text(f"{heading} : {code.label} ({code.value})"))
    if answer.flags:
        tree.add(Text(f"repères : {', '.join(answer.flags)}"))
    if answer.instruction is not None:
        tree.add(Text(f"consigne : {answer.instruction.label} ({answer.instruction.value})", style="bold red"))
    if explain:
        rules = tree.add(Text(f"règles, version {decision.rules_version}, au {decision.as_of.isoformat()}"))
        for step in answer.explanation:
            rules.add(_step(step))
    if console.is_terminal:
        console.print(tree)
    else:
        _print_plain(console, tree, 0)


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
    text = f"{file.name}, ligne {receipt.line} : {receipt.reason}"
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)


def _routing_line(routing: Routing) -> str:
    count = len(routing.recipients)
    reached = f" · {count} destinataire{'s' if count > 1 else ''}" if count else ""
    names = f"{routing.service.label}, {routing.role.label}"
    return f"{names} ({routing.service.value}/{routing.role.value}) · {', '.join(routing.rules)}{reached}"


def _step(step: Explanation) -> Text:
    applied = "appliquée" if step.matched else "examinée, non appliquée"
    style = "green" if step.matched else "dim"
    return Text(f"{step.rule} ({step.article}), {applied} : {step.label} « {step.quote} »", style=style)


def _print_plain(console: Console, tree: Tree, depth: int) -> None:
    console.print(f"{'  ' * depth}{tree.label}", markup=False, highlight=False)
    for child in tree.children:
        _print_plain(console, child, depth + 1)
