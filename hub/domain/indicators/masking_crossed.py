"""What the months say of a longer period in a table of two dimensions: more than each of its lines by itself.

A hidden cell of a month may be another number along a cycle of the month's hidden cells (see `masking_grid`). That
changes the period as well, unless another month changes the other way along the same cycle. So a cycle is looked for
that another month undoes; else one whose cells the period hides, and where it does not yet, it is to hide them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hub.domain.indicators.masking import MASKED, THRESHOLD, MaskedTable, Withheld

Row: TypeAlias = tuple[str, ...]
_TOTAL: Final = ""
_Edge: TypeAlias = tuple[bool, bool, str, str]  # whether it is a total of a row, of a column; row, column
_Node: TypeAlias = tuple[bool, str, bool]  # whether it is a column; its name; whether that of the totals
_May: TypeAlias = Callable[[_Edge, bool], bool]


@dataclass(frozen=True, slots=True)
class _Month:
    """The hidden numbers of a month, sorted: two masks of one table, unlike each other, would tell what each hides.

    `maybe_zero`: those that a reader cannot tell from zero.
    """

    numbers: Mapping[_Edge, int]
    maybe_zero: frozenset[_Edge]

    def may_change(self, edge: _Edge, *, up: bool) -> bool:
        """Whether a hidden number may be one more, or one less."""
        number = self.numbers.get(edge)
        if number is None:
            return False
        return up or number > (0 if edge in self.maybe_zero else 1)


def crossed_by_months(
    months: Sequence[tuple[Mapping[Row, int], MaskedTable]],
    hidden_lines: tuple[frozenset[str], frozenset[str]],
    known: frozenset[int],
    hidden: frozenset[Row],
) -> frozenset[Row] | None:
    """The cells that the period must hide, `hidden` among them; None where it must show none of its cells.

    No number of 1 to 4 that a month hides can then be worked out. What hides beside it may: it is not small.

    `months`: of each, its numbers and what is shown of them. `hidden_lines`: the margins that the period hides;
    `known`: the dimensions whose margins are known in any case.
    """
    whole: dict[_Edge, int] = {}
    for rows, _ in months:
        for edge, number in _edges(rows).items():
            whole[edge] = whole.get(edge, 0) + number
    read = [_month(rows, table, whole, known) for rows, table in months]
    found = {_cell(*row) for row in hidden}

    def in_period(edge: _Edge) -> bool:
        of_row, of_column, row, column = edge
        return (row in hidden_lines[0]) if of_row else (column in hidden_lines[1]) if of_column else edge in found

    for month in read:
        others = [one for one in read if one is not month]
        for edge, number in month.numbers.items():
            if not 0 < number < THRESHOLD or _is_total(edge) or any(_undone(edge, month, other) for other in others):
                continue
            cells = _cells_to_hide(edge, month, others, whole, in_period)
            if cells is None:
                return None
            found |= cells
    return frozenset((row, column) for _, _, row, column in found)


def _cells_to_hide(
    edge: _Edge,
    month: _Month,
    others: Sequence[_Month],
    whole: Mapping[_Edge, int],
    in_period: Callable[[_Edge], bool],
) -> set[_Edge] | None:
    """The cells along which a month's number may be another one, once the period hides them; None where there are none.

    Cells that the period hides anyway first; last those of a cycle through totals that the period shows, where another
    month undoes what changes of these.
    """

    def in_period_or_cell(one: _Edge) -> bool:
        return not _is_total(one) or in_period(one)

    for allowed in (in_period, in_period_or_cell):
        cycle = _cycle(edge, month, _may(whole, allowed))
        if cycle is not None:
            return {one for one, _ in cycle if not _is_total(one)}
    refused: set[_Edge] = set()
    while (cycle := _cycle(edge, month, _may(whole, lambda one: one not in refused))) is not None:
        cells = {one for one, _ in cycle if not _is_total(one)}
        told = [(one, up) for one, up in cycle if _is_total(one) and not in_period(one)]
        for pair in (dict(one for one in told if one[0][0]), dict(one for one in told if one[0][1])):
            undone = _undone_elsewhere(pair, others, whole, in_period) if pair else set()
            if undone is None:
                refused.update(pair)
                break
            cells |= undone
        else:
            return cells
    return None


def _may(whole: Mapping[_Edge, int], allowed: Callable[[_Edge], bool]) -> _May:
    return lambda one, up: allowed(one) and _stays(whole[one], up=up)


def _undone_elsewhere(
    pair: Mapping[_Edge, bool],
    others: Sequence[_Month],
    whole: Mapping[_Edge, int],
    in_period: Callable[[_Edge], bool],
) -> set[_Edge] | None:
    """The cells of other months along which totals that the period shows change the other way.

    `pair`: one or two totals, and whether they rose. The way leads from the first, month by month, to the second, or to
    one that the period hides.
    """
    (first, rose), *second = pair.items()
    ways: dict[_Edge, tuple[frozenset[int], set[_Edge]]] = {first: (frozenset(), set())}
    waiting = [first]
    for one in waiting:
        used, cells = ways[one]
        for place, other in enumerate(others):
            for following in sorted(other.numbers) if place not in used and one in other.numbers else ():
                if following in ways or following[:2] != first[:2]:
                    continue
                cycle = _cycle(one, other, _only(whole, {one: not rose, following: rose}))
                if cycle is None:
                    continue
                found = cells | {edge for edge, _ in cycle if not _is_total(edge)}
                if following == second[0][0] if second else in_period(following):
                    return found
                ways[following] = used | {place}, found
                waiting.append(following)
    return None


def _only(whole: Mapping[_Edge, int], totals: Mapping[_Edge, bool]) -> _May:
    """Cells that the period can hide, and totals in one direction each."""
    return lambda one, up: totals.get(one) is up if _is_total(one) else _stays(whole[one], up=up)


def _is_total(edge: _Edge) -> bool:
    return edge[0] or edge[1]


def _stays(number: int, *, up: bool) -> bool:
    """Whether the period's own number, which is hidden and no zero, stays so; two months may change it."""
    return number > (0 if up else 2)


