"""Calendar months, clamped to the end of the month, and the windows that the convention counts in them."""

from calendar import monthrange
from datetime import date
from enum import Enum
from functools import lru_cache


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of the month where it has no such day. At most year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Elapsed(Enum):
    """How long ago a life event was, as finely as the windows of annexe 2 need it."""

    NOT_DATED = "not dated"
    WITHIN_A_YEAR = "at most 12 months"
    WITHIN_TWO_YEARS = "more than 12 months, less than 24"
    TWO_YEARS_TO_THE_DAY = "24 months to the day"
    OLDER = "more than 24 months"


@lru_cache(maxsize=8192)
def elapsed(since: date | None, on: date) -> Elapsed:
    """How long before the day `on` an event was; one that is still to come counts as recent."""
    if since is None:
        return Elapsed.NOT_DATED
    two_years = add_months(since, 24)
    if on > two_years:
        return Elapsed.OLDER
    if on == two_years:
        return Elapsed.TWO_YEARS_TO_THE_DAY
    return Elapsed.WITHIN_A_YEAR if on <= add_months(since, 12) else Elapsed.WITHIN_TWO_YEARS


class Unpaid(Enum):
    """For how long an interrupted benefit has not been paid (R20, C12)."""

    NOT_KNOWN = "start not given"
    UNDER_THREE_MONTHS = "less than 3 months"
    THREE_MONTHS = "3 months or more"


@lru_cache(maxsize=8192)
def unpaid(since: date | None, on: date) -> Unpaid:
    """How long a payment has been missing on the day `on`, in calendar months."""
    if since is None:
        return Unpaid.NOT_KNOWN
    return Unpaid.THREE_MONTHS if on >= add_months(since, 3) else Unpaid.UNDER_THREE_MONTHS
