"""What `calendar.changed` declares, and what ships as default: hours, closures, exceptional openings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.domain.events import Data

LINE_SCOPE: Final = "PRIORITY_LINE"
NO_END: Final = date(2199, 12, 31)
"""Last day of an entry that has no end: the last date that an event may name."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of one day of the week: ISO weekday (1 Monday), minutes after local midnight, the end excluded."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the calendar; `first` and `last` are included, calendar dates of Europe/Paris.

    `scope`, `kind` and `reason` are the symbols of `calendar.changed`, UNKNOWN included. `shipped` tells the defaults
    of the hub from what an institution declared.
    """

    scope: str
    kind: str
    first: date
    last: date
    openings: tuple[Opening, ...] = ()
    reason: str | None = None
    shipped: bool = False

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the entry, first and last day included."""
        return self.first <= day <= self.last


def entry_from_data(data: Data) -> Entry:
    """The entry that the data of a valid `calendar.changed` event describes."""
    openings = (Opening(o["weekday"], _minutes(o["opens"]), _minutes(o["closes"])) for o in data["hours"])
    return Entry(data["scope"], data["kind"], data["from"], data["to"], tuple(openings), data["reason"])


def entries_from_rows(rows: Iterable[Mapping[str, str]]) -> dict[str, Entry]:
    """The shipped entries of the priority line by reference, from the rows of `calendar.csv`.

    `to` may be empty: no end. `hours` lists openings as `WEEKDAYS HH:MM-HH:MM`, separated by `|`, where WEEKDAYS is one
    or more ISO digits. Raises KeyError for a missing column, ValueError for a cell that is none of this.
    """
    return {
        row["calendar"]: Entry(
            scope=LINE_SCOPE,
            kind=row["kind"],
            first=date.fromisoformat(row["from"]),
            last=date.fromisoformat(row["to"]) if row["to"] else NO_END,
            openings=openings_from_cell(row["hours"]),
            reason=row["reason"] or None,
            shipped=True,
        )
        for row in rows
    }


def openings_from_cell(cell: str) -> tuple[Opening, ...]:
    """The openings of one cell, `WEEKDAYS HH:MM-HH:MM` separated by `|`. Raises ValueError for anything else."""
    return tuple(opening for part in cell.split("|") if part for opening in _openings(part))


def _openings(cell: str) -> Iterable[Opening]:
    weekdays, _, period = cell.partition(" ")
    opens, _, closes = period.partition("-")
    return (Opening(int(weekday), _minutes(opens), _minutes(closes)) for weekday in weekdays)


def _minutes(time_of_day: str) -> int:
    hours, _, minutes = time_of_day.partition(":")
    return int(hours) * 60 + int(minutes)
