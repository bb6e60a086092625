"""The planner's turn: whom the notice matrix adds to the notices that were taken in."""

from typing import Final

import structlog

from hub import metrics
from hub.ledger.audience_planner import LedgerDirectory, Planned, next_waiting, plan, waiting_audiences
from hub.ledger.choices import chosen_by
from hub.ledger.decided import Key
from hub.ledger.faults import passes
from hub.processors.parts import Parts

log = structlog.get_logger()

TURN_SECONDS: Final = 0.5
"""How often a process looks whether a notice waits."""

_AT_MOST: Final = 200  # notices of one turn, so that the process's other timers have theirs
_STALLED_AFTER: Final = 60.0  # seconds


class AudiencePlanner:
    """Plans the notices that wait, one transaction each, beside any other replica that does."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = LedgerDirectory()
        self._aside: set[Key] = set()
        self._progress = parts.health.loop("audience", _STALLED_AFTER)

    async def turn(self) -> None:
        """Plan what waits; nothing of it leaves: a fault is logged, and the next turn tries again.

        A notice that cannot be planned for another reason than PostgreSQL's absence is left aside until this process
        starts again, so that the others are planned; the reconciliation names it.
        """
        try:
            for _ in range(_AT_MOST):
                self._progress()
                if not await self._next():
                    break
            async with self._parts.engine.connect() as connection:
                metrics.NOTICE_AUDIENCES_WAITING.set(await waiting_audiences(connection))
        except Exception as error:  # noqa: BLE001 -- the outermost loop of a timer: intake goes on without it
            log.warning("audience_waits", error=type(error).__name__)

    async def _next(self) -> bool:
        """Plan one notice; False when none waits."""
        key: Key | None = None
        try:
            async with self._parts.engine.begin() as connection:
                waiting = await next_waiting(connection, self._aside)
                if waiting is None:
                    return False
                key = waiting.key
                catalogue, now = self._parts.catalogue, self._parts.clock()
                planned = await plan(
                    connection,
                    catalogue,
                    self._directory,
                    waiting,
                    now,
                    (chosen_by,),
                    self._parts.parameters,
                    self._parts.right_of_way.give_way,
                )
        except Exception as error:
            if key is None or passes(error):
                raise
            self._aside.add(key)
            log.error("audience_not_planned", source=key[0], id=key[1], error=type(error).__name__)
        else:
            _tell(planned)
        return True


def _tell(planned: Planned) -> None:
    metrics.NOTICE_AUDIENCES.labels(planned.outcome.value).inc()
    metrics.NOTICE_ADDITIONS.labels(planned.code).inc(planned.added)
    if planned.short:
        metrics.NOTICES_SHORT.labels(planned.code).inc()
        log.warning("notice_shorter_than_agreed", source=planned.key[0], id=planned.key[1], code=planned.code)
