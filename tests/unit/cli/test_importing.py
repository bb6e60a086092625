"""A table that somebody saved from a spreadsheet is read the same way by every import, each row with its line."""

from pathlib import Path

import pytest

from hub.cli.importing import FileUnreadable, Table, read_table


def table(tmp_path: Path, text: str) -> Table:
    """Read the table that a file of this text holds."""
    file = tmp_path / "table.csv"
    file.write_bytes(text.encode("utf-8"))
    return read_table(file)


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["commas", "semicolons", "tabs"])
def test_cells_are_apart_by_what_the_first_line_uses(tmp_path: Path, separator: str) -> None:
    found = table(tmp_path, "\ufeff" + "ref,name\r\nCDAS-01,un\r\n".replace(",", separator))
    assert (("ref", "name"), [{"ref": "CDAS-01", "name": "un"}]) == (found.columns, found.rows)


def test_a_row_has_the_line_of_the_file_on_which_it_begins(tmp_path: Path) -> None:
    found = table(tmp_path, 'ref,name\n\nCDAS-01,"sur\ndeux lignes"\n,\nCDAS-02,un\n')
    assert [("CDAS-01", 3), ("CDAS-02", 6)] == [
        (row["ref"], line) for row, line in zip(found.rows, found.lines, strict=True)
    ]


def test_a_short_row_lacks_its_last_cells_and_a_long_one_keeps_what_is_too_much_apart(tmp_path: Path) -> None:
    found = table(tmp_path, "ref,name\nCDAS-01\nCDAS-02,deux,trois,quatre\n")
    assert [
        {"ref": "CDAS-01", "name": None},
        {"ref": "CDAS-02", "name": "deux", None: ["trois", "quatre"]},
    ] == found.rows


def test_a_row_that_cannot_be_read_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="ligne 3"):
        table(tmp_path, 'ref,name\nCDAS-01,un\nCDAS-02,"deux\n')


def test_what_is_no_text_in_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes("ref,name\nCDAS-01,\u00e9t\u00e9\n".encode("latin-1"))
    with pytest.raises(FileUnreadable, match=r"n’est pas en UTF-8 \(ligne 2\)"):
        read_table(tmp_path / "table.csv")
