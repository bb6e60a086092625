"""Secondary masking of a breakdown by two dimensions beside its margins: which cells are hidden with the small ones.

The margins are given: each is shown or hidden as the breakdown by its one dimension would. The table with its margins
is a graph: rows and columns are its nodes, cells its edges, and so are the margins, where the row of column totals
meets a column, and the column of row totals a row. What stays true of a table when hidden cells take other values is
that each node's hidden edges change by zero in all (a margin counts against its cells). So a hidden cell may be
something else exactly where a cycle of hidden edges passes through it along which every second one may grow and the
others shrink. The reader is granted to know which hidden cells are small: these may be 1 to 4, the others not below 5.
Where there is no such cycle, one more cell is hidden.
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
    numbers: dict[_Edge, int]
    threshold: int
    hidden: set[_Edge] = field(default_factory=set)
    at: defaultdict[_Node, set[_Edge]] = field(default_factory=lambda: defaultdict(set))

    def hide(self, edge: _Edge) -> None:
        self.hidden.add(edge)
        for node in _ends(edge):
            self.at[node].add(edge)

    def may_rise(self, edge: _Edge) -> bool:
        """Whether a hidden number may be one more: a small one stays small."""
        return self.numbers[edge] != self.threshold - 1

    def may_fall(self, edge: _Edge) -> bool:
        """Whether a hidden number may be one less: it is never zero, and a large one stays large."""
        return self.numbers[edge] not in (1, self.threshold)

    def may_go(self, edge: _Edge, *, to_column: bool) -> bool:
        """Whether a cycle may pass along a hidden edge; cells rise from row to column, margins fall."""
        return self.may_rise(edge) if to_column is (_TOTALS not in edge) else self.may_fall(edge)


def hidden_in_grid(
    rows: Mapping[tuple[str, ...], int],
    margins: tuple[Mapping[str, int], ...],
    hidden_margins: tuple[frozenset[str], ...],
    threshold: int,
) -> frozenset[tuple[str, ...]] | None:
    """The cells that are hidden; None where the hidden ones would still be given away with all of them hidden."""
    names = tuple(sorted(name for name, number in margin.items() if number) for margin in margins)
    places = tuple({name: place for place, name in enumerate(one)} for one in names)
    grid = _Grid(_numbers(rows, margins, places), threshold)
    for edge, number in grid.numbers.items():
        if _TOTALS not in edge and number < threshold:
            grid.hide(edge)
    for name in hidden_margins[0]:
        grid.hide((places[0][name], _TOTALS))
    for name in hidden_margins[1]:
        grid.hide((_TOTALS, places[1][name]))
    while (wanted := _first_given_away(grid)) is not None:
        best = _best(grid, wanted)
        if best is None:
            return None
        grid.hide(best)
    return frozenset((names[0][row], names[1][column]) for row, column in grid.hidden if _TOTALS not in (row, column))


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
        row, column = _ends(edge)
        if not (
            (grid.may_go(edge, to_column=True) and _way(grid, column, row, edge))
            or (grid.may_go(edge, to_column=False) and _way(grid, row, column, edge))
        ):
            return row, column
    return None


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
