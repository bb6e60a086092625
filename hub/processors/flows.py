"""The flows of the current month as a gauge."""

from typing import Final

import structlog

from hub import metrics
from hub.domain.indicators.levels import Flow, levels
from hub.domain.indicators.periods import month_of
from hub.ledger.indicators.flows import flow_cells
from hub.processors.parts import Parts

log = structlog.get_logger()

TURN_SECONDS: Final = 30.0
"""How often the gauge follows the cells."""


class FlowLevels:
    """Keeps `hub_indicator_flows` as the cells say; a flow that falls below the first step, or a new month, ends one.

    A fault is logged and the next turn tries again: meanwhile the gauge stays as it was.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._shown: set[Flow] = set()

    async def turn(self) -> None:
        """Follow the cells once."""
        month = month_of(self._parts.clock())
        try:
            async with self._parts.engine.connect() as connection:
                found = levels(await flow_cells(connection, month), month)
        except Exception as error:  # noqa: BLE001 -- the outermost loop of a timer: intake goes on without it
            log.warning("flows_wait", error=type(error).__name__)
            return
        for flow in self._shown - found.keys():
            metrics.INDICATOR_FLOWS.remove(*flow)
        for flow, level in found.items():
            metrics.INDICATOR_FLOWS.labels(*flow).set(level)
        self._shown = set(found)
