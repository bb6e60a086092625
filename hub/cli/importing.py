"""What the imports of the directory share: a table from a file, changed contacts on their way, French counts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.progress import Progress

from connectors.inbound.files.reading import FileInvalid, read_sheet
from hub.cli.output import on_terminal
from hub.domain.directory.contacts import Contact
from hub.errors import HubError
from hub.settings import Settings
from hub.wire.directory_publish import publish_contacts, wait_until_applied
from hub.wire.directory_topic import DirectoryState
from hub.wire.schemas import Catalogue

NBSP: Final = "\u00a0"


class FileUnreadable(HubError):
    """The file is missing, is no CSV file in UTF-8, or lacks a column."""

    exit_code = 2


class Table(NamedTuple):
    """A CSV file: the names of its columns, its rows by column, and the line of the file on which each begins.

    A row has None under the columns that it does not reach, and what is beyond the last column under None.
    """

    columns: tuple[str, ...]
    rows: list[dict[Any, Any]]
    lines: list[int]


def read_table(file: Path) -> Table:
    """Read a CSV file in UTF-8, with semicolons, commas or tabs. Raises FileUnreadable."""
    try:
        sheet = read_sheet(file.read_bytes())
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise FileUnreadable(msg, "Name a CSV file.") from error
    except FileInvalid as error:
        msg = f"{file}{NBSP}: {error}."
        raise FileUnreadable(msg) from None
    columns = tuple(name.strip() for name in sheet.headings)
    rows, lines = [], []
    for row in sheet.rows():
        if row.fault is not None:
            msg = f"{file}, ligne {row.line}{NBSP}: {row.fault}."
            raise FileUnreadable(msg)
        named: dict[Any, Any] = dict(zip_longest(columns, row.cells[: len(columns)]))
        rows.append(named | ({None: list(row.cells[len(columns) :])} if len(row.cells) > len(columns) else {}))
        lines.append(row.line)
    return Table(columns, rows, lines)


async def apply_contacts(
    settings: Settings, catalogue: Catalogue, state: DirectoryState, contacts: Sequence[Contact], now: datetime
) -> None:
    """Publish the contacts as their institutions, and return when the router has taken them in; raises as both do."""
    await publish_contacts(settings, catalogue, contacts, state.revision, now)
    with Progress(console=Console(stderr=True), transient=True, disable=not on_terminal()) as progress:
        task = progress.add_task("Prise en compte par le hub", total=len(contacts))
        await wait_until_applied(
            settings, catalogue, state, contacts, lambda done, _: progress.update(task, completed=done)
        )
