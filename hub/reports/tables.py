"""The tables of a document: all of them for the formats that hold data, and each as a page shows it."""

from collections.abc import Iterator
from dataclasses import replace

from hub.reports.document import Block, Chart, Column, Document, Entry, KeyFigures, Section, Table


def tables(document: Document) -> Iterator[tuple[str, Table]]:
    """Each table with the title of the section where it stands; key figures and charts give theirs."""
    for section in document.sections:
        yield from _of_section(section)


def as_read(table: Table) -> Table:
    """The table as pages show it: a turned one with its rows as columns."""
    if not table.turned:
        return table
    columns = (Column(""), *(Column(row[0].text, numeric=True) for row in table.rows))
    rows = tuple(
        (_word(column.label), *(row[place] for row in table.rows))
        for place, column in enumerate(table.columns)
        if column.numeric
    )
    return replace(table, columns=columns, rows=rows, turned=False)


def table_of(figures: KeyFigures) -> Table:
    """The table of key figures, as a data file holds it."""
    columns = (Column("Chiffre"), Column("Valeur", numeric=True), Column("Repose sur"))
    rows = tuple((_word(item.label), item.entry, _word(item.detail)) for item in figures.items)
    return Table(figures.key, figures.caption, columns, rows)


def _of_section(section: Section) -> Iterator[tuple[str, Table]]:
    for block in section.blocks:
        found = _of_block(block)
        if found is not None:
            yield section.title, found
    for inner in section.sections:
        yield from _of_section(inner)


def _of_block(block: Block) -> Table | None:
    match block:
        case Table():
            return block
        case Chart(table=table):
            return table
        case KeyFigures():
            return table_of(block)
        case _:
            return None


def _word(text: str) -> Entry:
    return Entry(text, text)
