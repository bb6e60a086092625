"""A table of two dimensions beside its months: who saw these learns no hidden cell of theirs from the period."""

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.masking import MASKED, MaskedTable, Told, Withheld, mask_table
from hub.domain.indicators.masking_crossed import crossed_by_months
from hub.domain.indicators.shapes import BY_DIRECTION, BY_REASON, Breakdown, IndicatorFigures
from hub.domain.indicators.showing import TOLD, masked
from tests.unit.domain.indicators.attackers import keys_of

Row = tuple[str, ...]
Numbers = Mapping[Row, int]
KEYS = keys_of(2, 2)
NUMBERS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 12, 30])


def month_of(*numbers: int) -> dict[Row, int]:
    return dict(zip(KEYS, numbers, strict=True))


MONTH = st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(lambda numbers: month_of(*numbers))


def of(indicator: str, key: str, rows: Numbers) -> tuple[IndicatorFigures, ...]:
    table = Breakdown(key, key, (BY_DIRECTION, BY_REASON), {row: number for row, number in rows.items() if number})
    return (IndicatorFigures(INDICATORS[indicator], provided=True, figures=(), breakdowns=(table,)),)


def tables_of(place: tuple[str, str], months: Sequence[Numbers]) -> tuple[list[Numbers], list[MaskedTable]]:
    """The numbers of the months and of the period, and what is shown of each."""
    whole = {row: sum(month[row] for month in months) for row in KEYS}
    found = [of(*place, rows) for rows in months]
    shown = [*(masked(month) for month in found), masked(of(*place, whole), found)]
    return [*months, whole], [one[0].breakdowns[0].table for one in shown]


@pytest.mark.parametrize("place", [("V2.1", "by_origin"), ("V1.5", "by_direction")], ids=["unknown", "known columns"])
@settings(max_examples=40, deadline=None)
@given(st.lists(MONTH, min_size=2, max_size=2))
@example([month_of(0, 2, 5, 2), month_of(6, 6, 5, 1)])
@example([month_of(6, 4, 1, 5), month_of(1, 0, 1, 3)])
@example([month_of(1, 2, 2, 5), month_of(3, 9, 0, 3)])
@example([month_of(0, 3, 5, 0), month_of(2, 0, 0, 3)])
def test_no_small_cell_of_a_month_is_told_by_the_period(place: tuple[str, str], months: list[dict[Row, int]]) -> None:
    """Every table is tried in which no cell of a month differs by more than one, else two; the same is seen of it."""
    told = TOLD[place].dimensions if place in TOLD else frozenset()
    numbers, tables = tables_of(place, months)
    small = {
        (month, row)
        for month, row in product((0, 1), KEYS)
        if 0 < months[month][row] < 5
        and (tables[month].withheld is not Withheld.NOTHING or tables[month].rows.get(row) is MASKED)
    }
    assert (
        not small
        or not small - _differing(numbers, tables, told, 1)
        or not small - _differing(numbers, tables, told, 2)
    )


def _differing(
    numbers: Sequence[Numbers], tables: Sequence[MaskedTable], told: frozenset[int], reach: int
) -> set[tuple[int, Row]]:
    """The cells that are others in some two months and their period of which the same is seen."""
    differing: set[tuple[int, Row]] = set()
    ways = [
        _ways(table, month[row], row, reach)
        for month, table in zip(numbers[:2], tables[:2], strict=True)
        for row in KEYS
    ]
    for chosen in product(*ways):
        if sum(chosen[:4]) or sum(chosen[4:]):
            continue
        steps = [dict(zip(KEYS, part, strict=True)) for part in (chosen[:4], chosen[4:])]
        both = [*steps, {row: steps[0][row] + steps[1][row] for row in KEYS}]
        if any(chosen) and all(map(_alike, numbers, tables, both, [told] * 3)):
            differing.update((month, row) for month in (0, 1) for row, step in steps[month].items() if step)
    return differing


