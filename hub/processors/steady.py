"""How an agent works: one batch at a time, retried in place until it is done, and no exception ever leaves.

An exception that leaves a Faust agent acknowledges its events. A fault that passes is therefore waited out here; one
that does not ends the process before the acknowledgement, and the supervisor starts it again at the same record.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy.exc import DBAPIError

from hub.health import Health
from hub.ledger.faults import UNAVAILABLE, passes

log = structlog.get_logger()

PART: Final = "postgresql"
UNRECOVERABLE: Final = 70
"""Exit code of a process that met a fault which another attempt cannot mend (EX_SOFTWARE of sysexits)."""

_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_PAUSE: Final = 3.0  # seconds
_STALLED_AFTER: Final = 60.0  # seconds that one attempt may take


class Steady:
    """Runs the batches of all agents of a process and lets them end together."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._stopping = asyncio.Event()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def take(self, name: str, events: Sequence[Any], work: Callable[[Sequence[Any]], Awaitable[None]]) -> None:
        """Do `work` on a batch, again and again until it succeeds.

        Once `finish` was called no further batch is begun and none is tried again: the call never returns, so that the
        batch is not acknowledged.
        """
        done = False
        if not self._stopping.is_set():
            self._under_way += 1
            self._idle.clear()
            try:
                done = await self._until_done(name, events, work)
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._idle.set()
        if not done:
            await asyncio.get_running_loop().create_future()

    async def finish(self, seconds: float) -> None:
        """Begin nothing more and wait for the batches under way, at most this long."""
        self._stopping.set()
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("batch_left_unfinished", note="it is read again after the next start")

    async def _until_done(
        self, name: str, events: Sequence[Any], work: Callable[[Sequence[Any]], Awaitable[None]]
    ) -> bool:
        progress = self._health.loop(name, _STALLED_AFTER)
        pause = _FIRST_PAUSE
        while True:
            try:
                await work(events)
            except UNAVAILABLE as error:
                if not passes(error):
                    end_process(name, error)
                self._health.missing(PART, "PostgreSQL does not answer")
                log.warning("batch_retried", agent=name, records=len(events), error=type(error).__name__, pause=pause)
            except Exception as error:  # noqa: BLE001 -- the outermost loop: nothing may leave a Faust agent
                end_process(name, error)
            else:
                self._health.there(PART)
                self._health.forget(name)
                return True
            if self._stopping.is_set():
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            progress()


def end_process(name: str, error: BaseException) -> NoReturn:
    """End the process at once, before the batch at hand can be acknowledged. Values of statements are not logged."""
    if isinstance(error, DBAPIError):
        log.critical("unrecoverable", agent=name, error=type(error).__name__, of=type(error.orig).__name__)
    else:
        log.critical("unrecoverable", agent=name, exc_info=error)
    sys.stderr.flush()
    os._exit(UNRECOVERABLE)
