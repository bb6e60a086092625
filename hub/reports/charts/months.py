"""Columns by month: one series or several, side by side or on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.french_numbers import decimal, month_in_short
from hub.reports.charts.scale import steps
from hub.reports.charts.svg import (
    GRID,
    QUIET,
    WIDTH,
    colour,
    drawing,
    hatched,
    legend,
    legend_height,
    line,
    rect,
    text,
)
from hub.reports.document import Mark, State

_LEFT: Final = 44
_TOP: Final = 24
_PLOT: Final = 165
_STUB: Final = 14.0


@dataclass(frozen=True, slots=True)
class Bars:
    """A named series: a value for each month of the chart."""

    label: str
    values: tuple[Mark, ...]


def month_columns(
    key: str, months: Sequence[str], series: Sequence[Bars], description: str, *, stacked: bool = False
) -> str:
    """The picture of the series over the months."""
    axis = steps(_highest(series, len(months), stacked=stacked))
    scale = _PLOT / axis[-1]
    base = _TOP + _PLOT
    shapes: list[str] = []
    for value in axis:
        y = base - value * scale
        shapes += [
            line(_LEFT, y, WIDTH, y, GRID if value else QUIET),
            text(_LEFT - 6, y + 4, decimal(value), size=11, anchor="end", colour=QUIET),
        ]
    slot = (WIDTH - _LEFT) / len(months)
    for place, month in enumerate(months):
        left = _LEFT + place * slot
        shapes += (
            _stack(key, left, slot, base, scale, series, place)
            if stacked
            else _group(key, left, slot, base, scale, series, place)
        )
        shapes.append(text(left + slot / 2, base + 17, month_in_short(month), size=11.5, anchor="middle"))
    shapes += _years(months, slot, base + 32)
    states = {value for bars in series for value in bars.values if isinstance(value, State)}
    labels = [bars.label for bars in series] if len(series) > 1 else []
    said = {"masked": State.MASKED in states, "missing": State.NOT_PROVIDED in states}
    under = base + 56
    shapes += legend(key, labels, under, masked=said["masked"], missing=said["missing"])
    return drawing(key, under - 14 + legend_height(labels, **said), shapes, description)


def _group(
    key: str, left: float, slot: float, base: float, scale: float, series: Sequence[Bars], place: int
) -> list[str]:
    width = min(slot * 0.74 / len(series), 44)
    start = left + (slot - width * len(series)) / 2
    shapes: list[str] = []
    for number, bars in enumerate(series):
        x = start + number * width
        shapes += _column(key, x, width - 1.5, base, scale, bars.values[place], colour(number))
    return shapes


def _column(key: str, x: float, width: float, base: float, scale: float, value: Mark, fill: str) -> list[str]:
    middle = x + width / 2
    match value:
        case State.MASKED:
            return [hatched(key, x, base - _STUB, width, _STUB)]
        case State.NOT_PROVIDED | State.GIVEN:
            return [text(middle, base - 5, "n. f.", size=10, anchor="middle", colour=QUIET)]
        case _:
            height = value * scale
            shown = decimal(value)
            size = 11 if 5.5 * len(shown) <= width + 8 else 9
            return [
                rect(x, base - height, width, height, fill),
                text(middle, base - height - 4, shown, size=size, anchor="middle"),
            ]


def _stack(
    key: str, left: float, slot: float, base: float, scale: float, series: Sequence[Bars], place: int
) -> list[str]:
    width = min(slot * 0.62, 44)
    x = left + (slot - width) / 2
    shapes: list[str] = []
    top = base
    for number, bars in enumerate(series):
        value = bars.values[place]
        if value is State.MASKED:
            top -= _STUB
            shapes.append(hatched(key, x, top, width, _STUB))
        elif not isinstance(value, State):
            height = value * scale
            top -= height
            shapes.append(rect(x, top, width, height, colour(number)))
            if height >= 13:
                shapes.append(
                    text(
                        x + width / 2, top + height / 2 + 4, decimal(value), size=11, anchor="middle", colour="#ffffff"
                    )
                )
            if number:
                shapes.append(line(x, top + height, x + width, top + height, "#ffffff", 1.5))
    if all(isinstance(bars.values[place], State) and bars.values[place] is not State.MASKED for bars in series):
        shapes.append(text(x + width / 2, base - 5, "n. f.", size=10, anchor="middle", colour=QUIET))
    return shapes


def _years(months: Sequence[str], slot: float, y: float) -> list[str]:
    """The year under its first month."""
    shapes: list[str] = []
    before = ""
    for place, month in enumerate(months):
        year = month.split("-")[0]
        if year != before:
            shapes.append(text(_LEFT + place * slot + slot / 2, y, year, size=11, anchor="middle", colour=QUIET))
        before = year
    return shapes


def _highest(series: Sequence[Bars], months: int, *, stacked: bool) -> float:
    def number(value: Mark) -> float:
        return 0 if isinstance(value, State) else value

    if stacked:
        return max((sum(number(bars.values[place]) for bars in series) for place in range(months)), default=0)
    return max((number(value) for bars in series for value in bars.values), default=0)
