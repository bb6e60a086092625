"""One lane: claims what is due, keeps its workers busy, and gives back what it has not begun when it must stop."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Transient
from hub import metrics
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.pace import Pace
from hub.dispatcher.patience import patiently
from hub.dispatcher.recorder import Recorder
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.health import Health
from hub.ledger.claimed import Claim
from hub.ledger.claims import ALONE, claim_due, next_due
from hub.ledger.outcomes import Outcome
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

_AHEAD: Final = 7  # deliveries claimed and waiting, for each one under way: one transaction claims many
_POLL_SECONDS: Final = 5.0  # the longest that a lost notification can cost
_SHORTEST_POLL_SECONDS: Final = 0.25  # when something is due that cannot be claimed yet
# When the process stops (it has nine seconds in all):
_CLAIM_SECONDS: Final = 0.5  # for a claim that has begun
_FINISH_SECONDS: Final = 6.0  # for what is under way
_LAST_RECORD_SECONDS: Final = 1.5  # for writing that something was cut short


class Lane:
    """The deliveries of one lane: at most `concurrency` under way, and some more claimed ahead.

    With a `medium`, those by this one alone (`hub.ledger.claims.ALONE`). With a `pace`, each begins in its turn.
    """

    def __init__(
        self,
        name: str,
        *,
        concurrency: int,
        engine: AsyncEngine,
        catalogue: Catalogue,
        attempts: Attempts,
        recorder: Recorder,
        health: Health,
        dispatcher: str,
        lease: timedelta,
        clock: Callable[[], datetime],
        medium: Medium | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._medium = medium
        self._pace = pace
        self._loop = f"lane-{name}" if medium is None else f"lane-{name}-{medium.value.lower()}"
        self._concurrency = concurrency
        self._engine = engine
        self._catalogue = catalogue
        self._attempts = attempts
        self._recorder = recorder
        self._health = health
        self._dispatcher = dispatcher
        self._lease = lease
        self._clock = clock
        self._queue: asyncio.Queue[Claim] = asyncio.Queue()
        self._held: set[tuple[UUID, int]] = set()  # deliveries and their attempts
        self._more = False
        self._wake = asyncio.Event()

    @property
    def held(self) -> list[UUID]:
        """The deliveries whose leases this lane must keep."""
        return [delivery for delivery, _ in self._held]

    def carries(self, medium: str) -> bool:
        """Whether the lane claims deliveries by this medium."""
        return medium not in ALONE if self._medium is None else medium == self._medium

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`; then finish what is under way and give the rest back."""
        workers = [asyncio.create_task(self._work(stop)) for _ in range(self._concurrency)]
        claimer = asyncio.create_task(self._claim_until(stop))
        stopping = asyncio.create_task(stop.wait())
        tasks = (stopping, claimer, *workers)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a worker that ends before `stop` met a fault, which ends the lane too
            await asyncio.wait({claimer}, timeout=_CLAIM_SECONDS)
            await self._finish(workers)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _claim_until(self, stop: asyncio.Event) -> None:
        progress = self._health.loop(self._loop, 60.0)
        while not stop.is_set():
            progress()
            self._wake.clear()
            pause = _POLL_SECONDS
            room = (1 + _AHEAD) * self._concurrency - len(self._held)
            if room >= (1 + _AHEAD) * self._concurrency // 2:
                pause = await self._claim(room, progress)
            else:
                self._more = True  # not looked: the next worker that ends wakes this loop
            if pause > 0:
                await self._sleep(pause, stop)
        self._health.forget(self._loop)

    async def _claim(self, room: int, progress: Callable[[], None]) -> float:
        """Claim at most `room` deliveries; returns how long to wait before looking again, in seconds."""

        async def transaction() -> tuple[list[Claim], datetime | None]:
            async with self._engine.begin() as connection:
                now = self._clock()  # not earlier: a lease counted from before an outage would be over when it begins
                claims = await claim_due(
                    connection,
                    self._catalogue,
                    lane=self.name,
                    limit=room,
                    dispatcher=self._dispatcher,
                    now=now,
                    until=now + self._lease,
                    medium=self._medium,
                )
                return claims, None if len(claims) == room else await next_due(connection, self.name, self._medium)

        claims, due_at = await patiently(transaction, self._health, progress)
        self._more = len(claims) == room
        for claim in claims:
            self._held.add((claim.delivery.id, claim.attempt))
            self._queue.put_nowait(claim)
            metrics.DELIVERIES.labels(claim.delivery.medium, DeliveryStatus.SENDING.value).inc()
        if self._more or due_at is None:
            return _POLL_SECONDS
        until_due = (due_at - self._clock()).total_seconds()
        return min(max(until_due, _SHORTEST_POLL_SECONDS), _POLL_SECONDS)

    async def _sleep(self, seconds: float, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        waking = asyncio.create_task(self._wake.wait())
        _, pending = await asyncio.wait({stopping, waking}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()

    async def _work(self, stop: asyncio.Event) -> None:
        """Make one attempt after the other; the outcome of one is written while the next is under way.

        The one after the next waits for it: a crash leaves at most two unrecorded messages per worker, which is the
        bound of duplicates.
        """
        written: asyncio.Future[None] | None = None
        while True:
            claim = await self._queue.get()
            if self._pace is not None and not stop.is_set():
                await self._pace.turn()
            outcome = self._attempts.postponed(claim) if stop.is_set() else await self._attempt(claim)
            if written is not None:
                await written
            written = self._recorder.record(outcome)
            written.add_done_callback(partial(self._ended, outcome))

    def _ended(self, outcome: Outcome, _written: asyncio.Future[None]) -> None:
        self._held.discard((outcome.claim.delivery.id, outcome.claim.attempt))
        self._queue.task_done()
        if self._more:
            self._wake.set()
        if outcome.result == "postponed" and outcome.due_at is not None:
            # Nobody tells of it, and the last look for what is due next did not see it.
            wait = (outcome.due_at - self._clock()).total_seconds()
            asyncio.get_running_loop().call_later(max(wait, 0.0), self.wake)

    async def _attempt(self, claim: Claim) -> Outcome:
        try:
            return await self._attempts.make(claim)
        except asyncio.CancelledError:
            # The process stops and the channel did not answer in time: nobody knows whether the message left.
            unknown = Transient(DeliveryReason.UNCONFIRMED, "stopped while under way: it may have been accepted")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_RECORD_SECONDS):
                    await self._recorder.record(self._attempts.outcome(claim, unknown))
            raise

    async def _finish(self, workers: list[asyncio.Task[None]]) -> None:
        ending = asyncio.create_task(self._queue.join())
        await asyncio.wait([ending, *workers], timeout=_FINISH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            log.warning("stopped_under_way", lane=self.name, deliveries=len(self._held))
        ending.cancel()