def test_cells_that_several_months_hide_are_shown_in_the_period() -> None:
    """One month's other numbers are undone in another, so that the period's own may be seen."""
    hidden = [month_of(3, 12, 15, 20), month_of(4, 11, 14, 20), month_of(3, 15, 15, 9)]
    _, (*months, period) = tables_of(("V2.1", "by_origin"), hidden)
    assert all(MASKED in month.rows.values() for month in months)
    assert {("a0", "b0"): 10, ("a0", "b1"): 38, ("a1", "b0"): 44, ("a1", "b1"): 49} == period.rows


@pytest.mark.parametrize(
    ("known", "months", "hidden"),
    [
        # The 2 may be 3, and the 12 then 11, only if the other month's 4 is 5 and its 9 is 8: the rows are known.
        pytest.param({1}, [(12, 0, 2, 0), (0, 4, 0, 9)], (1, 1, 1, 1), id="what another month undoes is hidden too"),
        pytest.param({1}, [(0, 1, 9, 12), (3, 30, 0, 0)], (1, 1, 1, 1), id="and beside what the month itself hides"),
        pytest.param({}, [(6, 1, 0, 0), (0, 3, 1, 4)], (1, 1, 1, 1), id="a way that nothing undoes is not the last"),
        pytest.param({0}, [(1, 0, 0, 0), (0, 3, 6, 0)], (1, 1, 0, 0), id="a month that is withheld, its rows known"),
        pytest.param(
            {0},
            [(0, 0, 0, 2, 3, 0), (1, 4, 0, 0, 0, 0), (1, 1, 0, 1, 0, 5), (2, 0, 3, 5, 2, 0)],
            (1, 0, 1, 1, 1, 1),
            id="no more than the first way that undoes it takes",
        ),
        pytest.param(
            {},
            [(0, 2, 0, 0, 1, 1, 0, 0, 0, 2), (1, 2, 0, 2, 6, 5, 0, 6, 0, 0), (0, 0, 0, 2, 2, 5, 0, 3, 0, 3)],
            None,
            id="no month undoes twice",
        ),
    ],
)
def test_a_period_hides_the_cells_along_which_a_small_number_of_a_month_may_be_another(
    known: set[int], months: list[tuple[int, ...]], hidden: tuple[int, ...] | None
) -> None:
    told = Told(dimensions=frozenset(known))
    seen = [(rows, mask_table(rows, told=told)) for rows in map(_without_zeros, months)]
    whole = _without_zeros(tuple(map(sum, zip(*months, strict=True))))
    first, second = (
        frozenset(name for name, shown in margin.items() if shown is MASKED)
        for margin in mask_table(whole, told=told).margins
    )
    small = frozenset(row for row, number in whole.items() if number < 5)
    found = crossed_by_months(seen, (first, second), told.dimensions, small)
    assert found == (None if hidden is None else set(_without_zeros(hidden)))


def _without_zeros(numbers: tuple[int, ...]) -> dict[Row, int]:
    """A month of two rows."""
    keys = keys_of(2, len(numbers) // 2)
    return {row: number for row, number in zip(keys, numbers, strict=True) if number}


def _ways(table: MaskedTable, number: int, row: Row, reach: int) -> list[int]:
    steps = range(-reach, reach + 1)
    if table.withheld is not Withheld.NOTHING:
        return [step for step in steps if number + step >= 0]
    return [step for step in steps if number + step >= 1] if table.rows.get(row) is MASKED else [0]


def _alike(rows: Numbers, table: MaskedTable, steps: Mapping[Row, int], told: frozenset[int]) -> bool:
    """Whether the same is seen after the steps; margins of the `told` dimensions are known whatever is shown."""
    if sum(steps.values()):
        return False
    for row, step in steps.items():
        shown = table.rows.get(row, 0)
        if table.withheld is Withheld.NOTHING and (rows[row] + step < 1 if shown is MASKED else step != 0):
            return False
    for dimension, name in ((dimension, name) for dimension in (0, 1) for name in {row[dimension] for row in rows}):
        before = sum(number for row, number in rows.items() if row[dimension] == name)
        step = sum(step for row, step in steps.items() if row[dimension] == name)
        shown = table.margins[dimension].get(name, 0) if table.margins else 0
        if table.withheld is Withheld.ALL:
            shown = before if dimension in told else MASKED
            if before + step >= 0 and shown is MASKED:
                continue
        if before + step < 1 if shown is MASKED else step != 0:
            return False
    return True
