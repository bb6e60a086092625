"""A stream of events, and kills at random moments of it; the seed is printed, and FAULTS_SEED repeats a run."""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

from aiokafka import TopicPartition

from hub.wire import kafka_client
from hub.wire.topics import DECISIONS
from tests.faults.faults_events import Sent
from tests.faults.faults_stack import Publisher, Stack, until

_CHUNK: Final = 20
_PAUSE_SECONDS: Final = 0.08  # the stream's pace: a few hundred events a second

Progress = Callable[[], Awaitable[int]]


def random_moments() -> random.Random:
    """The random numbers of one campaign."""
    seed = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(2**32))
    print(f"FAULTS_SEED={seed}")  # noqa: T201 -- pytest shows it with a failure
    return random.Random(seed)


@contextlib.asynccontextmanager
async def streaming(made: Stack, events: Iterator[Sent], *, at_least: int) -> AsyncIterator[list[Sent]]:
    """Publish events on Kafka as long as the block runs, and at least so many; gives what was sent.

    At the end everything sent is acknowledged by the broker.
    """
    sent: list[Sent] = []
    publisher = Publisher(made.settings.kafka_bootstrap)
    enough = asyncio.Event()

    async def publish() -> None:
        while len(sent) < at_least or not enough.is_set():
            chunk = [next(events) for _ in range(_CHUNK)]
            publisher.send(one.record for one in chunk)
            sent.extend(chunk)
            await asyncio.sleep(_PAUSE_SECONDS)

    publishing = asyncio.create_task(publish())
    try:
        yield sent
        enough.set()
        await publishing
    finally:
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
    await publisher.flush()
    assert len(sent) == publisher.acknowledged


async def kill_often(
    made: Stack, name: str, kills: int, progress: Progress, moments: random.Random, *, most: int = 150
) -> None:
    """Kill a role so many times, each time after it got on by 1 to `most` steps, and start it again."""
    for _ in range(kills):
        goal = await progress() + moments.randint(1, most)

        async def got_on(goal: int = goal) -> bool:
            return await progress() >= goal

        await until(got_on, lambda: f"{name} does not get on", every=0.01)
        await asyncio.sleep(moments.random() * 0.03)
        await made.role(name).kill()
        await asyncio.sleep(moments.random() * 0.2)
        made.role(name).start()


@contextlib.asynccontextmanager
async def router_progress(made: Stack) -> AsyncIterator[Progress]:
    """Give what counts the records of hub.decisions, those of open transactions too."""
    consumer = kafka_client.consumer(made.settings, isolation_level="read_uncommitted")
    await consumer.start()
    partitions = [TopicPartition(DECISIONS, number) for number in range(6)]

    async def count() -> int:
        return sum((await consumer.end_offsets(partitions)).values())

    try:
        yield count
    finally:
        await consumer.stop()


def intake_progress(made: Stack) -> Progress:
    """What counts the events in the ledger."""

    async def count() -> int:
        return int((await made.rows("select count(*) from event"))[0][0])

    return count


def mail_progress(made: Stack) -> Progress:
    """What counts the mails caught."""

    async def count() -> int:
        return len(made.mail.messages())

    return count
