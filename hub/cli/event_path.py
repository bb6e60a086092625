"""The path of one event as `hub events show` prints it: a tree on a terminal, tab-separated lines in a pipe."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from hub.cli.output import on_terminal, print_line, seconds_between
from hub.ledger.paths import AudienceStep, DecidedStep, DeliveryStep, EventPath

Line = tuple[int, tuple[str, ...]]
"""Depth in the tree, and the cells: what it is, then what there is to say."""

_BAD = {"SHORT", "REJECTED", "FAILED", "ID_CONFLICT"}
_GOOD = {"ROUTED", "ACCEPTED", "SHOWN", "TAKEN_IN_CHARGE", "CONCLUDED"}


def show_path(path: EventPath) -> None:
    """Print the path."""
    lines = list(_lines(path))
    if not on_terminal():
        for _, cells in lines:
            print_line(*cells)
        return
    tree = Tree(Text.assemble((path.id, "bold"), f"  {path.source}", style=""))
    branches = [tree]
    for depth, (name, *rest) in lines[1:]:
        text = Text.assemble((f"{name}  ", "cyan"))
        for cell in rest:
            text.append(f"{cell}  ", style="red" if cell in _BAD else "green" if cell in _GOOD else "")
        del branches[depth:]
        branches.append(branches[-1].add(text))
    Console(soft_wrap=True).print(tree)


def _lines(path: EventPath) -> Iterator[Line]:
    yield 0, ("event", path.id, path.source)
    level = (path.decided.confidentiality,) if path.decided else ()
    if path.type:
        yield 1, ("type", path.type, path.subject or "", *level)
    begin = path.accepted_at or (path.decided.received_at if path.decided else None)
    if path.accepted_at:
        yield 1, ("accepted", _at(path.accepted_at), "by the gateway")
    if path.decided:
        yield from _decided(path.decided, begin)
    if path.audience:
        yield from _audience(path.audience, begin)
    for refused in path.refused:
        place = f"{refused.origin.topic}-{refused.origin.partition}-{refused.origin.offset}"
        yield 1, ("refused", _at(refused.at), refused.reason, refused.field or "", place)
    for delivery in path.deliveries:
        yield from _delivery(delivery, begin)
    if path.deliveries:
        reached = sum(1 for delivery in path.deliveries if delivery.accepted_at or delivery.taken_in_charge_at)
        last = max((d.accepted_at for d in path.deliveries if d.accepted_at), default=None)
        yield 1, ("reached", f"{reached} of {len(path.deliveries)}", _after(begin, last))


def _decided(step: DecidedStep, begin: datetime | None) -> Iterator[Line]:
    place = f"{step.origin.topic}-{step.origin.partition}-{step.origin.offset}"
    yield 1, ("received", _at(step.received_at), place, _after(begin, step.received_at))
    versions = f"directory revision {step.directory_revision}, rules {step.rules_version}"
    yield 1, ("decided", _at(step.decided_at), step.outcome or "not routed", versions, _after(begin, step.decided_at))
    if step.decision is not None:
        for routing in step.decision["routings"]:
            target = f"{routing['service']}/{routing['role']}"
            count = f"{len(routing['recipients'])} recipients"
            yield 2, ("routing", target, routing["channel"], routing["purpose"], " ".join(routing["rules"]), count)
        for kind in ("rejections", "missing", "warnings", "flags"):
            if step.decision.get(kind):
                yield 2, (kind, " ".join(step.decision[kind]))
        for rule in step.decision["explanation"]:
            applied = "applied" if rule["matched"] else "looked at"
            yield 2, ("rule", rule["rule"], applied, rule["article"], rule["label"])
    yield 1, ("recorded", _at(step.recorded_at), _after(begin, step.recorded_at))


def _audience(step: AudienceStep, begin: datetime | None) -> Iterator[Line]:
    version = f"version {step.matrix_version}"
    if step.planned_at is None:
        yield 1, ("matrix", version, "waits for the directory")
        return
    added = f"{step.added} added"
    yield 1, ("matrix", version, step.outcome or "", added, _at(step.planned_at), _after(begin, step.planned_at))
    if step.notice_days is not None and step.days_given is not None:
        short = "SHORT" if step.days_given < step.notice_days else "in time"
        yield 2, ("notice", f"{step.days_given} of {step.notice_days} days", short)
    for audience, number in (step.found or {}).items():
        yield 2, ("addition", audience, "R28", f"{number} contacts")


def _delivery(delivery: DeliveryStep, begin: datetime | None) -> Iterator[Line]:
    target = f"{delivery.service}/{delivery.role}"
    when = delivery.accepted_at or delivery.ended_at
    waits = "" if when else f"due {_at(delivery.due_at)}"
    cells = (delivery.contact, target, " ".join(delivery.rules), delivery.medium, delivery.state)
    yield 1, ("delivery", *cells, delivery.reason or "", _at(when) if when else waits, _after(begin, when))
    for name, moment in (("shown", delivery.shown_at), ("taken in charge", delivery.taken_in_charge_at)):
        if moment:
            yield 2, (name, _at(moment), _after(begin, moment))
    if [attempt.result for attempt in delivery.attempts] == ["accepted"]:
        return  # nothing to explain: hundreds of lines would hide the ones that say something
    for attempt in delivery.attempts:
        took = seconds_between(attempt.started_at, attempt.ended_at)
        result = attempt.result or "under way"
        told = " ".join(text for text in (attempt.reason, attempt.detail) if text)
        yield 2, ("attempt", str(attempt.attempt), _at(attempt.started_at), result, told, took)


def _at(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="milliseconds")


def _after(begin: datetime | None, end: datetime | None) -> str:
    took = seconds_between(begin, end)
    return f"+{took}" if took and not took.startswith("-") else took
