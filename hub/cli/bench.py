"""`hub bench NAME`: what the hub costs on this machine, against a bare loop in the same run."""

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer
from rich.console import Console

from hub.bench.measure import BenchOptions, BenchResult, Goal
from hub.cli.output import AsJson, print_json, print_table
from hub.errors import HubError

NAMES = ("decide", "router", "gateway", "latency", "deliver", "replay")
_MODULE = "hub.bench."


class BenchUnknown(HubError):
    """There is no benchmark of this name."""

    exit_code = 2


def bench(
    name: Annotated[str, typer.Argument(help=f"Which benchmark: {', '.join(NAMES)}.")],
    *,
    events: Annotated[int, typer.Option(min=1000, help="Events per run and side.")] = 60_000,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each side, in turn; the medians count.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Run one benchmark on an embedded broker of its own, and print the medians and their ratio."""
    if name not in NAMES or find_spec(_MODULE + name) is None:
        message = f"There is no benchmark called {name}."
        raise BenchUnknown(message, f"Choose one of: {', '.join(n for n in NAMES if find_spec(_MODULE + n))}.")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Console(stderr=True)
    with console.status(f"bench {name}") as status:

        def report(line: str) -> None:
            if console.is_terminal:
                status.update(f"bench {name}: {line}")
            console.log(line, highlight=False, markup=False, _stack_offset=2)

        result: BenchResult = import_module(_MODULE + name).run(BenchOptions(events, runs, report))
    if as_json:
        print_json(result.as_json())
    else:
        _show(result)


def _show(result: BenchResult) -> None:
    unit = result.unit
    typer.echo(
        f"{result.name}: {result.measured:,.1f} {unit}; bare loop {result.bare:,.1f} {unit}; ratio {result.ratio}"
    )
    typer.echo(f"runs: {'; '.join(f'{side} {figures}' for side, figures in result.runs.items())}")
    typer.echo(f"memory: {result.memory_mib} MiB at most")
    typer.echo(f"machine: {result.machine}")
    for key, value in result.detail.items():
        typer.echo(f"{key}: {value}")
    if result.goals:
        rows = [
            (goal.what, f"{goal.figure:g} {goal.unit}", f"{'≥' if goal.least else '≤'} {goal.bound:g}", _kept(goal))
            for goal in result.goals
        ]
        print_table(("goal", "figure", "bound", "kept"), rows)


def _kept(goal: Goal) -> str:
    return "yes" if goal.kept else "NO"
