"""When a digest leaves: once a day or once a week at an hour of Europe/Paris, whatever the clocks do.

A day on which the hour does not exist (the clocks go forward) has its digest when it would have begun; a day on which
the hour comes twice (they go back) has it the first time. So each day has one digest, never none and never two.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.vocabulary import Labelled

DAYS_OF_THE_WEEK: Final = range(1, 8)  # ISO: 1 is Monday
HOURS: Final = range(24)
_ONE_DAY: Final = timedelta(days=1)


class Pace(Labelled):
    """How often what was chosen is sent; each is slower than the one before."""

    AT_ONCE = "AT_ONCE", "dès la publication"
    DAILY = "DAILY", "une fois par jour"
    WEEKLY = "WEEKLY", "une fois par semaine"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A pace with its local hour (0 to 23) and, for WEEKLY, its ISO weekday (1 Monday); AT_ONCE has neither."""

    pace: Pace = Pace.AT_ONCE
    hour: int | None = None
    weekday: int | None = None


AT_ONCE: Final = Rhythm()


def next_digest(rhythm: Rhythm, after: datetime) -> datetime:
    """The first instant of a digest strictly after `after` (which carries its offset), in UTC; AT_ONCE: `after` itself.

    Raises ValueError for a digest without its hour, or a weekly one without its weekday.
    """
    if rhythm.pace is Pace.AT_ONCE:
        return after.astimezone(UTC)
    weekly, hour = rhythm.pace is Pace.WEEKLY, rhythm.hour
    if hour is None or hour not in HOURS or (weekly and rhythm.weekday not in DAYS_OF_THE_WEEK):
        msg = "a digest has an hour, and a weekly one a weekday"
        raise ValueError(msg)
    day = after.astimezone(paris()).date()
    while True:
        if not weekly or day.isoweekday() == rhythm.weekday:
            found = _at(day, hour)
            if found > after:
                return found
        day += _ONE_DAY


def _at(day: date, hour: int) -> datetime:
    # fold=0: the first of two; in a gap, the offset from before it, which gives the instant of the change.
    return datetime.combine(day, time(hour, fold=0), tzinfo=paris()).astimezone(UTC)