def _undone(edge: _Edge, month: _Month, other: _Month) -> bool:
    return _cycle(edge, month, lambda one, up: other.may_change(one, up=not up)) is not None


def _cycle(edge: _Edge, month: _Month, may: _May) -> list[tuple[_Edge, bool]] | None:
    """A cycle of hidden numbers through one of them, along which each is one more or one less: whether it rises."""
    at: dict[_Node, list[_Edge]] = {}
    for one in month.numbers:
        for node in _ends(one):
            at.setdefault(node, []).append(one)
    row, column = _ends(edge)
    for up, start, end in ((not _is_total(edge), column, row), (_is_total(edge), row, column)):
        if month.may_change(edge, up=up) and may(edge, up):
            way = _way(at, month, may, start, end, edge)
            if way is not None:
                return [(edge, up), *way]
    return None


def _way(
    at: Mapping[_Node, list[_Edge]], month: _Month, may: _May, start: _Node, end: _Node, without: _Edge
) -> list[tuple[_Edge, bool]] | None:
    """A way along hidden numbers that change in turn: cells rise from row to column, totals fall."""
    ways: dict[_Node, list[tuple[_Edge, bool]]] = {start: []}
    waiting = [start]
    for node in waiting:
        for edge in at[node]:
            row, column = _ends(edge)
            up = (node == row) is not _is_total(edge)
            if edge == without or not month.may_change(edge, up=up) or not may(edge, up):
                continue
            other = column if node == row else row
            if other not in ways:
                ways[other] = [*ways[node], (edge, up)]
                if other == end:
                    return ways[other]
                waiting.append(other)
    return None


def _month(rows: Mapping[Row, int], table: MaskedTable, whole: Collection[_Edge], known: frozenset[int]) -> _Month:
    numbers = _edges(rows)
    if table.withheld is Withheld.ALL:
        unseen = {edge for edge in whole if not (edge[0] and 0 in known) and not (edge[1] and 1 in known)}
        return _Month({edge: numbers.get(edge, 0) for edge in sorted(unseen)}, frozenset(unseen))
    if not table.margins:
        return _Month({}, frozenset())
    hidden = {_row_total(name) for name, shown in table.margins[0].items() if shown is MASKED}
    hidden |= {_column_total(name) for name, shown in table.margins[1].items() if shown is MASKED}
    if table.withheld is Withheld.CELLS:
        first, second = table.margins
        cells = {_cell(row, column) for row in first for column in second if _cell(row, column) in whole}
        return _Month({edge: numbers.get(edge, 0) for edge in sorted(hidden | cells)}, frozenset(cells))
    hidden |= {_cell(*row) for row, shown in table.rows.items() if shown is MASKED}
    return _Month({edge: numbers[edge] for edge in sorted(hidden)}, frozenset())


def _edges(rows: Mapping[Row, int]) -> dict[_Edge, int]:
    """The numbers of a table with its margins, without zeros."""
    found: dict[_Edge, int] = {}
    for (row, column), number in rows.items():
        for edge in (_cell(row, column), _row_total(row), _column_total(column)) if number else ():
            found[edge] = found.get(edge, 0) + number
    return found


def _cell(row: str, column: str) -> _Edge:
    return False, False, row, column


def _row_total(row: str) -> _Edge:
    return True, False, row, _TOTAL


def _column_total(column: str) -> _Edge:
    return False, True, _TOTAL, column


def _ends(edge: _Edge) -> tuple[_Node, _Node]:
    of_row, of_column, row, column = edge
    return (False, row, of_column), (True, column, of_row)
