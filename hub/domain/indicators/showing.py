"""What people and other systems are shown of the figures: the same, with breakdowns and courses by month masked.

Values of the whole département are no cells and are shown as they are (domain §6, common rule 4); where such a value
is also a line of a breakdown, the reader knows it, and the breakdown is masked accordingly.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from hub.domain.indicators.catalogue import Indicator
from hub.domain.indicators.masking import (
    MASKED,
    NOTHING_TOLD,
    THRESHOLD,
    MaskedTable,
    Shown,
    Told,
    Withheld,
    hidden_in_line,
    mask_table,
)
from hub.domain.indicators.masking_crossed import crossed_by_months
from hub.domain.indicators.masking_months import Row, told_by_months
from hub.domain.indicators.shapes import Axis, Figure, IndicatorFigures, Series

_PAIRED, _WHOLE, _PART = "A1", "asked", "acknowledged"  # the acknowledgements given are some of those asked
_COLUMNS: Final = Told(dimensions=frozenset({1}))

TOLD: Final[Mapping[tuple[str, str], Told]] = {
    ("V1.2", "by_nature"): _COLUMNS,  # the share of urgent messages
    ("V1.4", "line_by_benefit"): _COLUMNS,  # the share within the definition
    ("V1.4", "form_by_benefit"): _COLUMNS,
    ("V1.5", "by_direction"): _COLUMNS,  # unjustified, justified and not known
    ("V1.6", "by_cdas"): _COLUMNS,
    ("V2.3", "handover_requests"): _COLUMNS,  # the share with communication
    ("V2.3", "handover_answers"): _COLUMNS,  # the share that was accepted
    ("V2.3", "joint_intervention_answers"): _COLUMNS,
    ("A1", "asked"): _COLUMNS,  # with those given in time: the share that was
    ("A1", "leads"): Told(rows=frozenset({("le jour même ou après",)})),  # the share published before
}
"""Which lines of which breakdowns are values of the whole département that stand beside them."""


_Key = TypeVar("_Key", bound=Hashable)
_Seen: TypeAlias = tuple[Mapping[Row, int], MaskedTable]


@dataclass(frozen=True, slots=True)
class ShownBreakdown:
    """A breakdown as a reader sees it: its cells, its margins, its total, and whether it is withheld."""

    key: str
    label: str
    by: tuple[Axis, ...]
    table: MaskedTable


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """A course by month as a reader sees it; None where nothing was provided for the month."""

    key: str
    label: str
    points: tuple[tuple[str, Shown | None], ...]


@dataclass(frozen=True, slots=True)
class ShownIndicator:
    """An indicator as a reader sees it."""

    indicator: Indicator
    provided: bool
    figures: tuple[Figure, ...]
    breakdowns: tuple[ShownBreakdown, ...] = ()
    series: tuple[ShownSeries, ...] = ()


def masked(
    found: Sequence[IndicatorFigures], months: Sequence[Sequence[IndicatorFigures]] = (), *, detailed: bool = True
) -> tuple[ShownIndicator, ...]:
    """The figures of a period as a reader may see them.

    `months`: the figures of each of its months, where it has several: who saw these learns nothing more from the
    period. Not `detailed`: breakdowns are withheld, as for a period that overlaps others, whose difference would tell.
    """
    by_month = [{one.indicator.id: one for one in month} for month in months]
    return tuple(_indicator(one, [month[one.indicator.id] for month in by_month], detailed) for one in found)


def _indicator(one: IndicatorFigures, months: Sequence[IndicatorFigures], detailed: bool) -> ShownIndicator:  # noqa: FBT001 (passed on)
    numbers = _numbers(one)
    if detailed:
        seen = [_seen(month) for month in months]
        tables = {key: _table(one, key, rows, seen) for key, rows in numbers.items()}
    else:
        tables = {key: _withheld(rows) for key, rows in numbers.items()}
    if one.indicator.id == _PAIRED and _WHOLE in tables:
        tables |= _apart(tables[_WHOLE], sum(n for (_, flag), n in numbers[_WHOLE].items() if flag == "yes"))
    shown = tuple(ShownBreakdown(of.key, of.label, of.by, _printed(tables[of.key], of.rows)) for of in one.breakdowns)
    return ShownIndicator(one.indicator, one.provided, one.figures, shown, tuple(map(_series, one.series)))


def _seen(month: IndicatorFigures) -> Mapping[str, _Seen]:
    return {key: (rows, mask_table(rows, told=_told(month, key))) for key, rows in _numbers(month).items()}


def _table(
    one: IndicatorFigures, key: str, rows: Mapping[Row, int], months: Sequence[Mapping[str, _Seen]]
) -> MaskedTable:
    told = _told(one, key)
    seen = [month[key] for month in months if key in month]
    if seen:
        unsafe, first, second = told_by_months(seen), _told_lines(seen, 0), _told_lines(seen, 1)
        if unsafe is None or first is None or second is None:
            return _withheld(rows)
        told = replace(told, unsafe=unsafe - told.rows, unsafe_lines=(first, second))
        if any(len(row) == 2 for row in rows):
            crossed = _told_crossed(rows, seen, told)
            if crossed is None:
                return _withheld(rows)
            told = replace(told, unsafe=crossed)
    return mask_table(rows, told=told)


def _told_lines(months: Sequence[_Seen], dimension: int) -> frozenset[str] | None:
    """The margins of a period that its months tell."""
    seen = []
    for rows, table in months:
        numbers: Counter[Row] = Counter()
        for row, number in rows.items():
            if len(row) == 2:
                numbers[(row[dimension],)] += number
        margin = table.margins[dimension] if table.margins else {}
        seen.append((numbers, replace(table, rows={(name,): shown for name, shown in margin.items()})))
    told = told_by_months(seen)
    return None if told is None else frozenset(name for (name,) in told)


def _told_crossed(rows: Mapping[Row, int], months: Sequence[_Seen], told: Told) -> frozenset[Row] | None:
    """The cells of a period by two dimensions that its months tell."""
    margins = mask_table(rows, told=told).margins
    first, second = (frozenset(name for name, shown in margin.items() if shown is MASKED) for margin in margins)
    small = {row for row, number in rows.items() if number < THRESHOLD}
    return crossed_by_months(months, (first, second), told.dimensions, told.unsafe | small)


def _withheld(rows: Mapping[Row, int]) -> MaskedTable:
    return MaskedTable({}, ({}, {}), sum(rows.values()), Withheld.ALL)


def _numbers(one: IndicatorFigures) -> dict[str, Mapping[Row, int]]:
    """What is masked together: each breakdown by itself, but a part and its whole as one, by yes and no."""
    found = {breakdown.key: breakdown.rows for breakdown in one.breakdowns}
    if one.indicator.id == _PAIRED and _WHOLE in found:
        whole, part = found[_WHOLE], found.pop(_PART)
        both = {(*row, "yes"): number for row, number in part.items()}
        both |= {(*row, "no"): number - part.get(row, 0) for row, number in whole.items() if number > part.get(row, 0)}
        found[_WHOLE] = both
    return found


def _apart(both: MaskedTable, part: int) -> dict[str, MaskedTable]:
    """The breakdowns of a part and of its whole, from how they were masked together."""
    whole: dict[Row, Shown] = {(name,): shown for name, shown in both.margins[0].items()} if both.margins else {}
    yes: dict[Row, Shown] = {(name,): shown for (name, flag), shown in both.rows.items() if flag == "yes"}
    hidden = both.withheld is Withheld.ALL
    return {
        _WHOLE: MaskedTable(whole, (), both.total, Withheld.ALL if hidden else Withheld.NOTHING),
        _PART: MaskedTable(yes, (), part, Withheld.NOTHING if both.withheld is Withheld.NOTHING else Withheld.ALL),
    }


def _printed(table: MaskedTable, rows: Mapping[Row, int]) -> MaskedTable:
    """The table as it is printed: without small lines, and the one that would tell them, that a value beside it tells.

    Whoever reads the table alone then finds no cell of 1 to 4 in it, and none that its totals give away.
    """
    if any(len(row) == 1 for row in rows):
        return replace(table, rows=_line(table.rows, rows))
    if not table.margins:
        return table
    numbers: tuple[Counter[str], ...] = (Counter(), Counter())
    for row, number in rows.items():
        for margin, name in zip(numbers, row, strict=True):
            margin[name] += number
    return replace(table, margins=tuple(map(_line, table.margins, numbers)))


def _line(shown: Mapping[_Key, Shown], numbers: Mapping[_Key, int]) -> dict[_Key, Shown]:
    hidden = hidden_in_line(numbers)
    return {key: MASKED if hidden is None or key in hidden else number for key, number in shown.items()}


def _told(one: IndicatorFigures, key: str) -> Told:
    return TOLD.get((one.indicator.id, key), NOTHING_TOLD)


def _series(of: Series) -> ShownSeries:
    hidden = hidden_in_line({month: number for month, number in of.points if number})
    points = tuple(
        (month, MASKED if number and (hidden is None or month in hidden) else number) for month, number in of.points
    )
    return ShownSeries(of.key, of.label, points)
