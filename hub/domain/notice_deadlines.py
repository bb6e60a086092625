"""By when a notice is to be acknowledged (domain handbook, section 7): instants, from a deadline of the matrix.

Working time is Monday to Friday, 09:00–12:00 and 13:30–16:30 in Europe/Paris, without public holidays and the Friday
after Ascension day: the default hours of contract, section 5 (assumption). School holidays are working time here.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from hub.domain.holidays import is_ascension_friday, public_holidays
from hub.domain.notice_matrix import Deadline, MatrixRow, Unit
from hub.domain.paris import paris

_PERIODS: Final = ((time(9), time(12)), (time(13, 30), time(16, 30)))
_WORKING_DAY: Final = timedelta(hours=6)
_FRIDAY: Final = 5


def acknowledge_by(row: MatrixRow | None, service: str, effective_on: date, from_: datetime) -> datetime | None:
    """When a recipient's acknowledgement is first missed, in UTC; None when this service is asked for none.

    Hours count in working time from `from_`. Days count back from the effective date, to midnight in Paris, but never
    to sooner than one working day after `from_`: a late notice still leaves time to read it.
    """
    if row is None or row.deadline is None or not row.asks(service):
        return None
    return _instant(row.deadline, effective_on, from_)


def _instant(deadline: Deadline, effective_on: date, from_: datetime) -> datetime:
    if deadline.unit is Unit.HOURS:
        return after_working_time(from_, timedelta(hours=deadline.number))
    wanted = datetime.combine(effective_on - timedelta(days=deadline.number), time(), paris())
    return max(wanted, after_working_time(from_, _WORKING_DAY)).astimezone(from_.tzinfo)


def after_working_time(from_: datetime, length: timedelta) -> datetime:
    """The instant at which so much working time has passed since `from_`, in the zone of `from_`.

    Local days are cut at opening hours, never across a change of the clocks, which comes at night.
    """
    local = from_.astimezone(paris())
    day, left = local.date(), length
    while True:
        for opens, closes in _PERIODS if _works(day) else ():
            start = max(datetime.combine(day, opens, paris()), local)
            end = datetime.combine(day, closes, paris())
            if start < end:
                if left <= end - start:
                    return (start + left).astimezone(from_.tzinfo)
                left -= end - start
        day += timedelta(days=1)


def _works(day: date) -> bool:
    return day.isoweekday() <= _FRIDAY and day not in public_holidays(day.year) and not is_ascension_friday(day)
