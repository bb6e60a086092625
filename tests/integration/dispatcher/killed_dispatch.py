"""A dispatcher that dies at one of its suspensions by SIGKILL: nothing of it runs after, its connections drop.

Each is a process of its own, forked from one that has made a delivery already, so that a hundred of them take seconds.
"""

import asyncio
import contextlib
import os
import signal
import types
from collections.abc import AsyncIterator, Coroutine, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Channel
from connectors.outbound.mail.channel import mail_channel
from connectors.outbound.webhook.channel import WebhookChannel
from connectors.outbound.webhook.endpoints import LedgerEndpoints
from connectors.outbound.webhook.sender import webhook_sender
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.lane import Lane
from hub.dispatcher.recorder import Recorder
from hub.dispatcher.schedule import schedule_of
from hub.domain.vocabulary import Medium
from hub.health import Health
from hub.ledger.engine import ledger_engine
from hub.ledger.outcomes import Outcome
from hub.settings import Settings
from hub.wire.schemas import load_catalogue

LEASE: Final = timedelta(seconds=60)
_NEVER: Final = 0


@dataclass(frozen=True, slots=True)
class Victims:
    """Dispatchers to be killed, one after the other."""

    pipe: Connection

    async def dispatch(self, suspension: int) -> bool:
        """Deliver what is due, until the n-th suspension kills; False: one delivery was recorded before it came."""
        self.pipe.send(suspension)
        code = await asyncio.to_thread(self.pipe.recv)
        assert code in (0, -signal.SIGKILL), f"suspension {suspension}: the dispatcher ended with {code}"
        return bool(code)


@contextlib.asynccontextmanager
async def victims(settings: Settings, medium: str) -> AsyncIterator[Victims]:
    """Give dispatchers of a medium; the process that they are forked from first delivers what is due, unharmed."""
    processes = get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_serve, args=(theirs, settings, medium))
    process.start()
    theirs.close()
    try:
        await asyncio.to_thread(ours.recv)
        yield Victims(ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join, 10)
        process.kill()


def _serve(pipe: Connection, settings: Settings, medium: str) -> None:
    engine = ledger_engine(settings, check_before_use=False)
    asyncio.run(_deliver(engine, settings, medium, _NEVER))
    pipe.send(0)
    with contextlib.suppress(EOFError):
        while True:
            suspension = pipe.recv()
            child = os.fork()
            if child == 0:
                asyncio.run(_deliver(engine, settings, medium, suspension))
                os._exit(0)
            pipe.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


async def _deliver(engine: AsyncEngine, settings: Settings, medium: str, suspension: int) -> None:
    """Run one lane and the recorder until one delivery is recorded; every suspension of theirs counts."""
    health, catalogue = Health("dispatcher"), load_catalogue()
    channel: Channel
    if medium == Medium.MAIL.value:
        channel = mail_channel(settings, kept=1)
    else:
        channel = WebhookChannel(webhook_sender(settings, connections=1), LedgerEndpoints(engine, _now), most=1)
    name = f"{medium.lower()}-{suspension}"
    recorder = _Telling(engine, catalogue, health, dispatcher=name, clock=_now)
    lane = Lane(
        "standard",
        concurrency=1,
        engine=engine,
        catalogue=catalogue,
        attempts=Attempts({medium: channel}, schedule_of(settings), settings.public_url, health, _now),
        recorder=recorder,
        health=health,
        dispatcher=name,
        lease=LEASE,
        clock=_now,
        medium=Medium.WEBHOOK if medium == "WEBHOOK" else None,
    )
    asyncio.get_running_loop().set_task_factory(_Counter(suspension).task)
    parts = [asyncio.create_task(recorder.run()), asyncio.create_task(lane.run(asyncio.Event()))]
    await recorder.recorded.wait()
    if suspension != _NEVER:
        os._exit(0)
    for part in parts:
        part.cancel()
    await asyncio.gather(*parts, return_exceptions=True)
    await channel.close()
    await engine.dispose()


class _Telling(Recorder):
    """A recorder that says when it has written something."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.recorded = asyncio.Event()

    def record(self, outcome: Outcome) -> asyncio.Future[None]:
        written = super().record(outcome)
        written.add_done_callback(lambda _: self.recorded.set())
        return written


class _Counter:
    """Counts the suspensions of every task, and ends the process at the n-th."""

    def __init__(self, last: int) -> None:
        self._left = last

    def task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        """Make a task whose suspensions count."""
        return asyncio.Task(self._counted(coroutine), loop=loop, **more)

    @types.coroutine
    def _counted(self, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        thrown: BaseException | None = None
        while True:
            try:
                awaited = coroutine.send(None) if thrown is None else coroutine.throw(thrown)
            except StopIteration as end:
                return end.value
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                yield awaited
                thrown = None
            except BaseException as error:  # noqa: BLE001 -- it is the coroutine's to handle
                thrown = error


def _now() -> datetime:
    return datetime.now(UTC)
