"""The tables of a document as an OpenDocument spreadsheet: a sheet to start from, then one for each table."""

import io
import re
from datetime import datetime
from typing import Final

from odfdo import Cell, Row, Style
from odfdo import Column as SheetColumn
from odfdo import Document as Spreadsheet
from odfdo import Table as Sheet

from hub.domain.french import without_bad_breaks
from hub.reports.document import Document, Entry, State, Table
from hub.reports.tables import tables

_LONGEST_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]*?:/\\']")


def opendocument(document: Document, made_at: datetime) -> bytes:
    """The file's bytes. Numbers are numbers; a place without one holds its word: « masqué », « non fourni »."""
    book = Spreadsheet("spreadsheet")
    book.body.clear()
    for style in _styles():
        book.insert_style(style, automatic=True)
    meta = book.meta
    meta.title = f"{document.title} – {document.subtitle}"
    meta.language = "fr-FR"
    meta.creator = document.institutions
    meta.creation_date = made_at.replace(tzinfo=None)
    meta.date = made_at.replace(tzinfo=None)
    found = list(tables(document))
    names = _names([table for _, table in found])
    book.body.append(
        _summary(document, [(name, section, table) for name, (section, table) in zip(names, found, strict=True)])
    )
    for name, (section, table) in zip(names, found, strict=True):
        book.body.append(_sheet(name, section, table))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _styles() -> list[Style]:
    heading = Style("table-cell", name="heading", area="text", bold=True)
    heading.set_properties({"fo:border-bottom": "0.75pt solid #1f2933", "fo:wrap-option": "wrap"}, area="table-cell")
    title = Style("table-cell", name="title", area="text", bold=True, size="14pt", color="#17456e")
    absent = Style("table-cell", name="absent", area="text", italic=True, color="#4a5764")
    absent.set_properties({"fo:text-align": "end"}, area="paragraph")
    wide = Style("table-column", name="wide", width="8cm")
    plain = Style("table-column", name="plain", width="4cm")
    return [heading, title, absent, wide, plain]


def _summary(document: Document, found: list[tuple[str, str, Table]]) -> Sheet:
    rows = [
        [_text(document.title, "title")],
        [_text(document.subtitle)],
        [_text(document.institutions)],
        [],
        *([_text(name), _text(value)] for name, value in document.facts),
        *([_text(document.notice)] for _ in range(bool(document.notice))),
        [],
        [_text("« masqué » : le nombre existe, mais il est petit, ou il permettrait d’en retrouver un.")],
        [_text("« non fourni » : rien n’a été transmis ; ce n’est pas zéro.")],
        [],
        [_text("Feuille", "heading"), _text("Tableau", "heading"), _text("Partie", "heading")],
        *([_text(name), _text(table.caption), _text(section)] for name, section, table in found),
    ]
    return _filled("Sommaire", rows, 3)


def _sheet(name: str, section: str, table: Table) -> Sheet:
    rows = [
        [_text(table.caption, "title")],
        [_text(section)],
        [],
        [_text(column.label, "heading") for column in table.columns],
        *([_entry(entry) for entry in row] for row in table.rows),
    ]
    if table.note:
        rows += [[], [_text(table.note)]]
    return _filled(name, rows, len(table.columns))


def _filled(name: str, rows: list[list[Cell]], columns: int) -> Sheet:
    sheet = Sheet(name)
    for place in range(columns):
        sheet.append_column(SheetColumn(style="plain" if place else "wide"))
    for cells in rows:
        row = Row()
        for cell in cells:
            row.append_cell(cell)
        sheet.append_row(row)
    return sheet


def _entry(entry: Entry) -> Cell:
    if entry.state is not State.GIVEN:
        return _text(entry.text, "absent")
    if isinstance(entry.value, int | float):
        return Cell(entry.value, text=entry.text)
    return _text(entry.text)


def _text(words: str, style: str | None = None) -> Cell:
    shown = without_bad_breaks(words)
    return Cell(shown, text=shown, style=style)


def _names(found: list[Table]) -> list[str]:
    """A name for each sheet: short, unique, without what a spreadsheet refuses."""
    names = []
    for number, table in enumerate(found, 1):
        names.append(_FORBIDDEN.sub(" ", f"{number:02d} {table.key}")[:_LONGEST_NAME])
    return names
