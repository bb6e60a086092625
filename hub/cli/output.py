"""How commands print: tables on a terminal, tab-separated lines in a pipe, one JSON object a line with `--json`."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

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


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print rows as a table on a terminal; in a pipe, one tab-separated line each and no heading."""
    if not on_terminal():
        for row in rows:
            print_line(*row)
        return
    table = Table(*columns, title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console().print(table)


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
