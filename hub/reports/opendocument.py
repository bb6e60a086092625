"""The tables of a document as an OpenDocument spreadsheet: a sheet to start from, then one for each table."""

import io
import re
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Final

from odfdo import Cell, Row
from odfdo import Column as SheetColumn
from odfdo import Document as Spreadsheet
from odfdo import Table as Sheet

from hub.domain.french import without_bad_breaks
from hub.reports.document import Document, Entry, State, Table
from hub.reports.opendocument_styles import add_styles, column_style, format_of
from hub.reports.tables import tables

_LONGEST_NAME: Final = 31
_PROSE_LETTERS: Final = 110
_FORBIDDEN: Final = re.compile(r"[\[\]*?:/\\']")


def opendocument(document: Document, made_at: datetime) -> bytes:
    """The file's bytes. Numbers are numbers; a place without one holds its word: « masqué », « non fourni »."""
    book = Spreadsheet("spreadsheet")
    book.body.clear()
    meta = book.meta
    meta.title = f"{document.title} – {document.subtitle}"
    meta.language = "fr-FR"
    meta.creator = document.institutions
    meta.creation_date = made_at.replace(tzinfo=None)
    meta.date = made_at.replace(tzinfo=None)
    found = list(tables(document))
    names = _names([table for _, table in found])
    sheets = [
        _summary(document, [(name, section, table) for name, (section, table) in zip(names, found, strict=True)]),
        *(_sheet(name, section, table) for name, (section, table) in zip(names, found, strict=True)),
    ]
    entries = (entry for _, table in found for row in table.rows for entry in row)
    formats = (one for one in map(format_of, entries) if one is not None)
    add_styles(book, formats, (letters for sheet in sheets for letters in sheet.letters))
    for sheet in sheets:
        book.body.append(_filled(sheet))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet before it is one: its rows, and the letters that each column has to hold."""

    name: str
    rows: list[list[Cell]]
    letters: tuple[int, ...]


def _summary(document: Document, found: list[tuple[str, str, Table]]) -> _Page:
    listed = [(name, table.caption, section) for name, section, table in found]
    rows = [
        [_text(document.title, "title")],
        [_text(document.subtitle)],
        [_text(document.institutions)],
        [],
        *([_text(name), _text(value)] for name, value in document.facts),
        *_prose(document.notice),
        [],
        *_prose("« masqué » : le nombre existe, mais il est petit, ou il permettrait d’en retrouver un."),
        *_prose("« non fourni » : rien n’a été transmis ; ce n’est pas zéro."),
        [],
        [_text("Feuille", "heading"), _text("Tableau", "heading"), _text("Partie", "heading")],
        *([_text(words, "words") for words in line] for line in listed),
    ]
    letters = tuple(max(map(len, column)) for column in zip(("Feuille", "Tableau", "Partie"), *listed, strict=True))
    return _Page("Sommaire", rows, letters)


def _sheet(name: str, section: str, table: Table) -> _Page:
    rows = [
        [_text(table.caption, "title")],
        [_text(section)],
        [],
        [_text(column.label, "number-heading" if column.numeric else "heading") for column in table.columns],
        *([_entry(entry) for entry in row] for row in table.rows),
    ]
    if table.note:
        rows += [[], *_prose(table.note)]
    letters = tuple(
        max(_heading_letters(column.label), *(len(row[place].text) for row in table.rows), 0)
        for place, column in enumerate(table.columns)
    )
    return _Page(name, rows, letters)


def _heading_letters(label: str) -> int:
    """What a heading asks for on at most three lines; it is bold, so wider than other texts."""
    longest = max(*(len(word) for word in label.split()), -(-len(label) // 3) + 2, 0)
    return longest * 5 // 4 + 1


def _prose(words: str) -> list[list[Cell]]:
    """Running text: a row for each line, as a cell beside others would be cut."""
    return [[_text(line)] for line in wrap(without_bad_breaks(words), _PROSE_LETTERS)]


def _filled(page: _Page) -> Sheet:
    sheet = Sheet(page.name)
    for letters in page.letters:
        sheet.append_column(SheetColumn(style=column_style(letters)))
    for cells in page.rows:
        row = Row()
        for cell in cells:
            row.append_cell(cell)
        sheet.append_row(row)
    return sheet


def _entry(entry: Entry) -> Cell:
    if entry.state is not State.GIVEN:
        return _text(entry.text, "absent")
    form = format_of(entry)
    if form is None or isinstance(entry.value, str):
        return _text(entry.text, "words")
    kind = "percentage" if form.unit == "%" else "float"
    cell = Cell(entry.value, text=entry.text, cell_type=kind, style=form.name)
    for paragraph in cell.get_elements("text:p"):
        paragraph.text = entry.text  # odfdo writes a percentage in a way of its own, without its fraction
    return cell


def _text(words: str, style: str | None = None) -> Cell:
    shown = without_bad_breaks(words)
    return Cell(shown, text=shown, style=style)


def _names(found: list[Table]) -> list[str]:
    """A name for each sheet: short, unique, without what a spreadsheet refuses."""
    names = []
    for number, table in enumerate(found, 1):
        names.append(_FORBIDDEN.sub(" ", f"{number:02d} {table.key}")[:_LONGEST_NAME])
    return names
