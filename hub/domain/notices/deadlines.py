"""By when a notice is to be acknowledged (domain handbook, section 7): instants, from a deadline of the matrix."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.notices.matrix import Deadline, MatrixRow, Unit

_HOUR: Final = 3600


def acknowledge_by(
    row: MatrixRow | None, service: str, effective_on: date, since: datetime, hours: OfficeHours
) -> datetime | None:
    """When a recipient's acknowledgement is first missed, in UTC; None when this service is asked for none.

    Hours count in working time from `since`. Days count back from the effective date, to midnight in Paris, but never
    to sooner than one working day after `since`: a late notice still leaves time to read it.
    """
    if row is None or row.deadline is None or not row.asks(service):
        return None
    return _instant(row.deadline, effective_on, since, hours)


def _instant(deadline: Deadline, effective_on: date, since: datetime, hours: OfficeHours) -> datetime:
    if deadline.unit is Unit.HOURS:
        return hours.after(since, deadline.number * _HOUR)
    wanted = datetime.combine(effective_on - timedelta(days=deadline.number), time(), paris())
    return max(wanted, hours.after(since, _working_day(hours))).astimezone(UTC)


def _working_day(hours: OfficeHours) -> int:
    """Seconds of the longest day of the usual week."""
    minutes: Counter[int] = Counter()
    for opening in hours.usual:
        minutes[opening.weekday] += opening.closes - opening.opens
    return 60 * max(minutes.values(), default=0)
