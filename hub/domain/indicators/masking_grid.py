"""Secondary masking of a breakdown by two dimensions beside its margins: which cells are hidden with the small ones.

The margins are given: each is shown or hidden as the breakdown by its one dimension would. The table with its margins
is a graph: rows and columns are its nodes, cells its edges, and so are the margins, where the row of column totals
meets a column, and the column of row totals a row. What stays true of a table when hidden cells take other values is
that each node's hidden edges change by zero in all (a margin counts against its cells). So a hidden cell may be
something else exactly where a cycle of hidden edges passes through it along which every second one may grow and the
others shrink. In a single table the reader is granted to know which hidden cells are small: these may be 1 to 4, the
others not below 5. Where there is no such cycle, one more cell is hidden.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

_TOTALS: Final = -1  # the row of column totals, and the column of row totals
_Node: TypeAlias = tuple[bool, int]  # whether it is a column, and which
_Edge: TypeAlias = tuple[int, int]  # row and column


@dataclass(slots=True)
class _Grid:
    """Numbers by place, and which are hidden.

    `sizes_known`: whether the reader is granted to know which of these are small; `maybe_zero`: which of them it cannot
    even tell from zero.
    """

    numbers: dict[_Edge, int]
    threshold: int
    sizes_known: bool
    maybe_zero: frozenset[_Edge] = frozenset()
    hidden: set[_Edge] = field(default_factory=set)
    at: defaultdict[_Node, set[_Edge]] = field(default_factory=lambda: defaultdict(set))

    def hide(self, edge: _Edge) -> None:
        self.hidden.add(edge)
        for node in _ends(edge):
            self.at[node].add(edge)

    def may_rise(self, edge: _Edge) -> bool:
        """Whether a hidden number may be one more."""
        return not (self.sizes_known and self.numbers[edge] == self.threshold - 1)

    def may_fall(self, edge: _Edge) -> bool:
        """Whether a hidden number may be one less."""
        number = self.numbers[edge]
        if number == 0 or (self.sizes_known and number == self.threshold):
            return False
        return number > 1 or edge in self.maybe_zero

    def may_go(self, edge: _Edge, *, to_column: bool) -> bool:
        """Whether a cycle may pass along a hidden edge; cells rise from row to column, margins fall."""
        return self.may_rise(edge) if to_column is (_TOTALS not in edge) else self.may_fall(edge)


def hidden_in_grid(
    rows: Mapping[tuple[str, ...], int],
    margins: tuple[Mapping[str, int], ...],
    hidden: tuple[frozenset[tuple[str, ...]], frozenset[str], frozenset[str]],
    threshold: int,
) -> frozenset[tuple[str, ...]] | None:
    """The cells that are hidden; None where the hidden ones would still be given away with all of them hidden.

    `hidden`: cells that are whatever they hold, and of each dimension the margins that are.
    """
    unsafe, first, second = hidden
    names = tuple(sorted(name for name, number in margin.items() if number) for margin in margins)
    places = tuple({name: place for place, name in enumerate(one)} for one in names)
    grid = _Grid(_numbers(rows, margins, places), threshold, sizes_known=True)
    for edge, number in grid.numbers.items():
        row, column = edge
        if _TOTALS not in edge and (number < threshold or (names[0][row], names[1][column]) in unsafe):
            grid.hide(edge)
    for name in first:
        grid.hide((places[0][name], _TOTALS))
    for name in second:
        grid.hide((_TOTALS, places[1][name]))
    while (wanted := _first_given_away(grid)) is not None:
        best = _best(grid, wanted)
        if best is None:
            return None
        grid.hide(best)
    return frozenset((names[0][row], names[1][column]) for row, column in grid.hidden if _TOTALS not in (row, column))


def lines_to_hide(
    numbers: Mapping[_Edge, int], hidden: Iterable[_Edge], maybe_zero: frozenset[_Edge], threshold: int
) -> frozenset[int] | None:
    """The rows whose totals must be hidden for the hidden cells to stay so, where the columns' totals are known.

    The sum of the rows' totals is known too. `maybe_zero`: hidden cells of columns that are withheld altogether, zeros
    among them. None where hiding every total would not be enough.
    """
    totals: dict[int, int] = defaultdict(int)
    for (row, _), number in numbers.items():
        totals[row] += number
    margins = {(row, _TOTALS): number for row, number in totals.items()}
    grid = _Grid({**numbers, **margins}, threshold, sizes_known=False, maybe_zero=maybe_zero)
    for edge in sorted(hidden):
        grid.hide(edge)
    for row, total in totals.items():
        if total < threshold:
            grid.hide((row, _TOTALS))
    while (told := next((one for one in sorted(grid.hidden) if not _stays_hidden(grid, one)), None)) is not None:
        if not _hide_a_total(grid, told):
            return None
    return frozenset(row for row, column in grid.hidden if column == _TOTALS)


def _stays_hidden(grid: _Grid, edge: _Edge) -> bool:
    row, column = edge
    line = grid.at[False, row]
    told = column != _TOTALS and (row, _TOTALS) not in line and not _enough(grid, line)
    return grid.numbers[edge] == 0 or (not told and _has_other(grid, edge))


def _hide_a_total(grid: _Grid, edge: _Edge) -> bool:
    """Hide the total of the edge's row, else of one with hidden cells beside those of that row; False: none."""
    columns = {column for _, column in grid.at[False, edge[0]] if column != _TOTALS}
    beside = {row for column in columns for row, _ in grid.at[True, column]}
    for row in (edge[0], *sorted(beside, key=lambda row: (grid.numbers[row, _TOTALS], row))):
        if (row, _TOTALS) not in grid.hidden and grid.numbers[row, _TOTALS]:
            grid.hide((row, _TOTALS))
            return True
    return False


