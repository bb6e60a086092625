"""What GET /indicators and `hub indicators show --json` answer: figures with their definitions, masked.

Where `state` is MASKED or NOT_PROVIDED there is no number: neither is ever a zero.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from hub.domain.indicators.masking import MASKED, Shown
from hub.domain.indicators.shapes import Axis, Figure
from hub.domain.indicators.showing import ShownBreakdown, ShownIndicator, ShownSeries
from hub.domain.indicators.values import Change, Count, Mean, Median, Share
from hub.domain.indicators.words import basis_words, value_words
from hub.ledger.indicators.showing import Closing, ShownPeriod

_GIVEN: Final = "GIVEN"
_MASKED: Final = "MASKED"
_NOT_PROVIDED: Final = "NOT_PROVIDED"


class FigureAnswer(msgspec.Struct, frozen=True):
    """A value of the whole département. `kind`: COUNT, SHARE, MEDIAN, MEAN, CHANGE or NOT_PROVIDED.

    A share is `numerator` ÷ `denominator`, a change (`numerator` − `denominator`) ÷ `denominator`, a year before being
    the denominator; a median or a mean rests on `of` values. `text` and `basis` say it in French.
    """

    key: str
    label: str
    kind: str
    value: int | float | None
    numerator: int | None
    denominator: int | None
    of: int | None
    unit: str | None
    text: str
    basis: str


class AxisAnswer(msgspec.Struct, frozen=True):
    """A dimension of a breakdown."""

    name: str
    label: str


class CellAnswer(msgspec.Struct, frozen=True):
    """A cell: its symbol for each dimension ("" where it was not given), and its number where `state` is GIVEN."""

    symbols: list[str]
    labels: list[str]
    number: int | None
    state: str


class BreakdownAnswer(msgspec.Struct, frozen=True):
    """Counts by one or two dimensions; what is in no row is zero, unless `withheld` says otherwise.

    `margins`: with two dimensions, the totals by each. `withheld`: NOTHING, CELLS
    (only the margins are shown) or ALL.
    """

    key: str
    label: str
    by: list[AxisAnswer]
    total: int
    withheld: str
    rows: list[CellAnswer]
    margins: list[list[CellAnswer]]


class PointAnswer(msgspec.Struct, frozen=True):
    """A month of a course."""

    month: str
    number: int | None
    state: str


class SeriesAnswer(msgspec.Struct, frozen=True):
    """A count by month."""

    key: str
    label: str
    points: list[PointAnswer]


class IndicatorAnswer(msgspec.Struct, frozen=True):
    """An indicator of the convention; not `provided` where no event that feeds it was counted in the period."""

    id: str
    title: str
    article: str
    quote: str
    definition: str
    provided: bool
    figures: list[FigureAnswer]
    breakdowns: list[BreakdownAnswer]
    series: list[SeriesAnswer]


class ClosingAnswer(msgspec.Struct, frozen=True):
    """A period that was frozen: when, under which rules, from how many counted events, and its seal (SHA-256)."""

    name: str
    first: str
    last: str
    frozen_at: datetime
    rules_versions: list[str]
    inputs: int
    seal: str


class LaterAnswer(msgspec.Struct, frozen=True):
    """A value that would differ with what was counted after the period was frozen."""

    indicator: str
    frozen: FigureAnswer
    since: FigureAnswer


class PeriodAnswer(msgspec.Struct, frozen=True):
    """The figures of a period, months `first` to `last`.

    `frozen`: the frozen period that it is, or is a month of. `frozen_months`: else, those of its months that are.
    `detailed`: false where breakdowns are withheld because the period is neither a month nor a reference year.
    """

    period: str
    first: str
    last: str
    label: str
    detailed: bool
    frozen: ClosingAnswer | None
    frozen_months: list[ClosingAnswer]
    later: list[LaterAnswer]
    indicators: list[IndicatorAnswer]


def period_answer(shown: ShownPeriod) -> PeriodAnswer:
    """The answer for a period."""
    period = shown.period
    return PeriodAnswer(
        period.name,
        period.first,
        period.last,
        period.label(),
        shown.detailed,
        None if shown.closing is None else _closing(shown.closing),
        [_closing(one) for one in shown.closed_months],
        [LaterAnswer(one.indicator.id, _figure(one.frozen), _figure(one.since)) for one in shown.later],
        [_indicator(one) for one in shown.indicators],
    )


def _indicator(one: ShownIndicator) -> IndicatorAnswer:
    of = one.indicator
    return IndicatorAnswer(
        of.id,
        of.title,
        of.article,
        of.quote,
        of.definition,
        one.provided,
        [_figure(figure) for figure in one.figures],
        [_breakdown(breakdown) for breakdown in one.breakdowns],
        [_series(series) for series in one.series],
    )


def _figure(figure: Figure) -> FigureAnswer:
    value = figure.value
    kind, number, numerator, denominator, of, unit = _parts(figure)
    return FigureAnswer(
        figure.key,
        figure.label,
        kind,
        number,
        numerator,
        denominator,
        of,
        unit,
        value_words(value),
        basis_words(value),
    )


def _parts(figure: Figure) -> tuple[str, int | float | None, int | None, int | None, int | None, str | None]:
    match figure.value:
        case Count(number):
            return "COUNT", number, None, None, None, None
        case Share(numerator, denominator):
            return "SHARE", _ratio(numerator, denominator), numerator, denominator, None, None
        case Median(middle, of, unit):
            return "MEDIAN", float(middle), None, None, of, unit
        case Mean(total, of):
            return "MEAN", _ratio(total, of), None, None, of, None
        case Change(now, before):
            return "CHANGE", _ratio(now - before, before), now, before, None, None
        case _:
            return _NOT_PROVIDED, None, None, None, None, None


def _ratio(numerator: int, denominator: int) -> float:
    return float(round(Decimal(numerator) / denominator, 6))


def _breakdown(one: ShownBreakdown) -> BreakdownAnswer:
    table = one.table
    return BreakdownAnswer(
        one.key,
        one.label,
        [AxisAnswer(axis.name, axis.label) for axis in one.by],
        table.total,
        table.withheld.name,
        [_cell(one.by, row, number) for row, number in sorted(table.rows.items())],
        [
            [_cell((axis,), (name,), number) for name, number in sorted(margin.items())]
            for axis, margin in zip(one.by, table.margins, strict=False)
        ],
    )


def _cell(by: Sequence[Axis], row: tuple[str, ...], number: Shown) -> CellAnswer:
    labels = [axis.label_of(symbol) for axis, symbol in zip(by, row, strict=True)]
    return CellAnswer(list(row), labels, *_state(number))


def _series(one: ShownSeries) -> SeriesAnswer:
    return SeriesAnswer(one.key, one.label, [PointAnswer(month, *_state(number)) for month, number in one.points])


def _state(number: Shown | None) -> tuple[int | None, str]:
    if number is MASKED:
        return None, _MASKED
    return (None, _NOT_PROVIDED) if number is None else (number, _GIVEN)


def _closing(one: Closing) -> ClosingAnswer:
    period = one.period
    return ClosingAnswer(
        period.name,
        period.first,
        period.last,
        one.frozen_at,
        list(one.rules_versions),
        one.inputs,
        one.seal.hex(),
    )
