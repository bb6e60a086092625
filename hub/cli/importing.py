"""What the imports of the directory share: a table from a file, changed contacts on their way, French counts."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.progress import Progress

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
    """A CSV file: the names of its columns, and its rows by column."""

    columns: tuple[str, ...]
    rows: list[dict[str, str]]


def read_table(file: Path) -> Table:
    """Read a CSV file with commas or semicolons. Raises FileUnreadable."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            # Spreadsheets set to French save « CSV » with semicolons.
            separator = ";" if ";" in lines.readline() else ","
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=separator, strict=True)
            rows = list(reader)
            columns = tuple(reader.fieldnames or ())
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise FileUnreadable(msg, "Name a CSV file.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"{file} is no CSV file in UTF-8."
        raise FileUnreadable(msg, "Save it as « CSV UTF-8 », with commas or semicolons.") from error
    return Table(columns, rows)


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
