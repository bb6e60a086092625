"""What `hub route` and `hub ask` decide with, read from files and options: an instant, parameters, a directory."""

from datetime import datetime
from pathlib import Path

from hub.cli.importing import FileUnreadable, read_table
from hub.cli.route_view import show_refused_line
from hub.data import load_parameters, load_territory
from hub.domain.calendar.paris import paris
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.rules.parameters import ParameterTable
from hub.errors import HubError
from hub.wire.attributes import FIRST_YEAR, LAST_YEAR
from hub.wire.constraints import parse_time


class RouteError(HubError):
    """What was asked cannot be read: a file, an instant, an expectation."""

    exit_code = 2


def read_instant(text: str | None) -> datetime | None:
    """The instant of `--as-of`, with its offset; None when the option is not given. Raises RouteError."""
    if text is None:
        return None
    try:
        instant = parse_time(text)
    except (ValueError, OverflowError):
        instant = None
    if instant is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        msg = "--as-of must be RFC 3339 with an offset."
        raise RouteError(msg, "For example: --as-of 2024-10-01T09:00:00+02:00")
    return instant


def read_parameters(file: Path | None) -> ParameterTable:
    """The parameters of the file, or the shipped ones. Raises RouteError."""
    try:
        return load_parameters(file)
    except ValueError as error:
        raise RouteError(str(error), "See docs/guides/rules.md for the columns and the parameters.") from error


def read_directory(file: Path, instant: datetime | None) -> Directory:
    """The contacts of a CSV file; lines that an import would refuse are left out and told. Raises RouteError."""
    try:
        rows = read_table(file).rows
    except FileUnreadable as error:
        msg = f"{file} cannot be read as a directory."
        raise RouteError(msg, f"{error.message} The columns are the fields of contact.changed.") from error
    directory = Directory(load_territory())
    day = (instant or datetime.now(paris())).astimezone(paris()).date()
    for receipt in plan_import(rows, directory, day):
        if receipt.contact is None:
            show_refused_line(file, receipt)
        else:
            directory.apply(receipt.contact)
    return directory
