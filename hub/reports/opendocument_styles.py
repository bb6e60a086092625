"""How the spreadsheet looks: numbers as the report reads them, columns as wide as their texts, pages to be printed.

A number's format is that of its text: « 12,5 % », « +3 », « 1 204 », « 3,5 heures ». So a spreadsheet shows what the
report says, and calculates with the number behind it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from odfdo import Document as Spreadsheet
from odfdo import Style

from hub.domain.french import NO_BREAK
from hub.reports.document import Entry

WIDEST: Final = 60
"""Letters of the widest column; longer texts are set on several lines."""

_NARROWEST: Final = 11
_CENTIMETRES_A_LETTER: Final = 0.21
_MARGIN_CENTIMETRES: Final = 0.6
_SIDES: Final = {"fo:padding-left": "0.15cm", "fo:padding-right": "0.15cm"}
_TEXT: Final = re.compile(r"(?P<sign>[+−]?)[\d\u202f]+(?:,\d+)?(?:[ \u00a0](?P<unit>%|\w+))?")


@dataclass(frozen=True, slots=True, order=True)
class Format:
    """How a number is written: `places` after the comma, what follows it, and whether a gain shows its sign."""

    places: int
    unit: str = ""
    signed: bool = False

    @property
    def name(self) -> str:
        """Name of its style."""
        unit = "percent" if self.unit == "%" else self.unit
        return f"{'signed' if self.signed else 'plain'}{self.places}{unit}"


def format_of(entry: Entry) -> Format | None:
    """The format of a number's text; None for what is no number."""
    if not isinstance(entry.value, int | float):
        return None
    found = _TEXT.fullmatch(entry.text)
    unit = found["unit"] if found and found["unit"] else ""
    return Format(int(isinstance(entry.value, float)), unit, signed=bool(found and found["sign"]))


def column_style(letters: int) -> str:
    """Name of the style of a column whose longest text has so many letters."""
    return f"column{min(max(letters, _NARROWEST), WIDEST)}"


def add_styles(book: Spreadsheet, formats: Iterable[Format], letters: Iterable[int]) -> None:
    """Put into the file the styles that its cells and columns name, and how its pages are printed."""
    for style in (*_fixed(), *map(_column, sorted({column_style(one) for one in letters}))):
        book.insert_style(style, automatic=True)
    for one in sorted(set(formats)):
        for data in _data_styles(one):
            book.insert_style(data, automatic=True)
        book.insert_style(_number(one), automatic=True)
    _set_pages(book)


def _fixed() -> Iterator[Style]:
    for name, side in (("heading", "start"), ("number-heading", "end")):
        heading = Style("table-cell", name=name, area="text", bold=True)
        line = {"fo:border-bottom": "0.75pt solid #1f2933", "fo:wrap-option": "wrap"}
        heading.set_properties({**line, **_SIDES}, area="table-cell")
        heading.set_properties({"fo:text-align": side}, area="paragraph")
        yield heading
    yield Style("table-cell", name="title", area="text", bold=True, size="14pt", color="#17456e")
    absent = Style("table-cell", name="absent", area="text", italic=True, color="#4a5764")
    absent.set_properties({"fo:text-align": "end"}, area="paragraph")
    absent.set_properties(_SIDES, area="table-cell")
    yield absent
    words = Style("table-cell", name="words")
    words.set_properties({"fo:wrap-option": "wrap", **_SIDES}, area="table-cell")
    yield words


def _number(one: Format) -> Style:
    style = Style("table-cell", name=one.name)
    style.set_attribute("style:data-style-name", f"{one.name}-format")
    style.set_properties(_SIDES, area="table-cell")
    return style


def _column(name: str) -> Style:
    letters = int(name.removeprefix("column"))
    return Style("table-column", name=name, width=f"{letters * _CENTIMETRES_A_LETTER + _MARGIN_CENTIMETRES:.2f}cm")


def _data_styles(one: Format) -> Iterator[str]:
    """The format itself; a signed one has one for each side of zero."""
    name = f"{one.name}-format"
    if not one.signed:
        yield _data_style(one, name)
        return
    yield _data_style(one, f"{name}-gain", sign="+")
    yield _data_style(one, f"{name}-loss", sign="−")
    maps = "".join(
        f'<style:map style:condition="value(){side}0" style:apply-style-name="{name}-{of}"/>'
        for side, of in (("&gt;", "gain"), ("&lt;", "loss"))
    )
    yield _data_style(one, name, maps=maps)


def _data_style(one: Format, name: str, *, sign: str = "", maps: str = "") -> str:
    kind = "percentage-style" if one.unit == "%" else "number-style"
    before = f"<number:text>{sign}</number:text>" if sign else ""
    after = f"<number:text>{NO_BREAK}{one.unit}</number:text>" if one.unit else ""
    return (
        f'<number:{kind} style:name="{name}" number:language="fr" number:country="FR">{before}'
        f'<number:number number:decimal-places="{one.places}" number:min-decimal-places="{one.places}" '
        f'number:min-integer-digits="1" number:grouping="true"/>{after}{maps}</number:{kind}>'
    )


def _set_pages(book: Spreadsheet) -> None:
    """Every sheet as wide as one page, lying A4; as many pages long as it needs."""
    page = {
        "style:print-orientation": "landscape",
        "fo:page-width": "29.7cm",
        "fo:page-height": "21cm",
        "fo:margin": "1.5cm",
        "style:scale-to-X": "1",
        "style:scale-to-Y": "0",
    }
    for layout in book.get_styles("page-layout"):
        for properties in layout.get_elements("style:page-layout-properties"):
            for name, value in page.items():
                properties.set_attribute(name, value)
