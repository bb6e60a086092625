"""How commands print: tables on a terminal, tab-separated lines in a pipe, one JSON object a line with `--json`."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from textwrap import wrap
from typing import Annotated, Any, Final

import typer
from rich.console import Console, JustifyMethod
from rich.style import Style
from rich.table import Table
from rich.text import Text

_NARROWEST: Final = 20
_ONE_LINE = str.maketrans("\t\r\n", "   ")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def on_terminal() -> bool:
    """Whether a person reads the standard output."""
    return sys.stdout.isatty()


def print_json(row: Mapping[str, Any]) -> None:
    """Print one object on one line, at once: a pipe may follow."""
    typer.echo(json.dumps(row, ensure_ascii=False, default=_plain))


def print_line(*cells: object) -> None:
    """Print one line of tab-separated cells; tabs and line ends inside a cell become spaces."""
    typer.echo("\t".join(str(cell).translate(_ONE_LINE) for cell in cells))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    title: str | None = None,
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
) -> None:
    """Print rows as a table on a terminal; in a pipe, one tab-separated line each and no heading.

    Of the columns, `numbers` are set to the right, and `whole` never broken (an id that somebody copies); nothing is
    ever cut: what is too long for a line goes on in the next.
    """
    if not on_terminal():
        for row in rows:
            print_line(*row)
        return
    console = Console()
    if title is not None:
        print_prose(console, title, "italic")
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        side: JustifyMethod = "right" if name in numbers else "left"
        table.add_column(name, justify=side, overflow="fold", no_wrap=name in whole)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)


def print_records(records: Iterable[tuple[str | Text, Sequence[str | Text]]]) -> None:
    """Print on a terminal what is too much for the row of a table: each as a heading, with its lines below it."""
    console = Console(highlight=False)
    for heading, lines in records:
        console.print(heading if isinstance(heading, Text) else Text(heading, style="bold"))
        for line in lines:
            style = line.style if isinstance(line, Text) else ""
            print_prose(console, str(line), style, indent=4)


def print_prose(console: Console, words: str, style: str | Style = "", indent: int = 0) -> None:
    """Print running text, never broken at a no-break space (which Rich takes for a place to break)."""
    for line in wrap(words, max(console.width - indent, _NARROWEST), break_on_hyphens=False):
        console.print(Text(" " * indent + line, style=style), soft_wrap=True)


def seconds_between(start: datetime | None, end: datetime | None) -> str:
    """A duration for people: « 12 ms », « 3.4 s », « 5 min »; empty where one of the two is not known."""
    if start is None or end is None:
        return ""
    seconds = (end - start).total_seconds()
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if abs(seconds) < 120 else f"{seconds / 60:.0f} min"


def _plain(value: object) -> str:
    if isinstance(value, date):  # datetimes too
        return value.isoformat()
    return str(value)
