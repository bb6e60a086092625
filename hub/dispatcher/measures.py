"""Samples the ledger for the alerts: urgencies that nobody has taken in charge, retries, systems that fell silent."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.dispatcher.patience import patiently
from hub.domain.delivery.silence import silent, windows
from hub.domain.vocabulary import Institution
from hub.health import Health
from hub.ledger.measures import open_urgencies, published_in, retrying

log = structlog.get_logger()

_TURN_SECONDS: Final = 15.0
_INSTITUTIONS: Final = {"caf35": Institution.CAF, "cd35": Institution.CD35}


class Measures:
    """Keeps the gauges up to date. Each dispatcher shows the same figures: alerts take the largest."""

    def __init__(self, *, engine: AsyncEngine, health: Health, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._health = health
        self._clock = clock
        self._silent: tuple[str, ...] = ()

    async def run(self) -> None:
        """Go on until cancelled."""
        progress = self._health.loop("measures", 120.0)
        while True:
            progress()
            await patiently(self.turn, self._health, progress)
            await asyncio.sleep(_TURN_SECONDS)

    async def turn(self) -> None:
        """Sample once."""
        now = self._clock()
        async with self._engine.connect() as connection:
            ages = await open_urgencies(connection, now)
            waiting = await retrying(connection)
            counts = await published_in(connection, windows(now))
        for age, number in ages.items():
            metrics.OPEN_URGENCIES.labels(age).set(number)
        for lane, number in waiting.items():
            metrics.DELIVERIES_RETRYING.labels(lane).set(number)
        self._tell_silent(silent(counts, now))

    def _tell_silent(self, systems: tuple[str, ...]) -> None:
        number = Counter(institution_of(system) for system in systems)
        for institution in Institution:
            metrics.SILENT_SENDERS.labels(institution.value).set(number[institution])
        for system in sorted({*systems} - {*self._silent}):
            log.warning("sender_silent", source=system)
        self._silent = systems


def institution_of(source: str) -> Institution:
    """Whose system a source is: `urn:hub:caf35:…`, `urn:hub:cd35:…`; any other is a partner's."""
    return _INSTITUTIONS.get(source.removeprefix("urn:hub:").partition(":")[0], Institution.PARTNER)
