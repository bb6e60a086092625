"""Recurrence rules give the days that RFC 5545 (3.8.5.3) gives for its own examples."""

from datetime import date

import icalendar
import pytest

from connectors.inbound.absences.recurrence import Budget, TooComplex, rule_of

START = date(1997, 9, 2)  # a Tuesday, where the RFC's examples begin


def found(text: str, start: date = START, first: date = START, last: date = date(1998, 12, 31)) -> list[str]:
    """The days of a rule, as month-day."""
    rule = rule_of(icalendar.vRecur.from_ical(text), Budget())
    return [f"{day:%m-%d}" for day in rule.days(start, first, last)]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=DAILY;COUNT=4", START, "09-02 09-03 09-04 09-05"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", START, "09-02 09-12 09-22 10-02 10-12"),
        ("FREQ=WEEKLY;COUNT=3", START, "09-02 09-09 09-16"),
        (
            "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
            START,
            "09-02 09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            START,
            "09-02 09-04 09-16 09-18 09-30 10-02 10-14 10-16",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", date(1997, 8, 5), "08-05 08-10 08-19 08-24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", date(1997, 8, 5), "08-05 08-17 08-19 08-31"),
        ("FREQ=MONTHLY;COUNT=4;BYDAY=1FR", date(1997, 9, 5), "09-05 10-03 11-07 12-05"),
        ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", date(1997, 9, 22), "09-22 10-20 11-17 12-22 01-19 02-16"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=4", date(1997, 9, 28), "09-28 10-29 11-28 12-29"),
        ("FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1,-1", date(1997, 9, 30), "09-30 10-01 10-31 11-01 11-30"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=4", date(1997, 9, 29), "09-29 10-30 11-27 12-30"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", date(1997, 9, 4), "09-04 10-07 11-06"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", START, "02-13 03-13 11-13"),
        ("FREQ=YEARLY;COUNT=4;BYMONTH=6,7", date(1997, 6, 10), "06-10 07-10 06-10 07-10"),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=2", date(1997, 5, 19), "05-19 05-18"),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=4;COUNT=2", date(1997, 4, 27), "04-27 04-26"),
    ],
    ids=lambda value: value.replace(" ", "+") if isinstance(value, str) else str(value),
)
def test_a_rule_gives_the_days_of_the_rfc(text: str, start: date, expected: str) -> None:
    assert expected == " ".join(found(text, start, start))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU",
        "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31",
        "FREQ=YEARLY",
    ],
)
def test_a_window_long_after_the_beginning_shows_the_same_days_as_counting_from_it(text: str) -> None:
    first, last = date(2026, 1, 1), date(2028, 12, 31)
    counted = found(f"{text};COUNT=100000", first=first, last=last)
    assert counted
    assert counted == found(text, first=first, last=last)


def test_a_day_that_a_month_has_not_is_left_out() -> None:
    assert ["01-31", "03-31", "05-31"] == found("FREQ=MONTHLY;COUNT=3", date(1998, 1, 31), date(1998, 1, 1))


def test_work_is_bounded() -> None:
    rule = rule_of(icalendar.vRecur.from_ical("FREQ=YEARLY;COUNT=9"), Budget(left=700))
    with pytest.raises(TooComplex):
        list(rule.days(START, START, date(2026, 1, 1)))
