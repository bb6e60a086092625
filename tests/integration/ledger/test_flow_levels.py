"""The gauge of this month's flows follows the cells of a real ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data import load_parameters
from hub.domain.indicators.cells import MEASURES
from hub.health import Health
from hub.ledger.tables import indicator_cell
from hub.processors.flows import FlowLevels
from hub.processors.parts import Parts
from tests.integration.ledger.decided_building import CATALOGUE

LAST_EVENING = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
APRIL = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
"""The first instant of April in Paris."""


async def put(engine: AsyncEngine, amounts: Mapping[tuple[str, str], int]) -> None:
    """Let the ledger hold these amounts, by direction and adjustment; nothing else."""
    said = {"outcome": "ROUTED"}
    rows = [
        {
            "month": "2026-03", "measure": "referrals", "adjustment": adjustment, "amount": amount,
            "dims": [(said | {"direction": direction}).get(name, "1") for name in MEASURES["referrals"].dims],
        }
        for (direction, adjustment), amount in amounts.items()
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(delete(indicator_cell))
        if rows:
            await connection.execute(insert(indicator_cell), rows)


def shown() -> dict[str, float]:
    metric = next(metric for metric in REGISTRY.collect() if metric.name == "hub_indicator_flows")
    return {sample.labels["direction"]: sample.value for sample in metric.samples}


@pytest.mark.parametrize("later", [LAST_EVENING, APRIL], ids=["taken-back", "a-new-month"])
async def test_the_gauge_rises_by_fives_and_what_ends_is_absent(engine: AsyncEngine, later: datetime) -> None:
    clock = [LAST_EVENING]
    parts = Parts(engine, CATALOGUE, Health("test"), lambda: clock[-1], load_parameters())
    flows = FlowLevels(parts)
    await put(engine, {("CDAS_TO_CAF", ""): 7, ("CDAS_TO_CAF", "2026"): 4, ("CAF_TO_CDAS", ""): 4})
    await flows.turn()
    assert {"CDAS_TO_CAF": 10} == shown()

    await put(engine, {("CAF_TO_CDAS", ""): 6} if later is LAST_EVENING else {("CDAS_TO_CAF", ""): 50})
    clock.append(later)
    await flows.turn()
    assert ({"CAF_TO_CDAS": 5} if later is LAST_EVENING else {}) == shown()

    await put(engine, {})
    await flows.turn()
    assert {} == shown()
