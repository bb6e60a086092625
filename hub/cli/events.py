"""`hub events tail|show`: what passes through the hub, and the whole path of one event."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from operator import attrgetter
from typing import Annotated

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from hub.cli.event_lines import EventLine, read_line
from hub.cli.event_path import show_path
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.errors import BrokerUnavailable, HubError, LedgerUnavailable
from hub.ledger.engine import ledger_engine
from hub.ledger.paths import EventPath, event_path, sources_of
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, STATUSES, read_topics

app = typer.Typer(help="Follow the events, or see the whole path of one.", no_args_is_help=True)

_POLL_MS = 500
_STYLES = {"REJECTED": "red", "FAILED": "red", "unreadable:": "red", "ROUTED": "green", "ACCEPTED": "green"}


class TopicUnknown(HubError):
    """The topic is none of the hub's."""

    exit_code = 2


class EventUnknown(HubError):
    """No event has this id, or more than one source has it."""


@app.command("tail")
def tail(
    *,
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic; may be repeated.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="From the oldest record kept, not only from now on.")
    ] = False,
    number: Annotated[int | None, typer.Option("-n", "--number", min=1, help="Stop after so many records.")] = None,
    no_follow: Annotated[bool, typer.Option("--no-follow", help="Stop at the present end of the topics.")] = False,
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
    settings = local_settings()
    try:
        asyncio.run(_tail(settings, wanted, number, from_beginning, no_follow, as_json))
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command("show")
def show(
    event_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the event.")],
    *,
    source: Annotated[str | None, typer.Option(metavar="URN", help="Its source, where several use this id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the whole path of one event: accepted, received, decided and why, delivered, each attempt; with the times.

    Exit code: 0; 1 when there is no such event, several sources use the id, or PostgreSQL does not answer.
    """
    path = asyncio.run(_find(local_settings(), event_id, source))
    if as_json:
        print_json(asdict(path))
    else:
        show_path(path)


async def _find(settings: Settings, event_id: str, source: str | None) -> EventPath:
    engine = ledger_engine(settings)
    try:
        async with engine.connect() as connection:
            sources = [source] if source else await sources_of(connection, event_id)
            if len(sources) > 1:
                msg = f"Several sources have an event {event_id}."
                raise EventUnknown(msg, f"Name one with --source: {', '.join(sources)}")
            path = await event_path(connection, sources[0], event_id) if sources else None
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        msg = f"The ledger does not answer ({type(error).__name__})."
        raise LedgerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_DATABASE_URL.") from error
    finally:
        await engine.dispose()
    if path is None:
        msg = f"The ledger knows no event {event_id}" + (f" of {source}." if source else ".")
        raise EventUnknown(msg, "`hub events tail --from-beginning` lists what was published; ids are case-sensitive.")
    return path


async def _tail(
    settings: Settings,
    topics: Sequence[str],
    number: int | None,
    from_beginning: bool,  # noqa: FBT001 -- the command's own switches
    no_follow: bool,  # noqa: FBT001 -- as above
    as_json: bool,  # noqa: FBT001 -- as above
) -> None:
    catalogue = load_catalogue()
    left = number
    reader = kafka_client.consumer(settings, *topics)
    try:
        await reader.start()
        partitions = sorted(reader.assignment())  # without a group: every partition of the topics
        ends = await reader.end_offsets(partitions)
        if from_beginning:
            await reader.seek_to_beginning(*partitions)
        else:
            for partition, end in ends.items():
                reader.seek(partition, end)
        while not no_follow or await _behind(reader, ends):
            batches = await reader.getmany(timeout_ms=_POLL_MS)
            for record in sorted(chain.from_iterable(batches.values()), key=attrgetter("timestamp")):
                _print(read_line(catalogue, record), as_json=as_json)
                if left is not None:
                    left -= 1
                    if left == 0:
                        return
    except UnknownTopicOrPartitionError as error:
        msg = f"Kafka at {settings.kafka_bootstrap} does not have all of these topics: {', '.join(topics)}."
        raise TopicUnknown(msg, "`hub topics diff` tells what is missing, `hub topics apply` creates it.") from error
    except (KafkaError, OSError) as error:
        msg = f"Kafka does not answer at {settings.kafka_bootstrap} ({type(error).__name__})."
        away = BrokerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_KAFKA_BOOTSTRAP.")
        raise await kafka_client.refusal_or(settings, away) from error
    finally:
        await reader.stop()


async def _behind(reader: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return any([await reader.position(partition) < end for partition, end in ends.items()])


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
