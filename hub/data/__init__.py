"""The public tables that ship with the hub. `SOURCE.md` names where they come from and their date."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from hub.data.parameter_file import load_parameters as load_parameters
from hub.domain.calendar.entries import Entry, entries_from_rows
from hub.domain.calendar.line import Calendar
from hub.domain.directory.territory import Territory, build_territory


@cache
def load_territory() -> Territory:
    """The communes and EPCI of Ille-et-Vilaine, read once."""
    return build_territory(_rows("communes35.csv"), _rows("communes35_anciennes.csv"))


def load_calendar() -> Calendar:
    """A calendar of the priority line with the shipped entries (read once), and nothing else yet."""
    return Calendar(_shipped_entries())


@cache
def _shipped_entries() -> Mapping[str, Entry]:
    return entries_from_rows(_rows("calendar.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
