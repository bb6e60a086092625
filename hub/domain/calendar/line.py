"""When the priority line is open, and why not (contract, section 5; R16, R17, C13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from hub.domain.calendar.entries import LINE_SCOPE, Entry, Opening, entry_from_data
from hub.domain.calendar.holidays import is_ascension_friday, public_holidays
from hub.domain.calendar.paris import paris

__all__ = ["Calendar", "Day", "Entry", "Line", "Period", "entry_from_data"]

OPEN: Final = "ouverte"
OPEN_EXCEPTIONALLY: Final = "ouverture exceptionnelle"
BEFORE: Final = "avant l’ouverture de la ligne"
BEYOND: Final = "au-delà des dates connues du calendrier"
OUTSIDE_HOURS: Final = "en dehors des heures d’ouverture"
NO_HOURS: Final = "aucune heure d’ouverture ce jour-là"
WEEKEND: Final = "samedi ou dimanche"
BRIDGE: Final = "vendredi qui suit l’Ascension"
CLOSED: Final = "fermeture exceptionnelle"

CLOSURE_REASONS: Final[Mapping[str | None, str]] = MappingProxyType(
    {
        "PUBLIC_HOLIDAY": "jour férié",
        "SCHOOL_HOLIDAY": "vacances scolaires de la zone B",
        "BRIDGE_DAY": "pont",
        "STRIKE": "grève",
        "BREAKDOWN": "panne",
    }
)
"""What people read for the reason of a closure; where several closures cover a day, the first of this list."""

_LONGEST_TERM: Final = timedelta(weeks=12)
_KINDS: Final = frozenset({"HOURS", "CLOSURE", "EXCEPTIONAL_OPENING"})
_SATURDAY: Final = 6
_MINUTES_KEPT: Final = 4096
_DAYS_KEPT: Final = 2048


@dataclass(frozen=True, slots=True)
class Line:
    """The priority line at one instant: whether it is open, and why, in French.

    `beyond_data` tells an instant after the last day that the calendar knows: closed, flag C13, and an alarm.
    """

    is_open: bool
    beyond_data: bool
    sentence: str


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Open from `opens` to `closes` (excluded), minutes after local midnight, and why, in French."""

    opens: int
    closes: int
    sentence: str = OPEN


@dataclass(frozen=True, slots=True)
class Day:
    """The priority line on one day: when it is open, and what is to be said of the rest of the day."""

    periods: tuple[Period, ...]
    sentence: str
    beyond_data: bool = False


