"""Months and the periods made of them, in Europe/Paris; the reference year is a parameter (C22)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.french import MONTHS

_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_YEAR: Final = re.compile(r"[0-9]{4}")
_LONGEST: Final = 120  # months


class PeriodInvalid(ValueError):
    """A text names no period; the message says in French what is taken."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months from `first` to `last`, both included, written 2026-03; `name` is how people ask for it."""

    name: str
    first: str
    last: str

    @property
    def months(self) -> tuple[str, ...]:
        """Every month, in order."""
        return tuple(map(_written, range(_number(self.first), _number(self.last) + 1)))

    def before(self) -> "Period":
        """The same months a year earlier."""
        first, last = (_written(_number(month) - 12) for month in (self.first, self.last))
        return Period(f"{first}..{last}", first, last)

    def label(self) -> str:
        """The period in French, as « mars 2026 » or « janvier 2026 à juin 2026 »."""
        first, last = month_label(self.first), month_label(self.last)
        return first if first == last else f"{first} à {last}"


def month_of(moment: datetime) -> str:
    """The month of an instant in Europe/Paris, as 2026-03."""
    local = moment.astimezone(paris())
    return f"{local.year:04}-{local.month:02}"


def month_label(month: str) -> str:
    """« mars 2026 »."""
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def parse_period(text: str, year_start: tuple[int, int] = (1, 1)) -> Period:
    """Read 2026-03, 2026 or 2026-01..2026-06. Raises PeriodInvalid.

    A year is the reference year that begins in it: `year_start` is the month and day of the parameter; a year that does
    not begin with a month cannot be counted in months.
    """
    if _YEAR.fullmatch(text):
        month, day = year_start
        if day != 1:
            msg = f"L’année de référence commence un {day} : elle doit commencer un 1er du mois."
            raise PeriodInvalid(msg)
        first = int(text) * 12 + month - 1
        return Period(text, _written(first), _written(first + 11))
    first_text, separator, last_text = text.partition("..")
    if not separator:
        last_text = first_text
    if not _MONTH.fullmatch(first_text) or not _MONTH.fullmatch(last_text):
        msg = "Une période s’écrit 2026-03 (un mois), 2026 (une année) ou 2026-01..2026-06."
        raise PeriodInvalid(msg)
    length = _number(last_text) - _number(first_text) + 1
    if not 1 <= length <= _LONGEST:
        msg = f"La période doit compter de 1 à {_LONGEST} mois, dans l’ordre."
        raise PeriodInvalid(msg)
    return Period(text, first_text, last_text)


def reference_year(moment: datetime, year_start: tuple[int, int] = (1, 1)) -> Period:
    """The reference year that an instant falls in. Raises PeriodInvalid as `parse_period` does."""
    month = month_of(moment)
    year = int(month[:4]) - (int(month[5:]) < year_start[0])
    return parse_period(f"{year:04}", year_start)


def asked_period(text: str | None, now: datetime, year_start: tuple[int, int] = (1, 1)) -> Period:
    """The period that `text` names; None: the current reference year, up to this month. Raises PeriodInvalid."""
    if text is not None:
        return parse_period(text, year_start)
    year, today = reference_year(now, year_start), month_of(now)
    return year if year.last == today else Period(f"{year.first}..{today}", year.first, today)


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _written(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
