"""The outbox → hub.statuses: produced, acknowledged, then marked. A crash in between repeats, never loses."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Final

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from hub import metrics
from hub.ledger.faults import UNAVAILABLE, passes
from hub.ledger.giving_way import STEP, GiveWay, next_turn
from hub.ledger.outbox import Waiting, lock_relay, mark_relayed, waiting_statuses
from hub.ledger.tables import OUTBOX_CHANNEL
from hub.processors.parts import Parts
from hub.settings import Settings
from hub.wire.topics import STATUSES

log = structlog.get_logger()

_BATCH: Final = 200  # status events; reading them keeps the process from an urgency meanwhile
_GATHER: Final = 0.05  # seconds that status events gather: a transaction for each would cost more than all the rest
_MANY: Final = 50  # status events at once: a burst is under way, which the relay must not slow down
_GATHER_MANY: Final = 0.5  # seconds that they then gather
_LOOK_AGAIN: Final = 1.0  # seconds between looks without a notification
_PAUSE: Final = 1.0  # seconds after a fault
_STALLED_AFTER: Final = 90.0  # seconds

Publish = Callable[[list[Waiting]], Awaitable[None]]


def publisher(producer: AIOKafkaProducer, give_way: GiveWay = next_turn) -> Publish:
    """Publish status events with an idempotent producer: in order, returning when every one is acknowledged."""

    async def publish(statuses: list[Waiting]) -> None:
        sent = []
        for start in range(0, len(statuses), STEP):
            sent += [
                await producer.send(STATUSES, value=status.value, key=status.key, headers=status.headers)
                for status in statuses[start : start + STEP]
            ]
            await give_way()
        await asyncio.gather(*sent)

    return publish


async def relay_once(parts: Parts, publish: Publish) -> int:
    """Relay the oldest waiting status events and return how many; 0 also when another process relays now.

    One process relays at a time: the order of the outbox is the order on Kafka.
    """
    async with parts.engine.begin() as connection:
        if not await lock_relay(connection):
            return 0
        statuses = await waiting_statuses(connection, _BATCH)
        if statuses:
            await publish(statuses)
            await mark_relayed(connection, statuses, parts.clock())
    metrics.STATUSES_RELAYED.inc(len(statuses))
    return len(statuses)


async def relay(parts: Parts, settings: Settings, producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
    """Relay until `stop` is set. Away PostgreSQL and a slow broker are waited out; a dead producer is raised."""
    progress = parts.health.loop("relay", _STALLED_AFTER)
    publish = publisher(producer, parts.right_of_way.give_way)
    wake = asyncio.Event()
    listening = asyncio.create_task(_listen(settings, wake))
    try:
        while not stop.is_set():
            progress()
            wake.clear()
            await parts.right_of_way.give_way()
            begun = perf_counter()
            try:
                relayed = await relay_once(parts, publish)
            except UNAVAILABLE as error:
                if not passes(error):
                    raise
                parts.health.missing("relay", "PostgreSQL does not answer")
                log.warning("relay_waits", error=type(error).__name__)
                await _wait(stop, _PAUSE)
            except KafkaError as error:
                if not error.retriable:
                    raise
                parts.health.missing("relay", "Kafka does not answer")
                log.warning("relay_waits", error=type(error).__name__)
                await _wait(stop, _PAUSE)
            else:
                parts.health.there("relay")
                if relayed < _BATCH:
                    await _wait(wake, _LOOK_AGAIN, stop)
                    await _wait(stop, _GATHER_MANY if relayed >= _MANY else _GATHER)
                else:
                    await _wait(stop, perf_counter() - begun)  # a burst: half of the time is for others
    finally:
        listening.cancel()
        parts.health.forget("relay")


async def _listen(settings: Settings, wake: asyncio.Event) -> None:
    """Set `wake` when the outbox is written to; without it, the relay only looks less often."""
    while True:
        try:
            connection = await asyncpg.connect(settings.database_url.get_secret_value(), timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(_PAUSE)
            continue
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _, ended=ended: ended.set())
        try:
            await connection.add_listener(OUTBOX_CHANNEL, lambda *_: wake.set())
            wake.set()
            await ended.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(_PAUSE)
        finally:
            connection.terminate()


async def _wait(event: asyncio.Event, seconds: float, other: asyncio.Event | None = None) -> None:
    """Wait for an event, or another one, at most this long."""
    waits = [asyncio.ensure_future(each.wait()) for each in (event, other) if each is not None]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
