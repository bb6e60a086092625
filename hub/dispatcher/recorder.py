"""Writes down how attempts ended: those that end while a transaction runs share the next one."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.dispatcher.patience import patiently
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus
from hub.health import Health
from hub.ledger.outcomes import Outcome, record
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

# Outcomes that end nearly together share a transaction, which costs more than a mail: as long as more come within one
# pause, at most so many pauses.
_GATHER_SECONDS: Final = 0.005
_GATHER_PAUSES: Final = 5


class Recorder:
    """Records outcomes in batches. While PostgreSQL is away they wait here."""

    def __init__(
        self,
        engine: AsyncEngine,
        catalogue: Catalogue,
        health: Health,
        *,
        dispatcher: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self._health = health
        self._dispatcher = dispatcher
        self._clock = clock
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._something = asyncio.Event()

    def record(self, outcome: Outcome) -> asyncio.Future[None]:
        """Take an outcome over; the future is done when it is written."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, written))
        self._something.set()
        return written

    async def run(self) -> None:
        """Write what comes, until cancelled."""
        progress = self._health.loop("recorder", 60.0)
        while True:
            progress()
            try:
                async with asyncio.timeout(5.0):
                    await self._something.wait()
            except TimeoutError:
                continue
            await self._gather()
            self._something.clear()
            batch, self._waiting = self._waiting, []
            await self._write([outcome for outcome, _ in batch], progress)
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    async def _gather(self) -> None:
        for _ in range(_GATHER_PAUSES):
            before = len(self._waiting)
            await asyncio.sleep(_GATHER_SECONDS)
            if len(self._waiting) == before:
                return

    async def _write(self, outcomes: list[Outcome], progress: Callable[[], None]) -> None:
        now = self._clock()

        async def transaction() -> dict[UUID, DeliveryStatus]:
            async with self._engine.begin() as connection:
                return await record(connection, self._catalogue, outcomes, dispatcher=self._dispatcher, now=now)

        changed = await patiently(transaction, self._health, progress)
        for outcome in outcomes:
            state = changed.get(outcome.claim.delivery.id)
            if state is None:
                log.warning("lease_lost", delivery=str(outcome.claim.delivery.id), attempt=outcome.claim.attempt)
            else:
                _count(outcome, state, now)


def _count(outcome: Outcome, state: DeliveryStatus, now: datetime) -> None:
    claim = outcome.claim
    medium = claim.delivery.medium
    metrics.DELIVERIES.labels(medium, state.value).inc()
    if state is DeliveryStatus.ACCEPTED:
        metrics.DELIVERY_SECONDS.labels(claim.lane).observe((now - claim.decided_at).total_seconds())
    elif outcome.result == "postponed":
        metrics.DELIVERIES_POSTPONED.labels(medium).inc()
    elif outcome.reason is not None and outcome.reason is not DeliveryReason.DISPATCHER_STOPPED:
        metrics.DELIVERY_FAILURES.labels(medium, outcome.reason.value).inc()
        log.warning(
            "attempt_failed",
            delivery=str(claim.delivery.id),
            attempt=claim.attempt,
            state=state.value,
            reason=outcome.reason.value,
            detail=outcome.detail,
            next_attempt=outcome.due_at.isoformat() if outcome.due_at is not None else None,
        )
