"""The few shapes that the charts are drawn with, and their colours."""

from html import escape
from typing import Final

WIDTH: Final = 680
INK: Final = "#1f2933"
QUIET: Final = "#52606d"
GRID: Final = "#d5dae0"
# White text on each has a contrast of 4.5 or more, and neighbours differ in lightness, not in colour only.
COLOURS: Final = ("#17456e", "#b4530f", "#2a7d6f", "#7a3e72", "#7a5f12", "#5b6470")
_FONT: Final = "Libertinus Serif, serif"


def drawing(key: str, height: float, shapes: list[str], description: str) -> str:
    """A whole picture; `key` keeps its patterns apart from those of other charts of the page."""
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" role="img" '
        f'aria-label="{escape(description)}" font-family="{_FONT}">\n'
        f"<defs>{_hatch(key)}</defs>\n{body}\n</svg>"
    )


def rect(x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> str:
    """A filled rectangle; widths and heights below zero are zero."""
    corner = f' rx="{_n(radius)}"' if radius else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}" '
        f'fill="{fill}"{corner}/>'
    )


def hatched(key: str, x: float, y: float, width: float, height: float) -> str:
    """A place where a number exists and is not shown."""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="url(#{key}-hatch)" '
        f'stroke="{QUIET}" stroke-width="0.8"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1, dash: str = "") -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" '
        f'stroke-width="{_n(width)}"{dashes}/>'
    )


def circle(x: float, y: float, radius: float, fill: str) -> str:
    """A filled disc."""
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>'


def band(x1: float, y1: float, x2: float, y2: float, thickness: float, fill: str) -> str:
    """A ribbon from one side to the other; `y1` and `y2` are its upper edges."""
    middle = (x1 + x2) / 2
    upper = f"M{_n(x1)},{_n(y1)} C{_n(middle)},{_n(y1)} {_n(middle)},{_n(y2)} {_n(x2)},{_n(y2)}"
    lower = (
        f"L{_n(x2)},{_n(y2 + thickness)} C{_n(middle)},{_n(y2 + thickness)} {_n(middle)},{_n(y1 + thickness)} "
        f"{_n(x1)},{_n(y1 + thickness)} Z"
    )
    return f'<path d="{upper} {lower}" fill="{fill}" fill-opacity="0.62"/>'


def text(
    x: float, y: float, words: str, *, size: float = 12, anchor: str = "start", colour: str = INK, bold: bool = False
) -> str:
    """Words on one line; `anchor` is start, middle or end."""
    weight = ' font-weight="bold"' if bold else ""
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}"{where}{weight}>{escape(words)}</text>'


def legend(key: str, labels: list[str], y: float, *, masked: bool, missing: bool) -> list[str]:
    """Coloured squares with their names, on one line or more, and what hatching and the short signs mean."""
    shapes: list[str] = []
    x = 0.0
    for place, label in enumerate(labels):
        width = 22 + 6.3 * len(label)
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        shapes += [rect(x, y - 10, 12, 12, colour(place), radius=2), text(x + 18, y, label)]
        x += width + 14
    if masked:
        if x and x + 260 > WIDTH:
            x, y = 0.0, y + 20
        shapes += [hatched(key, x, y - 10, 12, 12), text(x + 18, y, "masqué (secret des petits nombres)", colour=QUIET)]
        x += 240
    if missing:
        if x and x + 120 > WIDTH:
            x, y = 0.0, y + 20
        shapes.append(text(x, y, "n. f. : non fourni", colour=QUIET))
    return shapes


def legend_height(labels: list[str], *, masked: bool, missing: bool) -> float:
    """The height that `legend` takes."""
    x, rows = 0.0, 1
    for width in [22 + 6.3 * len(label) for label in labels] + [226.0] * masked + [120.0] * missing:
        if x and x + width > WIDTH:
            x, rows = 0.0, rows + 1
        x += width + 14
    return 20.0 * rows if labels or masked or missing else 0.0


def colour(place: int) -> str:
    """The colour of the series at a place."""
    return COLOURS[place % len(COLOURS)]


def wrapped(words: str, letters: int) -> list[str]:
    """The words on lines of at most so many letters where they can be broken."""
    lines: list[str] = []
    for word in words.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _hatch(key: str) -> str:
    return (
        f'<pattern id="{key}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0,6 L6,0" stroke="{QUIET}" stroke-width="1.2"/></pattern>'
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
