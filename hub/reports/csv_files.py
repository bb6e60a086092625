"""The tables of a document as CSV: one file each and a page that says how to read them.

Semicolons, decimal commas, UTF-8 with a byte order mark: what a French spreadsheet opens as it is. A number is
written without thin spaces; a place without one is empty and its state stands in a column of its own.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

from hub.domain.french import without_bad_breaks
from hub.reports.document import Document, Entry, State, Table
from hub.reports.tables import tables

README: Final = "LISEZMOI.txt"
_BOM: Final = "\ufeff"
_STATES: Final = {State.GIVEN: "", State.MASKED: "masqué", State.NOT_PROVIDED: "non fourni"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_files(document: Document) -> Iterator[tuple[str, str]]:
    """Name and text of every file, the explanation first."""
    found = list(tables(document))
    names = [f"{number:02d}-{table.key}.csv" for number, (_, table) in enumerate(found, 1)]
    yield (
        README,
        _readme(document, [(name, section, table) for name, (section, table) in zip(names, found, strict=True)]),
    )
    for name, (_, table) in zip(names, found, strict=True):
        yield name, _BOM + _rows(table)


def _rows(table: Table) -> str:
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    stateful = [place for place, column in enumerate(table.columns) if column.numeric]
    heads = [column.label for column in table.columns]
    lines.writerow([*heads, *(_state_heading(heads[place], len(stateful)) for place in stateful)])
    for row in table.rows:
        lines.writerow([*(_cell(entry) for entry in row), *(_STATES[row[place].state] for place in stateful)])
    return written.getvalue()


def _state_heading(label: str, columns: int) -> str:
    return "État" if columns == 1 else f"État ({label})"


def _cell(entry: Entry) -> str:
    match entry.value:
        case None:
            return ""
        case bool() | int() as number:
            return str(int(number))
        case float() as number:
            return repr(number).replace(".", ",")
        case text:
            # A spreadsheet would read such a text as a formula and carry it out.
            return f"'{text}" if text.startswith(_FORMULA) else text


def _readme(document: Document, found: list[tuple[str, str, Table]]) -> str:
    facts = "\r\n".join(f"{name} : {value}" for name, value in document.facts)
    listed = "\r\n".join(f"{name}\r\n    {section} – {table.caption}" for name, section, table in found)
    text = (
        f"{document.title} – {document.subtitle}\r\n{document.institutions}\r\n\r\n{facts}\r\n\r\n"
        "Comment lire ces fichiers\r\n"
        "Un fichier par tableau, en UTF-8, colonnes séparées par des points-virgules, virgule décimale.\r\n"
        "Une case sans nombre est vide et la colonne « État » dit pourquoi : « masqué » (le nombre existe, mais il est "
        "petit, ou il permettrait d’en retrouver un) ou « non fourni » (rien n’a été transmis ; ce n’est pas zéro).\r\n"
        f"\r\nLes tableaux\r\n{listed}\r\n"
    )
    return without_bad_breaks(text)
