"""A CSV file as spreadsheets write it (RFC 4180, and semicolons), read so that a bad row spoils no other."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from hub.domain.activity.rows import Row
from hub.domain.french import without_bad_breaks

LONGEST_ROW: Final = 40  # lines that one row may take, by line breaks inside quotes
LONGEST_CELL: Final = 20_000


class FileInvalid(ValueError):
    """The file is no table at all; the message is a French sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(without_bad_breaks(sentence))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file: its headings, and the lines below them; `rows` reads these."""

    headings: tuple[str, ...]
    delimiter: str
    lines: Sequence[str]
    first: int

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, with the line of the file on which it begins (the first line is 1).

        A row that cannot be read has a fault; the one after it begins on the next line.
        """
        at = 0
        while at < len(self.lines):
            cells, used = _read_row(self.lines, at, self.delimiter)
            line, at = self.first + at, at + used
            if cells is None:
                yield Row(
                    line, fault="la ligne ne peut pas être lue : un guillemet n’est pas refermé, ou est mal placé"
                )
            elif any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))


def read_sheet(content: bytes) -> Sheet:
    """Read a file in UTF-8, with or without byte order mark, with semicolons, commas or tabs. Raises FileInvalid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"le fichier n’est pas en UTF-8 (ligne {line}) : l’enregistrer au format « CSV UTF-8 »"
        raise FileInvalid(msg) from None
    if "\x00" in text:
        msg = "le fichier n’est pas un fichier CSV : l’enregistrer au format « CSV UTF-8 »"
        raise FileInvalid(msg)
    lines = _lines(text)
    begin = next((number for number, line in enumerate(lines) if line.strip(" \t;,\r\n")), None)
    if begin is None:
        msg = "le fichier est vide : sa première ligne doit nommer les colonnes"
        raise FileInvalid(msg)
    delimiter = max(";,\t", key=lines[begin].count)
    headings, used = _read_row(lines, begin, delimiter)
    if headings is None:
        msg = "la première ligne, qui nomme les colonnes, ne peut pas être lue"
        raise FileInvalid(msg)
    return Sheet(tuple(headings), delimiter, lines[begin + used :], begin + used + 1)


def _lines(text: str) -> list[str]:
    """The lines with their ends: only what CSV calls an end, not everything that Unicode does."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return [f"{line}\n" for line in unified.removesuffix("\n").split("\n")]


def _read_row(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at a line, and how many lines it takes; None and 1 where it cannot be read."""
    reader = csv.reader(islice(lines, at, at + LONGEST_ROW), delimiter=delimiter, strict=True)
    try:
        cells = next(reader, [])
    except csv.Error:
        return None, 1
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return None, 1
    return cells, max(reader.line_num, 1)
