"""`hub events tail|show`: what passes through the hub, and the whole path of one event."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.text import Text

from hub.cli.event_lines import EventLine, read_line
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.errors import BrokerUnavailable, HubError
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, STATUSES, read_topics

app = typer.Typer(help="Follow the events, or see the whole path of one.", no_args_is_help=True)

_STYLES = {"REJECTED": "red", "FAILED": "red", "unreadable:": "red", "ROUTED": "green", "ACCEPTED": "green"}


class TopicUnknown(HubError):
    """The topic is none of the hub's."""

    exit_code = 2


@app.command("tail")
def tail(
    *,
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic; may be repeated.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="From the oldest record kept, not only from now on.")
    ] = False,
    number: Annotated[int | None, typer.Option("-n", "--number", min=1, help="Stop after so many records.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the topics: one line for each record, with time, topic, type, subject, id and outcome; never its content.

    Reads the institutions' topics, hub.decisions and hub.statuses. Ctrl-C ends it.

    Exit code: 0; 1 when Kafka does not answer; 2 for a topic that the hub does not have.
    """
    names = [found.name for found in read_topics()]
    wanted = topic or [name for name in names if not name.startswith("hub.") or name in (DECISIONS, STATUSES)]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        msg = f"The hub has no topic {', '.join(unknown)}."
        raise TopicUnknown(msg, f"It has: {', '.join(names)}.")
    try:
        asyncio.run(_tail(local_settings(), wanted, number, from_beginning=from_beginning, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _tail(
    settings: Settings, topics: Sequence[str], number: int | None, *, from_beginning: bool, as_json: bool
) -> None:
    catalogue = load_catalogue()
    left = number
    reader = kafka_client.consumer(settings, *topics, auto_offset_reset="earliest" if from_beginning else "latest")
    try:
        await reader.start()
        async for record in reader:
            _print(read_line(catalogue, record), as_json=as_json)
            if left is not None:
                left -= 1
                if left == 0:
                    return
    except (KafkaError, OSError) as error:
        msg = f"Kafka does not answer at {settings.kafka_bootstrap} ({type(error).__name__})."
        raise BrokerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_KAFKA_BOOTSTRAP.") from error
    finally:
        await reader.stop()


def _print(line: EventLine, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(line))
    elif on_terminal():
        style = _STYLES.get(line.outcome.partition(" ")[0], "")
        cells = Text.assemble(
            (f"{line.time.astimezone():%H:%M:%S.%f}"[:-3], "dim"),
            f" {line.topic:<18} {line.type:<24} {line.subject:<18} {line.id}  ",
            (line.outcome, style),
        )
        Console().print(cells, soft_wrap=True)
    else:
        print_line(line.time.isoformat(), line.topic, line.type, line.subject, line.id, line.outcome)
