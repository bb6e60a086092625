"""The days of a recurrence rule (RFC 5545, 3.3.10), looked for inside a window only.

Rules by hours, minutes or seconds, by week numbers or by days of the year are refused: no absence is made of them, and
what a rule may cost stays bounded by the window.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNDERSTOOD: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"}
_ONE: Final = timedelta(days=1)


class RuleRefused(Exception):
    """The rule is none that is followed."""


class TooComplex(Exception):
    """A calendar would take more work than a person's is worth."""


@dataclass(slots=True)
class Budget:
    """How many days a calendar may still have looked at, over all its rules: a second or two of work."""

    left: int = 500_000

    def spend(self, days: int = 1) -> None:
        """Count days. Raises TooComplex when there are none left."""
        self.left -= days
        if self.left < 0:
            raise TooComplex


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule by days; `weekdays` with their ordinal in the month or year, 0 for each."""

    frequency: str
    interval: int = 1
    count: int | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    budget: Budget = field(default_factory=Budget)

    def days(self, start: date, first: date, last: date) -> Iterator[date]:
        """The days of the rule from `first` to `last`, both included, in order; the rule begins on `start`."""
        found = 0
        skipped = 0 if self.count is not None else self._periods_before(start, max(first, start))
        number = skipped
        while True:
            period = self._period(start, number)
            if period is None or period[0] > last:
                return
            number += 1
            self.budget.spend(len(period))
            for day in self._chosen(period, start):
                if day < start:
                    continue
                found += 1
                if day > last or (self.count is not None and found > self.count):
                    return
                if day >= first:
                    yield day

    def _periods_before(self, start: date, first: date) -> int:
        """How many periods certainly end before `first`."""
        match self.frequency:
            case "DAILY":
                units = (first - start).days
            case "WEEKLY":
                units = (first - start).days // 7 - 1
            case "MONTHLY":
                units = (first.year - start.year) * 12 + first.month - start.month
            case _:
                units = first.year - start.year
        return max(0, units // self.interval - 1)

    def _period(self, start: date, number: int) -> Sequence[date] | None:
        """The days of the period of this number; None beyond the calendar."""
        step = number * self.interval
        try:
            match self.frequency:
                case "DAILY":
                    return (start + timedelta(days=step),)
                case "WEEKLY":
                    week = start - timedelta(days=(start.weekday() - self.week_start) % 7) + timedelta(weeks=step)
                    return [week + timedelta(days=n) for n in range(7)]
                case "MONTHLY":
                    year, month = divmod(start.year * 12 + start.month - 1 + step, 12)
                    return _span(date(year, month + 1, 1), _next_month(year, month + 1))
                case _:
                    return _span(date(start.year + step, 1, 1), date(start.year + step + 1, 1, 1))
        except (OverflowError, ValueError):
            return None

    def _chosen(self, period: Sequence[date], start: date) -> list[date]:
        days = [day for day in period if self._matches(day, start)]
        if not self.positions:
            return days
        size = len(days)
        wanted = {position - 1 if position > 0 else size + position for position in self.positions}
        return [day for place, day in enumerate(days) if place in wanted]

    def _matches(self, day: date, start: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.month_days and not {day.day, day.day - _length(day) - 1} & self.month_days:
            return False
        if self.weekdays:
            return any(weekday == day.weekday() and self._is_nth(day, nth) for nth, weekday in self.weekdays)
        if self.month_days or self.frequency == "DAILY":
            return True
        if self.frequency == "WEEKLY":
            return day.weekday() == start.weekday()
        return day.day == start.day and (self.frequency == "MONTHLY" or bool(self.months) or day.month == start.month)

    def _is_nth(self, day: date, nth: int) -> bool:
        if nth == 0 or self.frequency in {"DAILY", "WEEKLY"}:
            return True
        if self.frequency == "MONTHLY" or self.months:
            before, size = day.day - 1, _length(day)
        else:
            before = day.timetuple().tm_yday - 1
            size = date(day.year, 12, 31).timetuple().tm_yday
        return before // 7 + 1 == nth if nth > 0 else (size - before - 1) // 7 + 1 == -nth


def rule_of(parts: Mapping[str, Any], budget: Budget) -> Rule:
    """The rule of the parts of an RRULE, as icalendar reads them; UNTIL is the caller's. Raises RuleRefused."""
    given = {name.upper(): list(value) if isinstance(value, list | tuple) else [value] for name, value in parts.items()}
    frequency = str(given.get("FREQ", [""])[0]).upper()
    if frequency not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} or not given.keys() <= _UNDERSTOOD:
        raise RuleRefused
    try:
        rule = Rule(
            frequency,
            interval=int(given.get("INTERVAL", [1])[0]),
            count=int(given["COUNT"][0]) if "COUNT" in given else None,
            months=frozenset(map(int, given.get("BYMONTH", ()))),
            month_days=frozenset(map(int, given.get("BYMONTHDAY", ()))),
            weekdays=frozenset(_weekday(str(text)) for text in given.get("BYDAY", ())),
            positions=tuple(map(int, given.get("BYSETPOS", ()))),
            week_start=_weekday(str(given.get("WKST", ["MO"])[0]))[1],
            budget=budget,
        )
    except (ValueError, TypeError) as error:
        raise RuleRefused from error
    if rule.interval < 1 or (rule.count is not None and rule.count < 1):
        raise RuleRefused
    return rule


def _weekday(text: str) -> tuple[int, int]:
    return int(text[:-2] or 0), _WEEKDAYS.index(text[-2:].upper())


def _span(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _next_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _length(day: date) -> int:
    return (_next_month(day.year, day.month) - _ONE).day
