"""Somebody who reads every month and the year side by side, and works out what the masked numbers can be.

Each number is an interval. A total is the sum of its parts, the year that of its months; what follows is drawn from
every such sum until nothing moves any more. Whoever is left with one value for a hidden number has learnt it.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.figures import figures
from hub.domain.indicators.masking import MASKED, MaskedTable, Shown, Withheld
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import Breakdown, IndicatorFigures
from hub.domain.indicators.showing import TOLD, masked

YEAR = Period("2026", "2026-01", "2026-12")
SMALL = 5
UNSEEN = "?"
"""Stands for the lines that a withheld breakdown may have."""

Place = tuple[str, object]
"""A period, and a cell of its breakdown, or (dimension, line) for a margin."""
Row = tuple[str, ...]


def learnt(cells: Mapping[Cell, int]) -> list[tuple[str, str, str, Row]]:
    """Hidden numbers of 1 to 4 that the onlooker is sure of: indicator, breakdown, period, cell."""
    truth = {month: figures(cells, Period(month, month, month)) for month in YEAR.months}
    seen = {month: masked(found) for month, found in truth.items()}
    truth["year"] = figures(cells, YEAR)
    seen["year"] = masked(truth["year"], [truth[month] for month in YEAR.months])
    told = []
    for of in truth["year"]:
        id_ = of.indicator.id
        for breakdown in of.breakdowns:
            tables = {
                period: table.table
                for period, shown in seen.items()
                for one in shown
                if one.indicator.id == id_
                for table in one.breakdowns
                if table.key == breakdown.key
            }
            for period, row in _sure_of(breakdown, tables):
                number = _rows(truth[period], id_, breakdown.key).get(row, 0)
                if 0 < number < SMALL and not _told_beside(id_, breakdown.key, row):
                    told.append((id_, breakdown.key, period, row))
    return told


def _told_beside(indicator: str, key: str, row: Row) -> bool:
    """Whether a value of the whole département says the number anyway."""
    told = TOLD.get((indicator, key))
    return told is not None and row in told.rows


def _rows(found: Sequence[IndicatorFigures], indicator: str, key: str) -> Mapping[Row, int]:
    breakdowns = [table for of in found if of.indicator.id == indicator for table in of.breakdowns]
    return next((table.rows for table in breakdowns if table.key == key), {})


def _sure_of(breakdown: Breakdown, tables: Mapping[str, MaskedTable]) -> list[tuple[str, Row]]:
    withheld = any(table.withheld is Withheld.ALL for table in tables.values())
    symbols = [
        sorted({row[place] for row in breakdown.rows}) + [UNSEEN] * withheld for place in range(len(breakdown.by))
    ]
    rows = list(product(*symbols))
    lines = [(place, name) for place, names in enumerate(symbols) for name in names] if len(symbols) == 2 else []
    known: dict[Place, tuple[int, int]] = {}
    sums: list[tuple[list[Place], Place | int]] = []
    for period in (*YEAR.months, "year"):
        table = tables.get(period)
        total = 0 if table is None else table.total
        for row in rows:
            known[period, row] = _first_sight(table, row, total)
        for place, name in lines:
            known[period, (place, name)] = _of_margin(table, place, name, total)
            sums.append(([(period, row) for row in rows if row[place] == name], (period, (place, name))))
        sums.append(([(period, row) for row in rows], total))
        places = {place for place, _ in lines}
        sums += [([(period, line) for line in lines if line[0] == place], total) for place in places]
    sums += [([(month, what) for month in YEAR.months], ("year", what)) for what in (*rows, *lines)]
    _draw_conclusions(known, sums)
    return [
        (period, row)
        for period, table in tables.items()
        for row in rows
        if _is_hidden(table, row) and known[period, row][0] == known[period, row][1]
    ]


def _is_hidden(table: MaskedTable, row: Row) -> bool:
    return table.withheld is not Withheld.NOTHING or table.rows.get(row) is MASKED


def _first_sight(table: MaskedTable | None, row: Row, total: int) -> tuple[int, int]:
    if table is not None and table.withheld is not Withheld.NOTHING:
        return 0, total
    return _seen(None if table is None else table.rows.get(row), total)


def _of_margin(table: MaskedTable | None, place: int, name: str, total: int) -> tuple[int, int]:
    if table is not None and table.withheld is Withheld.ALL:
        return 0, total
    return _seen(table.margins[place].get(name) if table is not None and table.margins else None, total)


def _seen(shown: Shown | None, total: int) -> tuple[int, int]:
    """A number that is shown, one that is masked (and so no zero), or none, which is zero."""
    if shown is None:
        return 0, 0
    return (shown, shown) if isinstance(shown, int) else (1, total)


def _draw_conclusions(known: dict[Place, tuple[int, int]], sums: Sequence[tuple[list[Place], Place | int]]) -> None:
    moved = True
    while moved:
        moved = False
        for parts, whole in sums:
            least, most = (sum(known[part][end] for part in parts) for end in (0, 1))
            if isinstance(whole, int):
                low, high = whole, whole
            else:
                low, high = max(known[whole][0], least), min(known[whole][1], most)
                moved |= (low, high) != known[whole]
                known[whole] = low, high
            for part in parts:
                before = known[part]
                after = max(before[0], low - (most - before[1])), min(before[1], high - (least - before[0]))
                if after != before:
                    known[part], moved = after, True
                    least, most = least + after[0] - before[0], most + after[1] - before[1]
