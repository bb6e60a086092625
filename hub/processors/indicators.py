"""The counter's turn: facts that wait go into the cells, beside any other replica that counts."""

from typing import Final

import structlog

from hub import metrics
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.indicators.counting import BATCH, Waiting, count_facts, take_waiting, try_lock, waiting_facts
from hub.processors.parts import Parts

log = structlog.get_logger()

TURN_SECONDS: Final = 1.0
"""How often a process looks whether facts wait."""

_BATCHES_AT_MOST: Final = 40  # of one turn, so that the health of the loop and the metrics follow
_STALLED_AFTER: Final = 60.0  # seconds


class IndicatorCounter:
    """Counts the facts that wait, some hundred in a transaction; one process counts at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._aside: set[int] = set()
        self._limit = BATCH
        self._progress = parts.health.loop("indicators", _STALLED_AFTER)
        metrics.INDICATORS_COUNTED_AT.set(parts.clock().timestamp())

    async def turn(self) -> None:
        """Count what waits; nothing of it leaves: a fault is logged, and the next turn tries again.

        A fact that the hub itself cannot count is left aside until this process starts again, so that the others are
        counted; the metrics tell that it waits.
        """
        try:
            more: bool | None = True
            for _ in range(_BATCHES_AT_MOST):
                self._progress()
                await self._parts.right_of_way.give_way()
                more = await self._next()
                if not more:
                    break
            async with self._parts.engine.connect() as connection:
                metrics.INDICATOR_FACTS_WAITING.set(await waiting_facts(connection))
        except Exception as error:  # noqa: BLE001 -- the outermost loop of a timer: intake goes on without it
            log.warning("counting_waits", error=type(error).__name__)
            return
        if more is False and not self._aside:
            metrics.INDICATORS_COUNTED_AT.set(self._parts.clock().timestamp())

    async def _next(self) -> bool | None:
        """Count one batch; False when nothing waits, None while another process counts.

        Of a batch that cannot be counted, half is tried, until it is known which fact cannot.
        """
        taken: list[Waiting] = []
        try:
            async with self._parts.engine.begin() as connection:
                if not await try_lock(connection):
                    return None
                taken = await take_waiting(connection, self._limit, self._aside)
                counted = await count_facts(connection, taken, self._parts.clock())
        except Exception as error:
            if not taken or isinstance(error, UNAVAILABLE):  # PostgreSQL's fault, not a fact's
                raise
            self._limit = max(1, len(taken) // 2)
            if len(taken) == 1:
                self._aside.add(taken[0].seq)
                log.error("fact_not_counted", source=taken[0].source, id=taken[0].id, error=type(error).__name__)
            return True
        metrics.INDICATOR_FACTS_COUNTED.inc(counted.facts)
        self._limit = min(2 * self._limit, BATCH)
        return bool(taken)
