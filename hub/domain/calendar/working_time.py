"""Working time of a service: its opening hours, without public holidays and closures, in Europe/Paris.

A service's own calendar entries (`calendar.changed`, scopes CDAS and CAF_SITE) are read like those of the priority
line: among hours those that begin last count, closures add up, an exceptional opening opens in spite of both. Where
no hours are declared, those of the parameters hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.domain.calendar.entries import Entry, Opening
from hub.domain.calendar.holidays import is_ascension_friday, public_holidays
from hub.domain.calendar.paris import paris

LONGEST_CLOSURE: Final = 60
"""Days without any opening after which time counts as if the service were always open: a clock never stands still."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When a service is at work: its calendar entries, and the hours that hold where they declare none."""

    usual: tuple[Opening, ...]
    entries: tuple[Entry, ...] = ()

    def periods(self, day: date) -> list[tuple[datetime, datetime]]:
        """The openings of a calendar date, in order, as instants in UTC; the end is excluded."""
        openings = {*self._regular(day), *_of_day(self._covering("EXCEPTIONAL_OPENING", day), day)}
        return [(_instant(day, opens), _instant(day, closes)) for opens, closes in _joined(openings)]

    def is_open(self, instant: datetime) -> bool:
        """Whether the service is at work at an instant (with an offset)."""
        day = instant.astimezone(paris()).date()
        return any(opens <= instant < closes for opens, closes in self.periods(day))

    def after(self, start: datetime, seconds: float) -> datetime:
        """When `seconds` of working time have passed since `start`; an instant in UTC.

        What would end as the service closes ends as it opens again: nobody reads a message at closing time. A service
        that does not open for LONGEST_CLOSURE days counts as always open.
        """
        left = timedelta(seconds=seconds)
        closed_since = start
        for opens, closes in self._periods_from(start):
            begin = max(opens, start)
            if begin - closed_since > LONGEST_CLOSURE * _ONE_DAY:
                break
            if left < closes - begin:
                return (begin + left).astimezone(UTC)
            left -= closes - begin
            closed_since = closes
        return (closed_since + left).astimezone(UTC)

    def _periods_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, quiet = start.astimezone(paris()).date(), 0
        while quiet <= LONGEST_CLOSURE:
            found = [(opens, closes) for opens, closes in self.periods(day) if closes > start]
            yield from found
            quiet = 0 if found else quiet + 1
            day += _ONE_DAY

    def _regular(self, day: date) -> Iterator[tuple[int, int]]:
        if day in public_holidays(day.year) or is_ascension_friday(day) or self._covering("CLOSURE", day):
            return
        declared = self._covering("HOURS", day)
        latest = max((entry.first for entry in declared), default=None)
        if latest is None:
            yield from ((o.opens, o.closes) for o in self.usual if o.weekday == day.isoweekday())
        else:
            yield from _of_day([entry for entry in declared if entry.first == latest], day)

    def _covering(self, kind: str, day: date) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind and entry.covers(day)]


def _of_day(entries: Iterable[Entry], day: date) -> Iterator[tuple[int, int]]:
    weekday = day.isoweekday()
    return ((o.opens, o.closes) for entry in entries for o in entry.openings if o.weekday == weekday)


def _joined(openings: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The openings in order, those that touch made one: no minute counts twice."""
    held: tuple[int, int] | None = None
    for opens, closes in sorted(openings):
        if opens >= closes:
            continue
        if held is not None and opens <= held[1]:
            held = (held[0], max(held[1], closes))
            continue
        if held is not None:
            yield held
        held = (opens, closes)
    if held is not None:
        yield held


def _instant(day: date, minutes: int) -> datetime:
    days, minutes = divmod(minutes, 24 * 60)
    local = datetime.combine(day + days * _ONE_DAY, time(minutes // 60, minutes % 60), paris())
    return local.astimezone(UTC)
