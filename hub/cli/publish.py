"""`hub publish`: CloudEvents from files, through the gateway or straight to Kafka."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hub.cli.local import local_endpoints, local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.cli.publishing import Answer, publish_http, publish_kafka, read_files, tokens_of
from hub.errors import HubError


class UsageError(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


def publish(
    files: Annotated[list[Path], typer.Argument(help="Files of CloudEvents in JSON; - is standard input.")],
    *,
    url: Annotated[str | None, typer.Option(help="The gateway's address; by default that of the local hub.")] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="HUB_TOKEN", help="The system's token; by default the demo token of each event's source."),
    ] = None,
    kafka: Annotated[bool, typer.Option("--kafka", help="Publish on Kafka itself, as an institution may.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish events: one object, an array, or JSON Lines in each file. One answer is printed per event, in order.

    Exit code 0 when all were accepted, 1 when some were refused, 2 when a file or an option cannot be used.
    """
    events = read_files(files, sys.stdin.buffer)
    if kafka and (url or token):
        msg = "--kafka goes without --url and --token."
        raise UsageError(msg, "Kafka is found by HUB_KAFKA_BOOTSTRAP, or is that of the local hub.")
    counts: Counter[str] = Counter()
    with _progress(len(events)) as progress:
        task = progress.add_task("publishing", total=len(events))

        def report(answer: Answer) -> None:
            counts[answer.status] += 1
            progress.advance(task)
            _print(answer, as_json=as_json)

        if kafka:
            asyncio.run(publish_kafka(events, local_settings(), report))
        else:
            address, tokens = _gateway(url, token)
            publish_http(events, address, tokens, report)
    if not as_json:
        summary = f"{counts['accepted']} accepted, {counts['refused']} refused"
        Console(stderr=True).print(summary, style="red" if counts["refused"] else "green", highlight=False)
    raise typer.Exit(1 if counts["refused"] else 0)


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


def _progress(total: int) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=total < 2 or not console.is_terminal)


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
