"""Flows from those who send to those who receive: ribbons as wide as their number."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.french_numbers import decimal
from hub.reports.charts.svg import (
    QUIET,
    WIDTH,
    band,
    colour,
    drawing,
    line,
    rect,
    text,
    wrapped,
)
from hub.reports.document import Mark, State

_SIDE: Final = 176
_POST: Final = 10
_GAP: Final = 22.0
_RIBBONS: Final = 230.0
_THIN: Final = 5.0
_LEAST: Final = 34.0


def flows(
    key: str,
    links: Mapping[tuple[str, str], Mark],
    sums: tuple[Mapping[str, Mark], Mapping[str, Mark]],
    description: str,
) -> str:
    """The picture of the links (from, to), `sums` being what leaves and what arrives.

    A masked link is a thin broken line: its width says nothing.
    """
    known = sum(mark for mark in links.values() if not isinstance(mark, State))
    scale = _RIBBONS / known if known else 0
    senders, receivers = _ordered(links, 0), _ordered(links, 1)
    left = _posts(senders, links, 0, scale)
    right = _posts(receivers, links, 1, scale)
    bottom = max((top + height for top, height in [*left.values(), *right.values()]), default=0)
    shapes: list[str] = []
    leaving = {name: top for name, (top, _) in left.items()}
    arriving = {name: top for name, (top, _) in right.items()}
    for sender in senders:
        for receiver in receivers:
            mark = links.get((sender, receiver))
            if mark is None or mark in {State.NOT_PROVIDED, State.GIVEN}:
                continue
            width = _width(mark, scale)
            y1, y2 = leaving[sender], arriving[receiver]
            leaving[sender], arriving[receiver] = y1 + width, y2 + width
            if mark is State.MASKED:
                x1, x2 = _SIDE + _POST, WIDTH - _SIDE - _POST
                shapes.append(line(x1, y1 + width / 2, x2, y2 + width / 2, QUIET, 0.9, "5 4"))
            else:
                fill = colour(senders.index(sender))
                shapes.append(band(_SIDE + _POST, y1, WIDTH - _SIDE - _POST, y2, width, fill))
    for place, (name, (top, height)) in enumerate(left.items()):
        shapes.append(rect(_SIDE, top, _POST, height, colour(place)))
        shapes += _label(name, sums[0].get(name), _SIDE - 8, top + height / 2, "end")
    for name, (top, height) in right.items():
        shapes.append(rect(WIDTH - _SIDE - _POST, top, _POST, height, QUIET))
        shapes += _label(name, sums[1].get(name), WIDTH - _SIDE + 8, top + height / 2, "start")
    masked = State.MASKED in links.values()
    under = bottom + 28
    if masked:
        shapes.append(line(0, under - 4, 26, under - 4, QUIET, 1.5, "5 4"))
        shapes.append(text(34, under, "flux masqué (secret des petits nombres)", colour=QUIET))
    return drawing(key, under + 6 if masked else bottom + 10, shapes, description)


def _posts(
    names: Sequence[str], links: Mapping[tuple[str, str], Mark], side: int, scale: float
) -> dict[str, tuple[float, float]]:
    """Upper edge and height of each name's post, from the top down."""
    posts: dict[str, tuple[float, float]] = {}
    top = 12.0
    for name in names:
        height = sum(_width(mark, scale) for ends, mark in links.items() if ends[side] == name)
        posts[name] = (top + max(_LEAST - height, 0) / 2, height)
        top += max(height, _LEAST) + _GAP
    return posts


def _ordered(links: Mapping[tuple[str, str], Mark], side: int) -> list[str]:
    return list(dict.fromkeys(ends[side] for ends in links))


def _width(mark: Mark, scale: float) -> float:
    match mark:
        case State.MASKED:
            return _THIN
        case State():
            return 0
        case _:
            return mark * scale


def _label(name: str, passing: Mark | None, x: float, middle: float, anchor: str) -> list[str]:
    lines = wrapped(name, 28)[:3]
    number = "" if passing is None or isinstance(passing, State) else decimal(passing)
    height = 14 * (len(lines) + bool(number))
    y = middle - height / 2 + 11
    shapes = [text(x, y + 14 * place, words, anchor=anchor) for place, words in enumerate(lines)]
    if number:
        shapes.append(text(x, y + 14 * len(lines), number, anchor=anchor, bold=True))
    return shapes
