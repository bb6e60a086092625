"""Breakdowns and courses by month as tables: one dimension down, a second one across."""

from collections.abc import Mapping
from typing import Final

from hub.domain.indicators.shapes import Axis, Breakdown, Series
from hub.reports.document import Column, Entry, Table
from hub.reports.numbers import month_in_short
from hub.reports.values import entry, mark, word

_ACROSS: Final = 6
"""More columns than these do not fit on a page: then each pair of symbols is a row."""


def table_of(breakdown: Breakdown, key: str, note: str = "") -> Table:
    """The table of a breakdown; a pair that never occurred is 0."""
    if len(breakdown.by) == 1:
        return _list(breakdown, key, note)
    across = symbols(breakdown, 1)
    return _cross(breakdown, across, key, note) if len(across) <= _ACROSS else _pairs(breakdown, key, note)


def course_table(key: str, caption: str, series: tuple[Series, ...]) -> Table:
    """Months down, series across."""
    months = [month for month, _ in series[0].points]
    rows = tuple(
        (Entry(f"{month_in_short(month)} {month[:4]}", month), *(entry(one.points[place][1]) for one in series))
        for place, month in enumerate(months)
    )
    columns = (Column("Mois"), *(Column(one.label, numeric=True) for one in series))
    return Table(key, caption, columns, rows, turned=True)


def symbols(breakdown: Breakdown, place: int) -> list[str]:
    """The symbols of a dimension, in the order of its vocabulary's labels where that says nothing: the largest first.

    What is masked counts as one, so that the order gives nothing away.
    """
    sums: dict[str, int] = {}
    for names, number in breakdown.rows.items():
        found = mark(number)
        sums[names[place]] = sums.get(names[place], 0) + (found if isinstance(found, int) else 1)
    return _ordered(breakdown.by[place], sums)


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


def _ordered(axis: Axis, sums: Mapping[str, int]) -> list[str]:
    order = _IN_ORDER.get(axis.vocabulary)
    if order is not None:
        return sorted(sums, key=lambda symbol: (order.index(symbol) if symbol in order else len(order), symbol))
    if axis.vocabulary in {"cdas", "site", "code"}:
        return sorted(sums, key=lambda symbol: (not symbol, symbol))
    return sorted(sums, key=lambda symbol: (not symbol, -sums[symbol], symbol))


def _list(breakdown: Breakdown, key: str, note: str) -> Table:
    (axis,) = breakdown.by
    rows = tuple((word(label(axis, name)), entry(breakdown.rows[(name,)])) for name in symbols(breakdown, 0))
    return Table(key, breakdown.label, (Column(_capital(axis.label)), Column("Nombre", numeric=True)), rows, note)


def _cross(breakdown: Breakdown, across: list[str], key: str, note: str) -> Table:
    down, side = breakdown.by
    rows = tuple(
        (word(label(down, name)), *(entry(breakdown.rows.get((name, other), 0)) for other in across))
        for name in symbols(breakdown, 0)
    )
    heads = (Column(label(side, other), numeric=True) for other in across)
    if side.vocabulary == "flag":
        heads = (Column(f"{_capital(side.label)} : {side.label_of(other)}", numeric=True) for other in across)
    return Table(key, breakdown.label, (Column(_capital(down.label)), *heads), rows, note)


def _pairs(breakdown: Breakdown, key: str, note: str) -> Table:
    down, side = breakdown.by
    pairs = [(one, other) for one in symbols(breakdown, 0) for other in symbols(breakdown, 1)]
    rows = tuple(
        (word(label(down, one)), word(label(side, other)), entry(breakdown.rows[one, other]))
        for one, other in pairs
        if (one, other) in breakdown.rows
    )
    columns = (Column(_capital(down.label)), Column(_capital(side.label)), Column("Nombre", numeric=True))
    return Table(key, breakdown.label, columns, rows, note, heads=2)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
