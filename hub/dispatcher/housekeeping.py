"""Keeps leases alive, takes back those of dispatchers that died, and counts what waits."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.dispatcher.digest_lane import DigestLane
from hub.dispatcher.lane import Lane
from hub.dispatcher.patience import patiently
from hub.domain.vocabulary import DeliveryStatus
from hub.health import Health
from hub.ledger.claimed import Claim
from hub.ledger.claims import backlog, renew_leases
from hub.ledger.outcomes import reclaim_expired
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

_LONGEST_TURN: Final = 5.0  # seconds
_RECLAIM_LIMIT: Final = 500  # deliveries in one transaction


class Housekeeping:
    """What a dispatcher does beside delivering, several times within a lease."""

    def __init__(
        self,
        lanes: Sequence[Lane | DigestLane],
        *,
        engine: AsyncEngine,
        catalogue: Catalogue,
        health: Health,
        dispatcher: str,
        lease: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._lanes = lanes
        self._engine = engine
        self._catalogue = catalogue
        self._health = health
        self._dispatcher = dispatcher
        self._lease = lease
        self._clock = clock
        self._turn_seconds = min(lease.total_seconds() / 3, _LONGEST_TURN)

    async def run(self) -> None:
        """Go on until cancelled."""
        progress = self._health.loop("housekeeping", 60.0)
        while True:
            progress()
            begun = self._clock()
            await self._renew(progress)
            # When PostgreSQL was away, every lease ran out: let the living renew theirs before taking any back.
            if self._clock() - begun < timedelta(seconds=self._turn_seconds):
                await self._reclaim(progress)
            await self._measure(progress)
            await asyncio.sleep(self._turn_seconds)

    async def _renew(self, progress: Callable[[], None]) -> None:
        async def transaction() -> None:
            ids = [held for lane in self._lanes for held in lane.held]
            if not ids:
                return
            async with self._engine.begin() as connection:
                until = self._clock() + self._lease
                await renew_leases(connection, ids, dispatcher=self._dispatcher, until=until)

        await patiently(transaction, self._health, progress)

    async def _reclaim(self, progress: Callable[[], None]) -> None:
        async def transaction() -> list[Claim]:
            async with self._engine.begin() as connection:
                return await reclaim_expired(connection, self._catalogue, now=self._clock(), limit=_RECLAIM_LIMIT)

        claims = await patiently(transaction, self._health, progress)
        for claim in claims:
            metrics.DELIVERY_REPEATS.labels(claim.delivery.medium).inc()
            metrics.DELIVERIES.labels(claim.delivery.medium, DeliveryStatus.RETRYING.value).inc()
            log.warning("attempt_abandoned", delivery=str(claim.delivery.id), attempt=claim.attempt)
        for lane in self._lanes:
            if any(claim.lane == lane.name for claim in claims):
                lane.wake()

    async def _measure(self, progress: Callable[[], None]) -> None:
        async def transaction() -> dict[str, int]:
            async with self._engine.connect() as connection:
                return await backlog(connection, self._clock())

        for lane, number in (await patiently(transaction, self._health, progress)).items():
            metrics.DELIVERY_BACKLOG.labels(lane).set(number)
