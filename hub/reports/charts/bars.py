"""Horizontal bars: a row for each name, in one piece or in several one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.french_numbers import decimal
from hub.reports.charts.svg import (
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
    wrapped,
)
from hub.reports.document import Mark, State

_NAMES: Final = 218
_ROOM: Final = WIDTH - _NAMES - 46
_STUB: Final = 22.0
_ROW: Final = 30
_LETTERS: Final = 33


@dataclass(frozen=True, slots=True)
class Row:
    """A name with the parts of its bar, in the order of the chart's labels, and what they come to together."""

    label: str
    parts: tuple[Mark, ...]
    total: Mark


def stacked_bars(key: str, labels: Sequence[str], rows: Sequence[Row], description: str) -> str:
    """The picture of the rows; with one label there is no legend, and the number stands behind the bar."""
    longest = max((_length(row) for row in rows), default=0)
    masks = max((sum(part is State.MASKED for part in row.parts) for row in rows), default=0)
    scale = (_ROOM - masks * _STUB) / longest if longest else 0
    shapes = [line(_NAMES, 4, _NAMES, 8 + _ROW * len(rows), QUIET)]
    for place, row in enumerate(rows):
        y = 8 + place * _ROW
        shapes += _name(row.label, y)
        shapes += _bar(key, row, y, scale)
    under = 8 + _ROW * len(rows) + 22
    shown = list(labels) if len(labels) > 1 else []
    parts = [part for row in rows for part in row.parts]
    masked, missing = State.MASKED in parts, State.NOT_PROVIDED in parts
    shapes += legend(key, shown, under, masked=masked, missing=missing)
    return drawing(key, under - 14 + legend_height(shown, masked=masked, missing=missing), shapes, description)


def _name(label: str, y: float) -> list[str]:
    lines = wrapped(label, _LETTERS)[:2]
    first = y + _ROW / 2 + (4 if len(lines) == 1 else -3)
    return [text(_NAMES - 8, first + 13 * place, words, anchor="end") for place, words in enumerate(lines)]


def _bar(key: str, row: Row, y: float, scale: float) -> list[str]:
    shapes: list[str] = []
    x = float(_NAMES)
    for place, part in enumerate(row.parts):
        if part is State.MASKED:
            shapes.append(hatched(key, x, y + 5, _STUB, _ROW - 10))
            x += _STUB
        elif not isinstance(part, State):
            width = part * scale
            shapes.append(rect(x, y + 5, width, _ROW - 10, colour(place)))
            shown = decimal(part)
            if len(row.parts) > 1 and width >= 9 + 6 * len(shown):
                shapes.append(text(x + width / 2, y + _ROW / 2 + 4, shown, anchor="middle", colour="#ffffff"))
            x += width
            if place < len(row.parts) - 1:
                shapes.append(line(x, y + 5, x, y + _ROW - 5, "#ffffff", 1.5))
    if all(part in {State.NOT_PROVIDED, State.GIVEN} for part in row.parts):
        shapes.append(text(x + 6, y + _ROW / 2 + 4, "n. f.", size=11, colour=QUIET))
    elif not isinstance(row.total, State):
        shapes.append(text(x + 6, y + _ROW / 2 + 4, decimal(row.total), bold=True))
    return shapes


def _length(row: Row) -> float:
    return sum(part for part in row.parts if not isinstance(part, State))
