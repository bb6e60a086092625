"""Read the cells: what a period shows, and what was counted after it was frozen."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.periods import Period

_READ: Final = text("""
select month, measure, dims, adjustment, amount from indicator_cell
where month between :first and :last
""")
_YEARS: Final = text("select name from indicator_period where first <> last")


async def read_cells(connection: AsyncConnection, first: str, last: str) -> Mapping[tuple[Cell, str], int]:
    """Every amount of these months, both included, by cell and adjustment ('' for none).

    The amounts of a cell, whatever the adjustment, add up to what a recount of all events gives.
    """
    rows = await connection.execute(_READ, {"first": first, "last": last})
    return {
        (Cell(month, measure, tuple(dims)), adjustment): amount for month, measure, dims, adjustment, amount in rows
    }


async def cells_of(connection: AsyncConnection, period: Period) -> Counter[Cell]:
    """What the period shows.

    Of one month: what was counted until the month, or its year, was frozen. Of several months: that, and what was
    counted after one of them alone was frozen; what came after their year was is told by `adjustments_of`.
    """
    shown, _ = await _split(connection, period)
    return shown


async def adjustments_of(connection: AsyncConnection, period: Period) -> Mapping[str, Counter[Cell]]:
    """What is told beside the period and never mixed in: by name of the frozen one, what was counted after it was."""
    _, beside = await _split(connection, period)
    return beside


async def _split(connection: AsyncConnection, period: Period) -> tuple[Counter[Cell], Mapping[str, Counter[Cell]]]:
    years = set(await connection.scalars(_YEARS))
    shown: Counter[Cell] = Counter()
    beside: dict[str, Counter[Cell]] = defaultdict(Counter)
    for (cell, adjustment), amount in (await read_cells(connection, period.first, period.last)).items():
        if adjustment and (adjustment in years or period.first == period.last):
            beside[adjustment][cell] += amount
        else:
            shown[cell] += amount
    return Counter({cell: amount for cell, amount in shown.items() if amount}), beside