class Calendar:
    """The calendar of the priority line: entries that ship with the hub, and those that the CAF maintains.

    A maintained entry replaces the shipped one of the same reference until it is removed. Closures add up; among hours
    the ones with the latest first day count; an exceptional opening opens in spite of both, and closes nothing. Entries
    of another scope, or of a kind that this version does not know, are kept and change nothing for the line. The order
    in which entries come never matters. Changed by `apply` and `remove` only, in the task that reads it.
    """

    __slots__ = (
        "_closures",
        "_days",
        "_exceptions",
        "_first",
        "_hours",
        "_lines",
        "_maintained",
        "_shipped",
        "data_end",
    )

    def __init__(self, shipped: Mapping[str, Entry]) -> None:
        self._shipped = dict(shipped)
        self._maintained: dict[str, Entry] = {}
        self.data_end: date
        """Last day that the calendar knows: every later one is closed, and an alarm."""
        self._index()

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry in force by reference, of whatever scope."""
        return MappingProxyType(self._shipped | self._maintained)

    def apply(self, reference: str, entry: Entry) -> None:
        """Add an entry, or replace the one of this reference, shipped or not."""
        self._maintained[reference] = entry
        self._index()

    def remove(self, reference: str) -> None:
        """Forget what was applied under the reference: a shipped entry comes back. Nothing there is no error."""
        if self._maintained.pop(reference, None) is not None:
            self._index()

    def line(self, instant: datetime) -> Line:
        """Whether the line is open at an instant (with an offset; its own does not matter), and why."""
        # Offsets and opening hours are whole minutes: one answer holds for the whole minute.
        minute = instant.timestamp() // 60
        found = self._lines.get(minute)
        if found is None:
            found = self._find(instant)
            if len(self._lines) >= _MINUTES_KEPT:
                self._lines.clear()
            self._lines[minute] = found
        return found

    def day(self, day: date) -> Day:
        """When the line is open on a calendar date of Europe/Paris."""
        found = self._days.get(day)
        if found is None:
            found = self._judge(day)
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            self._days[day] = found
        return found

    def _index(self) -> None:
        maintained = {ref: e for ref, e in self._maintained.items() if e.scope == LINE_SCOPE and e.kind in _KINDS}
        line = (self._shipped | maintained).values()
        self._hours = [entry for entry in line if entry.kind == "HOURS"]
        self._closures = [entry for entry in line if entry.kind == "CLOSURE"]
        self._exceptions = [entry for entry in line if entry.kind == "EXCEPTIONAL_OPENING"]
        self._first = min((entry.first for entry in self._hours), default=date.min)
        self.data_end = self._end()
        self._lines: dict[float, Line] = {}
        self._days: dict[date, Day] = {}

    def _end(self) -> date:
        """Last day of the shipped school holidays, moved on by the maintained ones that follow them.

        School holidays bound what is known: they close a third of the working days, and nothing computes them. The
        holidays that the CAF enters extend the calendar to their last day. Between two holidays lie at most twelve
        weeks of school: after a longer gap one is missing, and its days would silently pass for open.
        """
        shipped = (entry.last for entry in self._shipped.values() if entry.reason == "SCHOOL_HOLIDAY")
        end = max(shipped, default=date.min)
        holidays = [entry for entry in self._closures if entry.reason == "SCHOOL_HOLIDAY"]
        for entry in sorted(holidays, key=lambda holiday: holiday.first):
            if entry.last > end and entry.first - end <= _LONGEST_TERM:
                end = entry.last
        return end

    def _find(self, instant: datetime) -> Line:
        try:
            local = instant.astimezone(paris())
        except OverflowError:  # in the first or last hours that a datetime can hold
            day = self.day(instant.date())
            return Line(is_open=False, beyond_data=day.beyond_data, sentence=day.sentence)
        day = self.day(local.date())
        minute = local.hour * 60 + local.minute
        for period in day.periods:
            if period.opens <= minute < period.closes:
                return Line(is_open=True, beyond_data=False, sentence=period.sentence)
        return Line(is_open=False, beyond_data=day.beyond_data, sentence=day.sentence)

    def _judge(self, day: date) -> Day:
        if day > self.data_end:
            return Day((), BEYOND, beyond_data=True)
        if day < self._first:
            return Day((), BEFORE)
        closed = self._closed(day)
        regular = () if closed else _openings(self._hours_of(day), day)
        exceptional = _openings([entry for entry in self._exceptions if entry.covers(day)], day)
        periods = {Period(o.opens, o.closes) for o in regular}
        periods |= {Period(o.opens, o.closes, OPEN_EXCEPTIONALLY) for o in exceptional}
        return Day(tuple(sorted(periods)), closed or (OUTSIDE_HOURS if periods else NO_HOURS))

    def _hours_of(self, day: date) -> list[Entry]:
        """The hours in force: those that begin last; a maintained entry before a shipped one; equal ones together."""
        valid = [entry for entry in self._hours if entry.covers(day)]
        latest = max(((entry.first, not entry.shipped) for entry in valid), default=None)
        return [entry for entry in valid if (entry.first, not entry.shipped) == latest]

    def _closed(self, day: date) -> str:
        """Why the whole day is closed; empty when it is a working day."""
        holiday = public_holidays(day.year).get(day)
        if holiday is not None:
            return f"jour férié ({holiday})"
        if is_ascension_friday(day):
            return BRIDGE
        reasons = {entry.reason for entry in self._closures if entry.covers(day)}
        if reasons:
            return next((text for reason, text in CLOSURE_REASONS.items() if reason in reasons), CLOSED)
        return WEEKEND if day.isoweekday() >= _SATURDAY else ""


def _openings(entries: list[Entry], day: date) -> tuple[Opening, ...]:
    weekday = day.isoweekday()
    return tuple(opening for entry in entries for opening in entry.openings if opening.weekday == weekday)
