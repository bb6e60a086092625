"""`hub publish`: CloudEvents from files, through the gateway or straight to Kafka."""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hub.cli.local import local_endpoints, local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.cli.publish_files import event_files
from hub.cli.publish_kafka import publish_kafka
from hub.cli.publishing import Answer, publish_http, tokens_of
from hub.errors import HubError

_MANY: Final = 1000  # events, beyond which a terminal shows only what is refused
_FIRST: Final = 200  # calls that move the bar at once
_STEP: Final = 500


class UsageError(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class BrokenOff(HubError):
    """Some events were answered, the others were not: Kafka or the gateway went away, or somebody stopped it."""


def publish(
    files: Annotated[list[Path], typer.Argument(help="Files of CloudEvents in JSON; - is standard input.")],
    *,
    url: Annotated[str | None, typer.Option(help="The gateway's address; by default that of the local hub.")] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="HUB_TOKEN", help="The system's token; by default the demo token of each event's source."),
    ] = None,
    kafka: Annotated[bool, typer.Option("--kafka", help="Publish on Kafka itself, as an institution may.")] = False,
    skip: Annotated[int, typer.Option(min=0, help="Leave the first events out: they were sent before.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the refused events only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish events: one object, an array, or JSON Lines in each file. One answer is printed per event, in order.

    Years of history go as JSON Lines: they are read as they are sent. A terminal shows only what is refused of more
    than a thousand events. Exit code 0 when all were accepted, 1 when some were refused, 2 when a file or an option
    cannot be used.
    """
    if kafka and (url or token):
        msg = "--kafka goes without --url and --token."
        raise UsageError(msg, "Kafka is found by HUB_KAFKA_BOOTSTRAP, or is that of the local hub.")
    counts: Counter[str] = Counter()
    with event_files(files, sys.stdin.buffer) as events, _progress() as progress:
        reading = progress.add_task("reading", total=events.size, count="")
        total = max(0, events.count(_Steps(progress, reading).add) - skip)
        progress.remove_task(reading)
        steps = _Steps(progress, progress.add_task("publishing", total=total, visible=total > 1, count=f"of {total:,}"))
        few = quiet or (total > _MANY and on_terminal() and not as_json)

        def report(answer: Answer) -> None:
            counts[answer.status] += 1
            steps.add(1)
            if not few or answer.status != "accepted":
                _print(answer, as_json=as_json)

        try:
            if kafka:
                asyncio.run(publish_kafka(islice(events, skip, None), local_settings(), report))
            else:
                address, tokens = _gateway(url, token)
                publish_http(islice(events, skip, None), address, tokens, report)
        except (HubError, KeyboardInterrupt) as error:
            if not counts:
                raise
            raise _broken_off(error, skip + counts.total()) from error
    if not as_json:
        summary = f"{counts['accepted']} accepted, {counts['refused']} refused"
        Console(stderr=True).print(summary, style="red" if counts["refused"] else "green", highlight=False)
    raise typer.Exit(1 if counts["refused"] else 0)


def _broken_off(error: BaseException, answered: int) -> HubError:
    """How to go on after some events were answered, and the next was not."""
    reason = error.message if isinstance(error, HubError) else "Stopped."
    way_out = "Sending the same events again is harmless"
    return BrokenOff(f"{reason} {answered:,} events are answered.", f"{way_out}; --skip {answered} begins after them.")


def _gateway(url: str | None, token: str | None) -> tuple[str, dict[str | None, str]]:
    endpoints = None if url and token else local_endpoints()
    if url is None and endpoints is None:
        msg = "No hub is up here, and no --url was given."
        raise UsageError(msg, "Start one with `hub up`, or give --url and --token.")
    if token is None and endpoints is None:
        msg = "No token was given."
        raise UsageError(msg, "Give --token; `hub credentials new` makes one.")
    address = url or (endpoints.gateway.url if endpoints else "")
    return address.rstrip("/"), tokens_of(endpoints, token)


@dataclass(slots=True)
class _Steps:
    """Moves a bar forward now and then: it costs more than reading an event does."""

    progress: Progress
    task: TaskID
    calls: int = 0
    amount: int = 0

    def add(self, amount: int) -> None:
        self.calls += 1
        self.amount += amount
        if self.calls < _FIRST or self.calls % _STEP == 0:
            self.progress.advance(self.task, self.amount)
            self.amount = 0


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[count]}"))
    console = Console(stderr=True)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.as_json())
    elif on_terminal():
        console = Console(soft_wrap=True)
        good = answer.status == "accepted"
        console.print("✓" if good else "✗", style="green" if good else "red", end=" ")
        console.print(answer.label, markup=False, highlight=False)
        for fault in answer.faults:
            console.print(f"    {fault}", markup=False, highlight=False)
    else:
        print_line(answer.status, answer.source or "", answer.id or "", answer.code or "", "; ".join(answer.faults))
