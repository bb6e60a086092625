"""Which days calendars as Outlook, Google and Nextcloud write them mean, and that nothing else of them is taken in."""

from datetime import date
from pathlib import Path

import pytest

from connectors.inbound.absences.lines import NotACalendar, reduced
from connectors.inbound.absences.reading import read_calendar
from connectors.inbound.absences.recurrence import TooComplex
from hub.domain.directory.absence_calendar import CalendarReads

TODAY = date(2026, 6, 22)
SAMPLES = Path(__file__).parent / "samples"
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


def sample(name: str) -> bytes:
    """Give the calendar as a product writes it."""
    return (SAMPLES / f"{name}.ics").read_bytes()


def days(body: bytes, reads: CalendarReads, today: date = TODAY) -> list[str]:
    """The days away, as month-day to month-day."""
    found = read_calendar(body, reads, today).days
    return [f"{one.first:%m-%d}/{one.last:%m-%d}" for one in found]


def event(*lines: str) -> bytes:
    """A calendar of one event that is marked as an absence."""
    held = ["BEGIN:VEVENT", "UID:1", "CATEGORIES:Absence", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return (HEAD + "\r\n".join(held)).encode()


def test_of_a_work_calendar_of_outlook_only_what_is_marked_out_of_office_counts() -> None:
    """Two weeks; a training of a day and a half; every second Wednesday with one left out and one moved to Thursday."""
    expected = ["05-27/05-27", "06-10/06-10", "06-24/06-24", "07-06/07-17", "08-06/08-06", "08-19/08-19"]
    assert expected == days(sample("outlook"), CalendarReads.MARKED)


def test_of_a_calendar_of_absences_of_google_every_whole_day_counts_even_as_free_time() -> None:
    """Two holidays that touch are one absence; a cancelled one, one left out and one of some hours are none."""
    expected = ["06-12/06-12", "07-04/07-05", "07-27/08-08", "08-14/08-14", "09-11/09-11"]
    assert expected == days(sample("google"), CalendarReads.ALL_DAY)


def test_of_a_calendar_of_nextcloud_categories_of_absence_count_and_a_reason_is_none() -> None:
    """In its own time zone, defined at the end; without a zone; an event by hours of every day is left out and told."""
    assert ["07-13/07-14", "07-20/07-22", "08-03/08-03"] == days(sample("nextcloud"), CalendarReads.MARKED)
    assert 1 == read_calendar(sample("nextcloud"), CalendarReads.MARKED, TODAY).unreadable


@pytest.mark.parametrize("name", ["outlook", "google", "nextcloud"])
def test_what_an_event_is_about_is_dropped_before_it_is_read(name: str) -> None:
    text = sample(name).decode()
    assert "CANARY" in text
    kept = reduced(text)
    assert not [word for word in ("CANARY", "SUMMARY", "DESCRIPTION", "ATTENDEE", "LOCATION", "ALARM") if word in kept]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260701T070000Z", "DTEND:20260701T150000Z"], ["07-01/07-01"]),
        (["DTSTART:20260701T071500Z", "DTEND:20260701T150000Z"], []),
        (["DTSTART;TZID=America/Martinique:20260701T200000", "DURATION:P2D"], ["07-02/07-03"]),
        (["DTSTART:20260630T120000", "DTEND:20260702T120000"], ["07-01/07-01"]),
        (["DTSTART:20260701T090000"], []),
        (["DTSTART;VALUE=DATE:20260701"], ["07-01/07-01"]),
        (["DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260701"], ["07-01/07-01"]),
        (["DTSTART;VALUE=DATE:20260701", "STATUS:CANCELLED"], []),
        (
            ["DTSTART;VALUE=DATE:20260701", "RDATE;VALUE=DATE:20260703,20260706"],
            ["07-01/07-01", "07-03/07-03", "07-06/07-06"],
        ),
        (["DTSTART;VALUE=DATE:20250101", "DTEND;VALUE=DATE:20270101"], ["01-01/12-31"]),
        (["DTSTART;VALUE=DATE:20260921"], []),
        (["DTSTART;VALUE=DATE:20260920"], ["09-20/09-20"]),
        (["DTSTART;VALUE=DATE:20260522"], []),
        (["DTSTART;VALUE=DATE:20260701", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], []),
    ],
    ids=[
        "from nine to five in Paris",
        "from a quarter past nine",
        "in another zone",
        "noon to noon",
        "an instant",
        "a date",
        "an end that is no end",
        "cancelled",
        "more dates",
        "years",
        "beyond ninety days",
        "in ninety days",
        "over for long",
        "works elsewhere",
    ],
)
def test_an_event_counts_for_the_days_of_which_it_takes_the_working_hours(
    lines: list[str], expected: list[str]
) -> None:
    assert expected == days(event(*lines), CalendarReads.MARKED)


