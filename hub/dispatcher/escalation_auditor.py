"""The auditor: every minute, each open urgency has a valid next step, or somebody hears of it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub import metrics
from hub.dispatcher.patience import patiently
from hub.domain.delivery.escalation import nature_of
from hub.domain.directory.territory import Territory
from hub.health import Health
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.escalation_audit import EscalationFault, Fault, audit, count_open
from hub.ledger.escalations import EscalationPolicy, insert_escalations, restart_escalation

log = structlog.get_logger()

_EVERY_SECONDS: Final = 60.0


class EscalationAuditor:
    """Looks for open urgencies that would not climb, says so, and mends what is safe to mend.

    What was never opened is opened; what lost its next step is planned anew. A step that is late, or a clock that does
    not start, is only told: the process that should do it is at fault, not the plan.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        health: Health,
        *,
        policy: EscalationPolicy,
        territory: Territory,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._health = health
        self._policy = policy
        self._views = DirectoryViews(territory)
        self._clock = clock

    async def run(self) -> None:
        """Go on until cancelled."""
        progress = self._health.loop("escalation-auditor", 3 * _EVERY_SECONDS)
        while True:
            await self.look(progress)
            progress()
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self, progress: Callable[[], None] = lambda: None) -> list[Fault]:
        """One round: returns what was wrong, after mending it."""

        async def round_() -> tuple[list[Fault], dict[str, int]]:
            async with self._engine.begin() as connection:
                now = self._clock()
                faults = await audit(connection, now)
                for fault in faults:
                    await self._mend(connection, fault, now)
                return faults, await count_open(connection)

        faults, counted = await patiently(round_, self._health, progress)
        found = Counter(fault.kind for fault in faults)
        for kind in EscalationFault:
            metrics.ESCALATION_FAULTS.labels(kind.value).set(found[kind])
        for state, number in counted.items():
            metrics.ESCALATIONS.labels(state).set(number)
        for fault in faults:
            log.error("escalation_fault", fault=fault.kind.value, escalation=str(fault.row.get("id", "none")))
        return faults

    async def _mend(self, connection: AsyncConnection, fault: Fault, now: datetime) -> None:
        row = fault.row
        if fault.kind is EscalationFault.MISSING:
            nature = nature_of(row["type"], row["urgency"])
            if nature is not None:
                await insert_escalations(connection, [(row, nature)], now)
        elif fault.kind is EscalationFault.NO_NEXT_STEP:
            view = await self._views.read(connection)
            await restart_escalation(connection, self._policy, view, row["id"], now)
