"""The cells of a period, asked by measure and dimension."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.periods import Period


class Tally:
    """Sums over the cells of a period; a filter names a dimension and the symbols that it may have."""

    def __init__(self, cells: Mapping[Cell, int], period: Period) -> None:
        months = set(period.months)
        self.period = period
        self._by_measure: dict[str, list[tuple[Cell, int]]] = {}
        for cell, amount in cells.items():
            if cell.month in months and amount:
                self._by_measure.setdefault(cell.measure, []).append((cell, amount))

    def count(self, measure: str, **wanted: str | Iterable[str]) -> int:
        """The sum of a measure."""
        return sum(amount for _, amount in self._chosen(measure, wanted))

    def by(self, measure: str, *names: str, **wanted: str | Iterable[str]) -> Counter[tuple[str, ...]]:
        """The sums of a measure by some of its dimensions."""
        dims = MEASURES[measure].dims
        places = [dims.index(name) for name in names]
        found: Counter[tuple[str, ...]] = Counter()
        for cell, amount in self._chosen(measure, wanted):
            found[tuple(cell.dims[place] for place in places)] += amount
        return found

    def by_month(self, measure: str, **wanted: str | Iterable[str]) -> Counter[str]:
        """The sums of a measure by month."""
        found: Counter[str] = Counter()
        for cell, amount in self._chosen(measure, wanted):
            found[cell.month] += amount
        return found

    def provided(self, types: Iterable[str]) -> bool:
        """Whether an event of one of these types was counted."""
        return not self._types.keys().isdisjoint(types)

    def provided_in(self, month: str, types: Iterable[str]) -> bool:
        """Whether an event of one of these types was counted in a month."""
        return any(month in self._types.get(name, ()) for name in types)

    @cached_property
    def _types(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for cell, _ in self._by_measure.get("received", ()):
            found.setdefault(cell.dims[0], set()).add(cell.month)
        return found

    def _chosen(self, measure: str, wanted: Mapping[str, str | Iterable[str]]) -> Iterable[tuple[Cell, int]]:
        dims = MEASURES[measure].dims
        filters = [
            (dims.index(name), {symbols} if isinstance(symbols, str) else set(symbols))
            for name, symbols in wanted.items()
        ]
        for cell, amount in self._by_measure.get(measure, ()):
            if all(cell.dims[place] in symbols for place, symbols in filters):
                yield cell, amount