def test_an_absence_by_the_clock_lasts_as_long_when_the_clocks_change() -> None:
    lines = ["DTSTART;TZID=Europe/Paris:20260925T090000", "DTEND;TZID=Europe/Paris:20260928T170000"]
    body = event(*lines, "RRULE:FREQ=WEEKLY;INTERVAL=4;COUNT=2")
    assert ["09-25/09-28", "10-23/10-26"] == days(body, CalendarReads.MARKED, date(2026, 10, 1))


def test_a_cancelled_occurrence_is_no_absence() -> None:
    again = ["END:VEVENT", "BEGIN:VEVENT", "UID:1", "STATUS:CANCELLED", "RECURRENCE-ID;VALUE=DATE:20260708"]
    body = event("DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=WEEKLY;COUNT=3", *again, "DTSTART;VALUE=DATE:20260708")
    assert ["07-01/07-01", "07-15/07-15"] == days(body, CalendarReads.MARKED)


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:20261399"],
        ["DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260601"],
        ["DTSTART;VALUE=DATE:20260701", "DTEND:20260701T100000Z"],
        ["DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=SECONDLY"],
        ["DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=DAILY;BYHOUR=1,2,3"],
        ["DTSTART;VALUE=DATE:20260701", "RRULE:FREQ=DAILY;INTERVAL=0"],
        ["DTSTART;VALUE=DATE:20260701", "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260701"],
        [],
    ],
    ids=["no date", "ends before", "mixed", "by seconds", "by hours", "no interval", "and all later", "no beginning"],
)
def test_a_broken_event_is_left_out_and_counted_and_the_others_stand(lines: list[str]) -> None:
    broken = ["END:VEVENT", "BEGIN:VEVENT", "UID:2", "CATEGORIES:Absence", *lines]
    found = read_calendar(event("DTSTART;VALUE=DATE:20260703", *broken), CalendarReads.MARKED, TODAY)
    assert (1, [date(2026, 7, 3)]) == (found.unreadable, [one.first for one in found.days])


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Please sign in</html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"\xff\xfe", HEAD.encode()],
    ids=["nothing", "a page", "cut off", "not text", "no end"],
)
def test_what_is_no_whole_calendar_is_refused_so_that_no_absence_ends_by_it(body: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_calendar(body, CalendarReads.MARKED, TODAY)


def test_a_calendar_without_events_means_that_nobody_is_away() -> None:
    assert [] == days((HEAD + "END:VCALENDAR\r\n").encode(), CalendarReads.MARKED)


def test_a_calendar_that_would_take_long_is_given_up() -> None:
    rule = ["DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY;COUNT=99999;BYMONTH=2;BYMONTHDAY=30"]
    many = [line for n in range(4) for line in ("END:VEVENT", "BEGIN:VEVENT", f"UID:x{n}", "CATEGORIES:absence", *rule)]
    with pytest.raises(TooComplex):
        read_calendar(event("DTSTART;VALUE=DATE:20260701", *many), CalendarReads.MARKED, TODAY)


def test_zones_that_two_calendars_call_the_same_stay_apart() -> None:
    """The library remembers zones by their name: the second calendar must not be read with the zone of the first."""

    def in_zone(offset: str) -> bytes:
        zone = ["BEGIN:VTIMEZONE", "TZID:Ici", "BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}"]
        zone += [f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE"]
        body = event("DTSTART;TZID=Ici:20260701T090000", "DTEND;TZID=Ici:20260701T170000").decode()
        return body.replace(HEAD, HEAD + "\r\n".join(zone) + "\r\n").encode()

    assert [["07-01/07-01"], [], ["07-01/07-01"]] == [
        days(in_zone(offset), CalendarReads.MARKED) for offset in ("+0200", "-0800", "+0200")
    ]
