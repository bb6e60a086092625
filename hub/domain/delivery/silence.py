"""Systems that published regularly and have stopped: told by comparing now with the same hours of the weeks before.

Nights, weekends and lunch hours need no rule of their own: who never publishes on a Sunday is not expected to.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from hub.domain.calendar.holidays import is_ascension_friday, public_holidays
from hub.domain.calendar.paris import paris

WINDOW: Final = timedelta(hours=4)
"""The hours that are compared: those that end now, and the same hours of each week before."""

WEEKS: Final = 4
"""How many weeks are looked at."""

_USUAL_WEEKS: Final = 3  # a system is regular when it published in at least so many of these weeks...
_USUAL_EVENTS: Final = 3  # ... at least so many events each time


def windows(now: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The hours to count events in: first those that end now, then the same local hours of one to WEEKS weeks before.

    Beginning included, end excluded. `now` carries its offset.
    """
    end = now.astimezone(paris())
    ends = (end - timedelta(weeks=week) for week in range(WEEKS + 1))  # wall-clock time, whatever summer time does
    return tuple((each - WINDOW, each) for each in ends)


def silent(counts: Mapping[str, tuple[int, ...]], now: datetime) -> tuple[str, ...]:
    """The systems that are silent, sorted; `counts` holds each one's events in `windows(now)`.

    On a public holiday nobody is expected, and a week that had one at this place says nothing about the others.
    """
    days = [end.astimezone(paris()).date() for _, end in windows(now)]
    if _is_holiday(days[0]):
        return ()
    return tuple(sorted(system for system, of in counts.items() if not of[0] and _was_regular(of[1:], days[1:])))


def _was_regular(counts: Iterable[int], days: Iterable[date]) -> bool:
    usual = [count for count, day in zip(counts, days, strict=True) if not _is_holiday(day)]
    return sum(count >= _USUAL_EVENTS for count in usual) >= _USUAL_WEEKS


def _is_holiday(day: date) -> bool:
    return day in public_holidays(day.year) or is_ascension_friday(day)
