"""Breakdowns and courses by month as tables: one dimension down, a second one across, totals at the edges."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hub.domain.french_numbers import month_in_short
from hub.domain.indicators.masking import Shown, Withheld
from hub.domain.indicators.shapes import Axis
from hub.domain.indicators.showing import ShownBreakdown, ShownSeries
from hub.reports.document import Block, Column, Entry, Paragraph, Style, Table
from hub.reports.values import entry, word

_ACROSS: Final = 6
"""More columns than these do not fit on a page: then each pair of symbols is a row."""

_WITHHELD: Final = "détail non publié, car trop peu de cas permettraient d’en reconnaître (secret des petits nombres)."
_ALL_MASKED: Final = "tous les nombres du détail sont masqués (secret des petits nombres)."
_TOTAL: Final = "Total"


def blocks_of(breakdown: ShownBreakdown, key: str) -> Iterator[Block]:
    """The tables of a breakdown: none where nothing was counted, a sentence where it is withheld or all masked."""
    table = breakdown.table
    if table.withheld is Withheld.ALL:
        if table.total:
            yield Paragraph(f"{breakdown.label} : {_WITHHELD}", Style.SMALL)
    elif table.withheld is Withheld.NOTHING and _tells(table.rows.values()):
        yield table_of(breakdown, key)
    elif len(breakdown.by) == 2 and any(_tells(margin.values()) for margin in table.margins):
        yield from (margin_table(breakdown, place, key) for place in (0, 1) if _tells(table.margins[place].values()))
    elif table.total:
        yield Paragraph(f"{breakdown.label} : {_ALL_MASKED}", Style.SMALL)


def _tells(numbers: Iterable[Shown]) -> bool:
    """Whether one of them is a number, and not zero."""
    return any(isinstance(number, int) and number for number in numbers)


def margin_table(breakdown: ShownBreakdown, place: int, key: str) -> Table:
    """One dimension of two, where their crossing is not shown."""
    axis, table = breakdown.by[place], breakdown.table
    caption = f"{breakdown.label} – {axis.label}"
    return _list(axis, table.margins[place], table.total, f"{key}-{axis.name.replace('_', '-')}", caption)


def table_of(breakdown: ShownBreakdown, key: str) -> Table:
    """The table of a breakdown whose cells are shown; a pair that never occurred is 0."""
    table = breakdown.table
    if len(breakdown.by) == 1:
        (axis,) = breakdown.by
        return _list(axis, {name: shown for (name,), shown in table.rows.items()}, table.total, key, breakdown.label)
    across = symbols(breakdown, 1)
    return _cross(breakdown, across, key) if len(across) <= _ACROSS else _pairs(breakdown, key)


def course_table(key: str, caption: str, series: tuple[ShownSeries, ...]) -> Table:
    """Months and series; pages show the months from left to right."""
    months = [month for month, _ in series[0].points]
    rows = tuple(
        (
            Entry(f"{month_in_short(month)} {month[:4]}", month),
            *(entry(one.points[place][1]) for one in series),
        )
        for place, month in enumerate(months)
    )
    columns = (Column("Mois"), *(Column(one.label, numeric=True) for one in series))
    return Table(key, caption, columns, rows, turned=True)


def symbols(breakdown: ShownBreakdown, place: int) -> list[str]:
    """The symbols of a dimension, in an order that says nothing of what is masked."""
    return _ordered(breakdown.by[place], sums(breakdown, place))


def sums(breakdown: ShownBreakdown, place: int) -> Mapping[str, Shown]:
    """What is shown of each symbol of a dimension, whatever the other dimension says."""
    if len(breakdown.by) == 2:
        return breakdown.table.margins[place]
    return {name: shown for (name,), shown in breakdown.table.rows.items()}


def label(axis: Axis, symbol: str) -> str:
    """The French label of a symbol, with a capital where it begins a row."""
    text = axis.label_of(symbol)
    return text[:1].upper() + text[1:]


_IN_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "flag": ("yes", "no"),
    "known": ("YES", "NO", "NOT_KNOWN", "UNKNOWN", ""),
    "lead": ("le jour même ou après", "1 à 14 jours", "15 à 29 jours", "30 à 59 jours", "60 jours et plus"),
    "state": ("requested", "postponed", "accepted", "validated", "refused", "completed", "ended"),
    "direction": ("CDAS_TO_CAF", "CAF_TO_CDAS", "OTHER"),
}


def _ordered(axis: Axis, shown: Mapping[str, Shown]) -> list[str]:
    """As the vocabulary goes, by code, or the largest first; what is masked comes last, by its name."""
    order = _IN_ORDER.get(axis.vocabulary)
    if order is not None:
        return sorted(shown, key=lambda symbol: (order.index(symbol) if symbol in order else len(order), symbol))
    if axis.vocabulary in {"cdas", "site", "code"}:
        return sorted(shown, key=lambda symbol: (not symbol, symbol))
    return sorted(shown, key=lambda symbol: (not symbol, -_number(shown[symbol]), symbol))


def _number(shown: Shown) -> int:
    return shown if isinstance(shown, int) else 0


def _list(axis: Axis, shown: Mapping[str, Shown], total: int, key: str, caption: str) -> Table:
    rows = [(word(label(axis, name)), entry(shown[name])) for name in _ordered(axis, shown)]
    if len(rows) > 1:
        rows.append((word(_TOTAL), entry(total)))
    return Table(key, caption, (Column(_capital(axis.label)), Column("Nombre", numeric=True)), tuple(rows))


def _cross(breakdown: ShownBreakdown, across: list[str], key: str) -> Table:
    (down, side), table = breakdown.by, breakdown.table
    names = symbols(breakdown, 0)
    by_name, by_other = table.margins
    rows = [
        (
            word(label(down, name)),
            *(entry(table.rows.get((name, other), 0)) for other in across),
            *([entry(by_name[name])] if len(across) > 1 else []),
        )
        for name in names
    ]
    if len(names) > 1:
        edge = [entry(table.total)] if len(across) > 1 else []
        rows.append((word(_TOTAL), *(entry(by_other[other]) for other in across), *edge))
    heads = [label(side, other) for other in across]
    if side.vocabulary == "flag":
        heads = [f"{_capital(side.label)} : {side.label_of(other)}" for other in across]
    if len(across) > 1:
        heads.append(_TOTAL)
    columns = (Column(_capital(down.label)), *(Column(head, numeric=True) for head in heads))
    return Table(key, breakdown.label, columns, tuple(rows))


def _pairs(breakdown: ShownBreakdown, key: str) -> Table:
    (down, side), shown = breakdown.by, breakdown.table.rows
    pairs = [(one, other) for one in symbols(breakdown, 0) for other in symbols(breakdown, 1)]
    rows = tuple(
        (word(label(down, one)), word(label(side, other)), entry(shown[one, other]))
        for one, other in pairs
        if (one, other) in shown
    )
    columns = (Column(_capital(down.label)), Column(_capital(side.label)), Column("Nombre", numeric=True))
    return Table(key, breakdown.label, columns, rows, heads=2)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
