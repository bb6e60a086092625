"""What `hub indicators replay` and `compare` share: their engines, the progress that they show, and their failures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.errors import BrokerUnavailable
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.replay.counting import Progress as Told
from hub.settings import Settings
from hub.wire import kafka_client

T = TypeVar("T")

_STEPS: Final = {
    "ledger": "Lecture du registre",
    "reading": "Lecture des topics",
    "comparing": "Comparaison",
    "counting": "Comptage",
}


def with_engines(settings: Settings, work: Callable[[AsyncEngine, Told], Awaitable[T]]) -> T:
    """Do the work with an engine of the ledger and a progress bar. Raises BrokerUnavailable and LedgerUnavailable."""

    async def run(told: Told) -> T:
        engine = ledger_engine(settings)
        try:
            return await work(engine, told)
        except UnknownTopicOrPartitionError as error:
            msg = f"Kafka at {settings.kafka_bootstrap} does not have all topics of the hub."
            way_out = "`hub topics diff` tells what is missing, `hub topics apply` creates it."
            raise BrokerUnavailable(msg, way_out) from error
        except KafkaError as error:
            msg = f"Kafka does not answer at {settings.kafka_bootstrap} ({type(error).__name__})."
            away = BrokerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_KAFKA_BOOTSTRAP.")
            raise await kafka_client.refusal_or(settings, away) from error
        except UNAVAILABLE as error:
            raise unavailable(engine, error) from error
        finally:
            await engine.dispose()

    with _bar() as told:
        return asyncio.run(run(told))


@contextmanager
def _bar() -> Iterator[Told]:
    """A bar for each step, on a terminal only."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:

        def told(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(_STEPS[step], total=max(total, 1))
            progress.update(tasks[step], completed=done, total=max(total, 1))

        yield told
