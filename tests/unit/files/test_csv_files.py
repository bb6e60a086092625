"""CSV files as people save them: every row on its own, whatever stands in another."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.inbound.files.reading import LONGEST_CELL, FileInvalid, read_sheet
from connectors.inbound.files.receipt import LineReceipt, LineState, receipt_file
from hub.domain.french import without_bad_breaks

BOM = b"\xef\xbb\xbf"


def rows(text: str) -> list[tuple[int, tuple[str, ...] | None]]:
    return [(row.line, None if row.fault else row.cells) for row in read_sheet(text.encode()).rows()]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"], ids=["semicolons", "commas", "tabs"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "byte-order-mark"])
def test_the_ways_of_spreadsheets_are_read_alike(delimiter: str, end: str, mark: bytes) -> None:
    content = mark + end.join(delimiter.join(row) for row in (["a", "b"], ["1", "été"], ["", ""], ["2", ""])).encode()
    sheet = read_sheet(content)
    assert ("a", "b") == sheet.headings
    assert [(2, ("1", "été")), (4, ("2", ""))] == [(row.line, row.cells) for row in sheet.rows()]


def test_a_cell_may_hold_line_breaks_and_quotes_and_lines_keep_their_numbers() -> None:
    assert [(2, ('un "mot"\nsur deux lignes', "x")), (4, ("1", "2"))] == rows(
        'a;b\n"un ""mot""\nsur deux lignes";x\n1;2\n'
    )


def test_a_quote_that_is_never_closed_spoils_its_own_line_only() -> None:
    assert [(2, ("1", "2")), (3, None), (4, ("3", "4")), (5, ("5", "six"))] == rows(
        'a;b\n1;2\n"ouvert;x\n3;4\n5;"six"\n'
    )


def test_a_quote_in_a_wrong_place_spoils_its_own_line_only() -> None:
    assert [(2, None), (3, ("3", "4"))] == rows('a;b\n"un"deux;x\n3;4\n')


def test_a_cell_as_long_as_a_book_spoils_its_own_line_only() -> None:
    assert [(2, None), (3, ("3", "4"))] == rows(f"a;b\n{'x' * (LONGEST_CELL + 1)};1\n3;4\n")


def test_blank_lines_before_the_headings_do_not_shift_the_numbers() -> None:
    assert [(4, ("1", "2"))] == rows("\n;;\na;b\n1;2\n")


NO_TABLES = {
    "nothing": (b"", "le fichier est vide"),
    "only blanks": (b"\n ;; \n", "le fichier est vide"),
    "another encoding": ("a;b\n1;2\né;3\n".encode("cp1252"), "pas en UTF-8 (ligne 3)"),
    "a workbook": (b"PK\x00\x01\x02", "n’est pas un fichier CSV"),
    "headings that are not closed": (b'"a;b\n1;2\n', "la première ligne"),
}


@pytest.mark.parametrize(("content", "sentence"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table_is_said(content: bytes, sentence: str) -> None:
    with pytest.raises(FileInvalid) as refused:
        read_sheet(content)
    assert without_bad_breaks(sentence) in str(refused.value)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12)


@given(table=st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=8))
def test_whatever_was_written_is_read_back(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    expected = [tuple(row) for row in table if any(cell.strip() for cell in row)]
    assert expected == [row.cells for row in read_sheet(out.getvalue().encode()).rows()]


@given(content=st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_saying_so(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
    except FileInvalid:
        return
    lines = [row.line for row in sheet.rows()]
    assert sorted(set(lines)) == lines


def test_a_receipt_opens_in_a_spreadsheet_with_a_line_for_each_fault() -> None:
    receipts = [
        LineReceipt(2, LineState.ACCEPTED, "row-1"),
        LineReceipt(3, LineState.REFUSED, faults=(("nature", "un code est attendu"), ("CDAS", "inconnu ; à revoir"))),
    ]
    content = receipt_file(receipts)
    assert content.startswith(BOM)
    assert [
        ["ligne", "état", "identifiant", "colonne", "motif"],
        ["2", "acceptée", "row-1", "", ""],
        ["3", "refusée", "", "nature", "un code est attendu"],
        ["3", "refusée", "", "CDAS", "inconnu ; à revoir"],
    ] == list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
