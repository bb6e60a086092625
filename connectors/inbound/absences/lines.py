"""The lines of a calendar that tell days, and no other: what an event is about, and who takes part, never gets in."""

from typing import Final

_KEPT: Final = frozenset(
    {
        *("BEGIN", "END", "VERSION", "PRODID"),
        *("UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
        *("STATUS", "CATEGORIES", "X-MICROSOFT-CDO-BUSYSTATUS"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "X-WR-TIMEZONE"),
    }
)
_COMPONENTS: Final = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
_LONGEST: Final = 20_000  # characters of an unfolded line; a list of exceptions may be long


class NotACalendar(Exception):
    """The text is not iCalendar."""


def reduced(text: str) -> str:
    """The calendar with the lines that are kept, unfolded; time zones first, as readers want them.

    Raises NotACalendar.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\n ", "").replace("\n\t", "")
    zones: list[str] = []
    events: list[str] = []
    stack: list[str] = []
    left_out = 0
    for line in lines.split("\n"):
        name, _, value = line.partition(":")
        name = name.partition(";")[0].strip().upper()
        component = value.strip().upper()
        if name == "BEGIN":
            left_out += left_out > 0 or component not in _COMPONENTS
            stack.append(component)
        if not left_out and name in _KEPT and len(line) <= _LONGEST and "VCALENDAR" in stack:
            (zones if "VTIMEZONE" in stack else events).append(line)
        if name == "END":
            if not stack or stack.pop() != component:
                msg = "components that do not end"
                raise NotACalendar(msg)
            left_out -= left_out > 0
    if stack or not events or not events[0].upper().startswith("BEGIN:VCALENDAR"):
        msg = "no whole calendar"
        raise NotACalendar(msg)
    return "\r\n".join([events[0], *zones, *events[1:], ""])
