"""The escalation clock: starts the clocks of urgencies, and does each step at its instant.

Instants are stored in UTC, so that neither summer time nor a restart moves them; a wall clock that is set makes what is
due due, and undoes nothing. Between two looks the process sleeps on the monotonic clock, for a second at most.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.dispatcher.patience import patiently
from hub.domain.directory.territory import Territory
from hub.health import Health
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.escalation_steps import StepDone, do_step, due_escalations, hurry_unreachable
from hub.ledger.escalations import EscalationPolicy, start_escalations
from hub.ledger.handled import end_handled, handled_escalations
from hub.ledger.reminders import Reminded, due_reminders, remind
from hub.wire.schemas import Catalogue

log = structlog.get_logger()


class EscalationClock:
    """Does the steps that are due, again and again. Any number of dispatchers may do so on one ledger."""

    def __init__(
        self,
        engine: AsyncEngine,
        catalogue: Catalogue,
        health: Health,
        *,
        policy: EscalationPolicy,
        territory: Territory,
        clock: Callable[[], datetime],
        tick_seconds: float,
    ) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self._health = health
        self._policy = policy
        self._views = DirectoryViews(territory)
        self._clock = clock
        self._tick_seconds = tick_seconds

    async def run(self) -> None:
        """Go on until cancelled."""
        progress = self._health.loop("escalation", 60.0)
        while True:
            progress()
            await self.tick(progress)
            await asyncio.sleep(self._tick_seconds)

    async def tick(self, progress: Callable[[], None] = lambda: None) -> list[StepDone]:
        """Start what is to be started, and do every step that is due, each in a transaction of its own.

        After a long stop, the steps that were missed are done now, in their order.
        """
        await self._end_handled(progress)

        async def prepare() -> None:
            async with self._engine.begin() as connection:
                now = self._clock()
                view = await self._views.read(connection)
                for of in await start_escalations(connection, self._policy, view, now):
                    log.info("escalation_started", escalation=str(of))
                for of in await hurry_unreachable(connection, now):
                    log.warning("escalation_hurried", escalation=str(of))

        await patiently(prepare, self._health, progress)
        await self._remind(progress)
        done: list[StepDone] = []
        while found := await self._due_steps(progress):
            done += found
        return done

    async def _end_handled(self, progress: Callable[[], None]) -> None:
        """End what an institution's system says that it has, each in a transaction of its own."""

        async def look() -> list[tuple[UUID, str, str, str]]:
            async with self._engine.connect() as connection:
                return await handled_escalations(connection)

        for found in await patiently(look, self._health, progress):

            async def one(found: tuple[UUID, str, str, str] = found) -> bool:
                async with self._engine.begin() as connection:
                    return await end_handled(connection, self._catalogue, found, self._clock())

            if await patiently(one, self._health, progress):
                log.info("escalation_handled", escalation=str(found[0]))

    async def _remind(self, progress: Callable[[], None]) -> None:
        """Make the reminders of notices that are due, each in a transaction of its own."""

        async def look() -> list[Mapping[str, Any]]:
            async with self._engine.connect() as connection:
                return await due_reminders(connection, self._clock())

        for due in await patiently(look, self._health, progress):

            async def one(due: Mapping[str, Any] = due) -> Reminded | None:
                async with self._engine.begin() as connection:
                    view = await self._views.read(connection)
                    return await remind(connection, self._catalogue, view, due, self._clock())

            reminded = await patiently(one, self._health, progress)
            if reminded is not None:
                metrics.NOTICE_REMINDERS.labels(str(reminded.number)).inc()

    async def _due_steps(self, progress: Callable[[], None]) -> list[StepDone]:
        """The next step of each escalation of which one is due."""

        async def look() -> list[UUID]:
            async with self._engine.connect() as connection:
                return await due_escalations(connection, self._clock())

        done = []
        for of in await patiently(look, self._health, progress):

            async def step(of: UUID = of) -> StepDone | None:
                async with self._engine.begin() as connection:
                    view = await self._views.read(connection)
                    return await do_step(connection, self._catalogue, view, of, self._clock())

            found = await patiently(step, self._health, progress)
            if found is not None:
                _count(found)
                done.append(found)
        return done


def _count(step: StepDone) -> None:
    if step.ended:
        return
    seconds = step.lateness.total_seconds()
    metrics.ESCALATION_LATENESS.observe(seconds)
    result = "empty" if not step.asked else "late" if step.late else "asked"
    metrics.ESCALATION_STEPS.labels(step.rank.value, result).inc()
    log.info(
        "escalation_step",
        escalation=str(step.escalation),
        number=step.number,
        rank=step.rank.value,
        result=result,
        asked=len(step.asked),
        lateness=round(seconds, 3),
    )