def _numbers(
    rows: Mapping[tuple[str, ...], int], margins: tuple[Mapping[str, int], ...], places: tuple[dict[str, int], ...]
) -> dict[_Edge, int]:
    numbers = {(places[0][first], places[1][second]): n for (first, second), n in rows.items() if n}
    numbers |= {(place, _TOTALS): margins[0][name] for name, place in places[0].items()}
    return numbers | {(_TOTALS, place): margins[1][name] for name, place in places[1].items()}


def _first_given_away(grid: _Grid) -> tuple[_Node, ...] | None:
    """Where one more cell must be hidden: the lines to take it from; None where nothing is given away."""
    for node in sorted(grid.at):
        line = grid.at[node]
        margin = _margin_of(node)
        if margin not in line and not _enough(grid, line):
            return (node,)
    for edge in sorted(grid.hidden):
        if not _has_other(grid, edge):
            return _ends(edge)
    return None


def _has_other(grid: _Grid, edge: _Edge) -> bool:
    """Whether a hidden number may be another one."""
    row, column = _ends(edge)
    return (grid.may_go(edge, to_column=True) and _way(grid, column, row, edge)) or (
        grid.may_go(edge, to_column=False) and _way(grid, row, column, edge)
    )


def _enough(grid: _Grid, line: Iterable[_Edge]) -> bool:
    """Whether the hidden cells of a line whose total is shown are several, and together no small cell."""
    numbers = [grid.numbers[edge] for edge in line]
    return not numbers or (len(numbers) >= 2 and sum(numbers) >= grid.threshold)


def _way(grid: _Grid, start: _Node, end: _Node, without: _Edge) -> bool:
    """Whether a way along hidden edges leads from a node to another, other than the edge itself."""
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        for edge in grid.at[node]:
            if edge == without or not grid.may_go(edge, to_column=not node[0]):
                continue
            row, column = _ends(edge)
            other = row if node[0] else column
            if other == end:
                return True
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _best(grid: _Grid, lines: tuple[_Node, ...]) -> _Edge | None:
    """The next cell to hide in one of the lines: one that crosses others touched already, then the smallest."""
    candidates = [
        (not all(grid.at[node] for node in _ends(edge)), number, edge)
        for edge, number in grid.numbers.items()
        if _TOTALS not in edge and edge not in grid.hidden and any(node in lines for node in _ends(edge))
    ]
    return min(candidates)[-1] if candidates else None


def _ends(edge: _Edge) -> tuple[_Node, _Node]:
    return (False, edge[0]), (True, edge[1])


def _margin_of(node: _Node) -> _Edge:
    return (_TOTALS, node[1]) if node[0] else (node[1], _TOTALS)
