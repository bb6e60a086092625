"""What a terminal shows is whole at any width: nothing is cut, and French is broken where it may be."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest
from rich.console import Console
from rich.text import Text

from hub.cli.output import print_prose, print_records, print_table

SOURCE = "urn:hub:caf35:si-partenaires"
NARROW = 48
_STYLE = re.compile("\x1b\\[[0-9;]*m")


class Screen(io.StringIO):
    """A terminal that keeps what it was shown."""

    def isatty(self) -> bool:
        """Whether somebody looks at it."""
        return True

    @property
    def lines(self) -> list[str]:
        """What it shows."""
        return [line.rstrip() for line in _STYLE.sub("", self.getvalue()).splitlines()]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a terminal of 48 columns."""
    monkeypatch.setenv("COLUMNS", str(NARROW))
    monkeypatch.setenv("TERM", "xterm")


@contextmanager
def terminal() -> Iterator[Screen]:
    """Give a terminal in the place of the standard output."""
    with redirect_stdout(Screen()) as screen:
        yield screen


def test_an_id_that_somebody_copies_stands_on_one_line_and_is_not_cut() -> None:
    row = ("e-1047", SOURCE, "compté par le hub à un autre mois")
    with terminal() as screen:
        print_table(("identifiant", "source", "pourquoi"), [row], whole=("identifiant", "source"))
    assert any(SOURCE in line for line in screen.lines)
    assert "…" not in screen.getvalue()
    assert max(map(len, screen.lines)) <= NARROW


def test_a_word_too_long_for_its_column_goes_on_in_the_next_line() -> None:
    word = "réglementairement" * 4
    with terminal() as screen:
        print_table(("un", "deux"), [(word, "x" * 30)])
    assert word == "".join(line.split("  ")[0].strip() for line in screen.lines[1:])


def test_numbers_of_a_table_end_at_the_same_place() -> None:
    with terminal() as screen:
        print_table(("chiffre", "hub"), [("un", "7"), ("deux", "1 207")], numbers=("hub",))
    assert 1 == len(set(map(len, screen.lines)))


def test_running_text_is_never_broken_at_a_no_break_space() -> None:
    with terminal() as screen:
        print_prose(Console(), "Ce qui est écrit ici, dans la convention signée\u00a0: « rien »", indent=2)
    assert ["  Ce qui est écrit ici, dans la convention", "  signée\u00a0: « rien »"] == screen.lines


def test_a_record_is_a_heading_with_its_lines_below_it() -> None:
    with terminal() as screen:
        print_records([(Text("n°\u00a01"), ["mot " * 20]), ("n°\u00a02", [Text("fin")])])
    assert ["n°\u00a01", "n°\u00a02"] == [line for line in screen.lines if not line.startswith(" ")]
    assert all(line.startswith("    ") for line in screen.lines if "n°" not in line)
