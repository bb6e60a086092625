"""The bare number of hand-overs refused for want of agreement, kept in the ledger as the gateway refuses them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.calendar.paris import paris
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.never_stored import add_refusals

log = structlog.get_logger()

_WAIT: Final = 0.5
_AGAIN: Final = 1.0
_LAST_TRY: Final = 2.0


class AgreementRefusals:
    """Counts refusals: stored before their answer leaves, or once PostgreSQL is back where it is away.

    The refusal itself never depends on it. What waits for PostgreSQL is lost when the process is killed meanwhile.
    """

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now
        self._waiting: Counter[date] = Counter()
        self._wanted = asyncio.Event()
        self._stored = asyncio.Event()
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to store."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Store what still waits, if PostgreSQL is there, and end."""
        self._ending = True
        self._wanted.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_LAST_TRY)
            self._task.cancel()
        if self._waiting:
            log.error("refusals_not_counted", number=self._waiting.total())

    async def count(self, number: int) -> None:
        """Count refusals of this moment; returns when they are stored, or after half a second."""
        if not number:
            return
        self._waiting[self._now().astimezone(paris()).date()] += number
        self._stored.clear()
        self._wanted.set()
        try:
            async with asyncio.timeout(_WAIT):
                await self._stored.wait()
        except TimeoutError:
            return

    async def _keep(self) -> None:
        while not self._ending:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._store()
            except UNAVAILABLE as error:
                log.warning("refusals_wait", number=self._waiting.total(), reason=type(error).__name__)
                if not self._ending:
                    await asyncio.sleep(_AGAIN)
                    self._wanted.set()

    async def _store(self) -> None:
        taken = Counter(self._waiting)
        async with self._engine.begin() as connection:
            await add_refusals(connection, taken)
        self._waiting -= taken
        if not self._waiting:
            self._stored.set()
