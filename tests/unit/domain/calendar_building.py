"""Data of calendars for the domain's tests, and the line as they make it."""

from datetime import date, datetime
from typing import Any

from hub.data import load_calendar
from hub.domain.calendar.line import Calendar, Line, entry_from_data
from hub.domain.calendar.paris import paris

SCHOOL = "vacances scolaires de la zone B"
HOURS = "calendar-priority-line-hours"
NINE_TO_TEN = {"opens": "09:00", "closes": "10:00"}


def data(kind: str, first: str, last: str = "", *, weekdays: str = "", **changed: Any) -> dict[str, Any]:
    """Data of a calendar.changed about the line; `weekdays` are open from 9 to 10."""
    return {
        "calendar": "c-1",
        "scope": "PRIORITY_LINE",
        "cdas": None,
        "site": None,
        "kind": kind,
        "from": date.fromisoformat(first),
        "to": date.fromisoformat(last or first),
        "hours": [{"weekday": int(day)} | NINE_TO_TEN for day in weekdays],
        "reason": None,
    } | changed


def calendar(*entries: dict[str, Any]) -> Calendar:
    """The shipped calendar with these maintained entries, named by their place."""
    made = load_calendar()
    for index, entry in enumerate(entries):
        made.apply(f"maintained-{index}", entry_from_data(entry))
    return made


def at(local: str, *entries: dict[str, Any]) -> Line:
    """The line at a local time of Paris."""
    return calendar(*entries).line(datetime.fromisoformat(local).replace(tzinfo=paris()))
