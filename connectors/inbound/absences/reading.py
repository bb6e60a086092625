"""A calendar's text → the days on which its person is away, and how many of its events could not be read.

An absence is whole days in Europe/Paris. An event with hours counts for the days of which it takes the working hours,
from `_MORNING` to `_EVENING`: who is there for half a day is there.
"""

import threading
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, TypeAlias

import icalendar
from icalendar.timezone import tzp

from connectors.inbound.absences.lines import NotACalendar, reduced
from connectors.inbound.absences.recurrence import Budget, RuleRefused, TooComplex, rule_of
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence_calendar import AHEAD, BEFORE, MOST, CalendarReads, Days, joined

CATEGORIES: Final = frozenset(
    {"absence", "absences", "absent", "absente", "conge", "conges", "out of office", "vacances", "vacation"}
)
"""Categories that mean an absence, without accents and capitals. None names a reason."""

_ELSEWHERE: Final = "WORKINGELSEWHERE"  # works, at another place
_MORNING: Final = time(9)
_EVENING: Final = time(17)
_DAY: Final = timedelta(days=1)
_MOST_EVENTS: Final = 20_000
_parsing: Final = threading.Lock()  # the library keeps the time zones that a calendar defines for all that follow

_Moment: TypeAlias = date | datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says: the days away, joined; `unreadable` events were left out."""

    days: tuple[Days, ...]
    unreadable: int


def read_calendar(body: bytes, reads: CalendarReads, today: date) -> Reading:
    """Read a calendar from `BEFORE` to `AHEAD` around a day. Raises NotACalendar, TooComplex. Bound in time."""
    try:
        text = reduced(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        msg = "not UTF-8"
        raise NotACalendar(msg) from error
    window = Days(today - BEFORE, today + AHEAD)
    budget = Budget()
    found: list[Days] = []
    unreadable = 0
    for events in _by_uid(text).values():
        try:
            found += _days_of(events, reads, window, budget)
        except _REFUSED:
            unreadable += 1
    joint = tuple(joined(found))
    if len(joint) > MOST:
        raise TooComplex
    return Reading(joint, unreadable)


# What a broken value raises, in this code or in the library.
_REFUSED: Final = (RuleRefused, ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError)


def _by_uid(text: str) -> dict[str, list[Any]]:
    """The events by what they are occurrences of, in the order of the calendar."""
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tzp.use_zoneinfo()  # forgets the zones of the calendar before
        try:
            calendar = icalendar.Calendar.from_ical(text)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            msg = type(error).__name__
            raise NotACalendar(msg) from None
    found: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        if number >= _MOST_EVENTS:
            raise TooComplex
        found.setdefault(str(event.get("UID", f"without-{number}")), []).append(event)
    return found


def _days_of(events: list[Any], reads: CalendarReads, window: Days, budget: Budget) -> Iterator[Days]:
    """The days of an event with its changed occurrences, as far as they meet the window."""
    exceptions = [event["RECURRENCE-ID"] for event in events if "RECURRENCE-ID" in event]
    if any("RANGE" in moment.params for moment in exceptions):
        msg = "changes all later occurrences at once"  # RFC 5545, 3.2.13: rare, and not followed
        raise ValueError(msg)
    changed = {_key(moment.dt) for moment in exceptions}
    for event in events:
        if not _is_absence(event, reads):
            continue
        start = event["DTSTART"].dt
        length = _length(event, start)
        single = "RECURRENCE-ID" in event
        starts = [start] if single else _starts(event, start, window, length, budget)
        for one in starts:
            if not single and _key(one) in changed:
                continue
            away = _whole_days(one, length, reads)
            if away is not None and away.first <= window.last and away.last >= window.first:
                yield away


def _is_absence(event: Any, reads: CalendarReads) -> bool:
    if event.errors:
        msg = "a property cannot be read"
        raise ValueError(msg)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if busy == _ELSEWHERE:
        return False
    return reads is CalendarReads.ALL_DAY or busy == "OOF" or not CATEGORIES.isdisjoint(_categories(event))


def _categories(event: Any) -> set[str]:
    lists = event.get("CATEGORIES", ())
    names = [str(name) for one in (lists if isinstance(lists, list) else [lists]) for name in getattr(one, "cats", ())]
    return {_plain(name) for name in names}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _length(event: Any, start: _Moment) -> timedelta:
    """How long an event lasts; RFC 5545, 3.6.1: a date alone lasts a day, an instant alone nothing."""
    if "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(end, datetime) != isinstance(start, datetime):
            msg = "begins and ends in different kinds of time"
            raise ValueError(msg)
        length = _wall(end, start) - _wall(start, start) if isinstance(start, datetime) else end - start
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta() if isinstance(start, datetime) else _DAY
    if length < timedelta():
        msg = "ends before it begins"
        raise ValueError(msg)
    found: timedelta = length
    return found if isinstance(start, datetime) or found else _DAY


def _starts(event: Any, start: _Moment, window: Days, length: timedelta, budget: Budget) -> list[_Moment]:
    """When an event begins, each of its occurrences that may meet the window; the first is DTSTART (3.8.5.3)."""
    first, last = window.first - _DAY - timedelta(days=length.days + 1), window.last + _DAY
    found = [start]
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        until = rule.get("UNTIL", [None])[0]
        for day in rule_of(rule, budget).days(_date(start), first, last):
            moment = _on(day, start)
            if until is not None and not _is_until(moment, until):
                break
            found.append(moment)
    found += [_start_of(moment) for moment in _dates(event, "RDATE")]
    without = {_key(moment) for moment in _dates(event, "EXDATE")}
    unique = {_key(moment): moment for moment in found}
    return [moment for key, moment in unique.items() if key not in without]


def _dates(event: Any, name: str) -> Iterator[Any]:
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        for value in one.dts:
            yield value.dt


def _start_of(moment: Any) -> _Moment:
    """The beginning of a date, or of a period."""
    found: _Moment = moment[0] if isinstance(moment, tuple) else moment
    return found


def _date(moment: _Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _on(day: date, start: _Moment) -> _Moment:
    """The same time of day on another day, in the zone of the event."""
    return datetime.combine(day, start.timetz()) if isinstance(start, datetime) else day


def _is_until(moment: _Moment, until: _Moment) -> bool:
    if not isinstance(until, datetime) or not isinstance(moment, datetime):
        return _date(moment) <= _date(until)
    return _instant(moment) <= _instant(until, moment.tzinfo)


def _instant(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """An instant; a time without zone is one of its event's, else of Europe/Paris (a floating time, 3.3.5)."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone or paris())
    return aware.astimezone(UTC)


def _wall(moment: datetime, start: datetime) -> datetime:
    """What a clock shows where the event begins: an event lasts as long by the clock, whatever the season."""
    return _instant(moment, start.tzinfo).astimezone(start.tzinfo or paris()).replace(tzinfo=None)


def _key(moment: _Moment) -> str:
    """What makes an occurrence the same, however its time is written."""
    return _instant(moment).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def _whole_days(start: _Moment, length: timedelta, reads: CalendarReads) -> Days | None:
    """The days that an occurrence takes whole; None where there is none."""
    if not isinstance(start, datetime):
        return Days(start, start + timedelta(days=length.days) - _DAY)
    begins = _instant(start).astimezone(paris())
    ends = _instant(start + length).astimezone(paris())
    if reads is CalendarReads.MARKED:
        first = begins.date() if begins.time() <= _MORNING else begins.date() + _DAY
        last = ends.date() if ends.time() >= _EVENING else ends.date() - _DAY
    else:  # from midnight to midnight
        first = begins.date() if begins.time() == time() else begins.date() + _DAY
        last = ends.date() - _DAY
    return Days(first, last) if first <= last else None
