"""The flows of one month, as far as they were counted."""

from collections import Counter
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.levels import FLOW_MEASURES

_READ: Final = text("""
select measure, dims, sum(amount)::bigint from indicator_cell
where month = :month and measure = any(cast(:measures as text[]))
group by measure, dims
""")


async def flow_cells(connection: AsyncConnection, month: str) -> Counter[Cell]:
    """The cells of a month's requests."""
    rows = await connection.execute(_READ, {"month": month, "measures": list(FLOW_MEASURES)})
    return Counter({Cell(month, measure, tuple(dims)): amount for measure, dims, amount in rows})
