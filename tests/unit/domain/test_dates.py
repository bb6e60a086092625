"""Calendar months, clamped to the end of the month, and what is counted in them (contract, section 5)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.dates import Unpaid, add_months, unpaid

MONTHS = {
    "the same day of the next month": (date(2026, 6, 15), date(2026, 5, 15), 1),
    "a month without that day ends earlier": (date(2026, 2, 28), date(2025, 11, 30), 3),
    "the leap day in a leap year": (date(2028, 2, 29), date(2027, 11, 30), 3),
    "the leap day in a common year": (date(2026, 2, 28), date(2024, 2, 29), 24),
    "over the end of the year": (date(2027, 1, 31), date(2026, 12, 31), 1),
    "to December": (date(2026, 12, 1), date(2026, 9, 1), 3),
    "from December": (date(2027, 3, 31), date(2026, 12, 31), 3),
    "two years": (date(2028, 5, 4), date(2026, 5, 4), 24),
    "no month": (date(2026, 5, 31), date(2026, 5, 31), 0),
}


@pytest.mark.parametrize(("expected", "day", "months"), MONTHS.values(), ids=MONTHS)
def test_months_are_those_of_the_calendar_clamped_to_their_end(expected: date, day: date, months: int) -> None:
    assert expected == add_months(day, months)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.integers(0, 24))
def test_a_month_later_is_in_the_month_that_follows_and_never_on_a_later_day_of_it(day: date, months: int) -> None:
    later = add_months(day, months)
    assert months == (later.year - day.year) * 12 + later.month - day.month
    assert later.day <= day.day


UNPAID = {
    "nobody knows since when": (Unpaid.NOT_KNOWN, None),
    "since tomorrow": (Unpaid.UNDER_THREE_MONTHS, date(2026, 5, 5)),
    "since three months less a day": (Unpaid.UNDER_THREE_MONTHS, date(2026, 2, 5)),
    "since three months to the day": (Unpaid.THREE_MONTHS, date(2026, 2, 4)),
    "since three months and a day": (Unpaid.THREE_MONTHS, date(2026, 2, 3)),
    "since years": (Unpaid.THREE_MONTHS, date(2019, 1, 1)),
}


@pytest.mark.parametrize(("expected", "since"), UNPAID.values(), ids=UNPAID)
def test_three_months_are_counted_from_the_first_unpaid_day(expected: Unpaid, since: date | None) -> None:
    assert expected is unpaid(since, date(2026, 5, 4))
