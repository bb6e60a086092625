"""The digest lane: claims contacts whose digest is due, a few at a time, and sends each its mail.

Beside the lanes of single deliveries, under the same leases and recorder. It sends few mails at once, so that the hour
at which most digests leave delays nothing else.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Transient
from hub import metrics
from hub.dispatcher.digest import DigestAttempts, Held
from hub.dispatcher.patience import patiently
from hub.dispatcher.recorder import Recorder
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.health import Health
from hub.ledger.claims import next_due
from hub.ledger.digest_claims import LANE, claim_digests
from hub.ledger.outcomes import Outcome
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

_POLL_SECONDS: Final = 5.0  # the longest that a lost notification can cost
_SHORTEST_POLL_SECONDS: Final = 0.25  # when something is due that cannot be claimed yet
_FINISH_SECONDS: Final = 6.0  # for mails under way when the process stops (it has nine seconds in all)
_LAST_RECORD_SECONDS: Final = 1.5  # then for writing that something was cut short


class DigestLane:
    """Digests, at most `concurrency` under way; used as `hub.dispatcher.lane.Lane` is."""

    name = LANE

    def __init__(
        self,
        *,
        concurrency: int,
        engine: AsyncEngine,
        catalogue: Catalogue,
        attempts: DigestAttempts,
        recorder: Recorder,
        health: Health,
        dispatcher: str,
        lease: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._concurrency = concurrency
        self._engine = engine
        self._catalogue = catalogue
        self._attempts = attempts
        self._recorder = recorder
        self._health = health
        self._dispatcher = dispatcher
        self._lease = lease
        self._clock = clock
        self._under_way: list[Held] = []
        self._wake = asyncio.Event()

    @property
    def held(self) -> list[UUID]:
        """The deliveries whose leases this lane must keep."""
        return [claim.delivery.id for held in self._under_way for claim in held]

    def carries(self, medium: str) -> bool:
        """Whether digests leave by this medium."""
        return medium == Medium.MAIL

    def wake(self) -> None:
        """Look for due digests now."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send digests until `stop`; then end those under way."""
        progress = self._health.loop(f"lane-{LANE}", 60.0)
        while not stop.is_set():
            progress()
            self._wake.clear()
            pause = await self._claim(progress)
            if self._under_way:
                await self._send(stop, progress)
            else:
                await self._sleep(pause, stop)
        self._health.forget(f"lane-{LANE}")

    async def _claim(self, progress: Callable[[], None]) -> float:
        """Claim some digests; returns how long to wait before looking again where there are none, in seconds."""

        async def transaction() -> tuple[list[Held], datetime | None]:
            async with self._engine.begin() as connection:
                now = self._clock()
                found = await claim_digests(
                    connection,
                    self._catalogue,
                    limit=self._concurrency,
                    dispatcher=self._dispatcher,
                    now=now,
                    until=now + self._lease,
                )
                return found, None if found else await next_due(connection, LANE)

        self._under_way, due_at = await patiently(transaction, self._health, progress)
        for claim in (claim for held in self._under_way for claim in held):
            metrics.DELIVERIES.labels(claim.delivery.medium, DeliveryStatus.SENDING.value).inc()
        if due_at is None:
            return _POLL_SECONDS
        return min(max((due_at - self._clock()).total_seconds(), _SHORTEST_POLL_SECONDS), _POLL_SECONDS)

    async def _send(self, stop: asyncio.Event, progress: Callable[[], None]) -> None:
        sending = [asyncio.create_task(self._attempt(held)) for held in self._under_way]
        stopping = asyncio.create_task(stop.wait())
        pending: set[asyncio.Task[None]] = set(sending)
        try:
            while pending and not stop.is_set():
                progress()
                await asyncio.wait({*pending, stopping}, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                pending = {task for task in pending if not task.done()}
            if pending:
                _, pending = await asyncio.wait(pending, timeout=_FINISH_SECONDS)
            if pending:
                log.warning("stopped_under_way", lane=LANE, digests=len(pending))
        finally:
            stopping.cancel()
            for task in pending:
                task.cancel()
            ends = await asyncio.gather(*sending, return_exceptions=True)
            self._under_way = []
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _attempt(self, held: Held) -> None:
        try:
            outcomes = await self._attempts.make(held)
        except asyncio.CancelledError:
            # The process stops and the channel did not answer in time: nobody knows whether the mail left.
            unknown = Transient(DeliveryReason.UNCONFIRMED, "stopped while under way: it may have been accepted")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_RECORD_SECONDS):
                    await self._record(self._attempts.outcomes(held, unknown))
            raise
        await self._record(outcomes)

    async def _record(self, outcomes: list[Outcome]) -> None:
        # Handed over together, they are written in one transaction: a crash cannot split a digest.
        await asyncio.gather(*[self._recorder.record(outcome) for outcome in outcomes])

    async def _sleep(self, seconds: float, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        waking = asyncio.create_task(self._wake.wait())
        _, pending = await asyncio.wait({stopping, waking}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
