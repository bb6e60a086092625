"""A table is masked in every version of the hub as it was before: two masks unlike each other tell what each hides.

Other tests see to it that nothing is given away. Where these fail, reports that were handed out before would be masked
otherwise now, and whoever has both learns from it: such a change is to be meant. The first two numbers say how much
stays to be seen (cells, margins), the third how many tables are withheld, the last is a digest of all that is shown.
"""

import hashlib
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.masking import MASKED, MaskedTable, Shown, Told, Withheld, mask_table
from hub.domain.indicators.masking_months import told_by_months
from hub.domain.indicators.shapes import BY_DIRECTION, BY_REASON, Breakdown, IndicatorFigures
from hub.domain.indicators.showing import masked
from tests.unit.domain.indicators.attackers import keys_of

Row = tuple[str, ...]
NUMBERS = (0, 0, 1, 2, 3, 4, 5, 6, 9, 12, 30, 80)


SMALL = (0, 0, 0, 0, 1, 1, 2, 5, 6)


def drawn(chance: Random, *sizes: int, numbers: tuple[int, ...] = NUMBERS) -> dict[Row, int]:
    return {row: chance.choice(numbers) for row in keys_of(*sizes)}


def seen(tables: Iterable[MaskedTable]) -> tuple[int, int, int, str]:
    """How many cells and margins are shown, how many tables are withheld, and a digest of everything."""
    cells = margins = withheld = 0
    digest = hashlib.sha256()
    for table in tables:
        cells += sum(shown is not MASKED for shown in table.rows.values())
        margins += sum(shown is not MASKED for margin in table.margins for shown in margin.values())
        withheld += table.withheld is Withheld.ALL
        told = [_lines(table.rows), *map(_lines, table.margins)]
        digest.update(f"{told} {table.total} {table.withheld}".encode())
    return cells, margins, withheld, digest.hexdigest()[:8]


def _lines(part: Mapping[Any, Shown]) -> list[str]:
    return [f"{name}: {shown}" for name, shown in sorted(part.items())]


def whole(months: Iterable[Mapping[Row, int]]) -> dict[Row, int]:
    total: dict[Row, int] = {}
    for month in months:
        for row, number in month.items():
            total[row] = total.get(row, 0) + number
    return total


def of(rows: Mapping[Row, int], place: tuple[str, str]) -> tuple[IndicatorFigures, ...]:
    table = Breakdown(place[1], "", (BY_DIRECTION, BY_REASON), {row: number for row, number in rows.items() if number})
    return (IndicatorFigures(INDICATORS[place[0]], provided=True, figures=(), breakdowns=(table,)),)


def periods(
    seed: int, times: int, place: tuple[str, str], *sizes: int, numbers: tuple[int, ...] = NUMBERS
) -> list[MaskedTable]:
    chance = Random(seed)
    found = []
    for _ in range(times):
        months = [drawn(chance, *sizes, numbers=numbers) for _ in range(chance.choice((2, 3, 4)))]
        (shown,) = masked(of(whole(months), place), [of(month, place) for month in months])
        found.append(shown.breakdowns[0].table)
    return found


def test_drawn_lines_are_masked_as_before() -> None:
    chance = Random(1)
    assert (698, 0, 17, "3fb4f57f") == seen(mask_table(drawn(chance, chance.choice((2, 3, 5, 8)))) for _ in range(300))


def test_drawn_grids_are_masked_as_before() -> None:
    chance = Random(2)
    sizes = ((2, 2), (2, 5), (4, 3), (6, 6), (1, 4), (3, 1))
    assert (739, 746, 4, "5713a7f7") == seen(mask_table(drawn(chance, *chance.choice(sizes))) for _ in range(150))


def test_drawn_grids_of_which_a_reader_knows_more_are_masked_as_before() -> None:
    chance = Random(3)
    tables = []
    for _ in range(100):
        rows = drawn(chance, 3, 4)
        unsafe = frozenset(row for row, number in rows.items() if number and chance.random() < 0.1)
        tables += [
            mask_table(rows, told=Told(dimensions=frozenset({1}))),
            mask_table(rows, told=Told(unsafe=unsafe)),
            mask_table(rows, told=Told(unsafe_lines=(frozenset({"a0"}), frozenset({"b1"})))),
        ]
    assert (1068, 1638, 0, "861e7199") == seen(tables)


def test_periods_by_one_dimension_are_masked_beside_their_months_as_before() -> None:
    chance = Random(4)
    tables = []
    for _ in range(150):
        months = [drawn(chance, 5) for _ in range(chance.choice((2, 3, 6)))]
        unsafe = told_by_months([(month, mask_table(month)) for month in months])
        if unsafe is not None:
            tables.append(mask_table(whole(months), told=Told(unsafe=unsafe)))
    assert 150 == len(tables)
    assert (364, 0, 0, "76c6c552") == seen(tables)


def test_periods_by_two_dimensions_are_masked_beside_their_months_as_before() -> None:
    assert (145, 273, 0, "1c07e632") == seen(periods(5, 60, ("V2.1", "by_origin"), 3, 3))
    assert (55, 147, 0, "025d054a") == seen(periods(6, 40, ("V2.1", "by_origin"), 2, 4))


def test_periods_whose_columns_are_known_are_masked_beside_their_months_as_before() -> None:
    assert (180, 306, 1, "e5e8b5b7") == seen(periods(7, 60, ("V1.5", "by_direction"), 3, 3))


def test_periods_of_which_whole_months_are_withheld_are_masked_beside_them_as_before() -> None:
    assert (13, 64, 10, "ba1fb57c") == seen(periods(8, 60, ("V2.1", "by_origin"), 2, 2, numbers=SMALL))
    assert (13, 78, 26, "f79b5845") == seen(periods(9, 60, ("V1.5", "by_direction"), 2, 2, numbers=SMALL))
    assert (76, 0, 10, "6647ad8f") == seen(periods(10, 100, ("V2.5", "by_cdas"), 4, numbers=SMALL))
    assert (42, 0, 15, "86a72b77") == seen(periods(11, 100, ("A1", "leads"), 3, numbers=SMALL))
