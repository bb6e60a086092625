"""The eleven public holidays of France, and the Friday that bridges Ascension day; pure functions of the year."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_TO_ASCENSION: Final = timedelta(days=39)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quads, years = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quads - epact - years) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, str]:
    """The public holidays of a year (article L3133-1 of the Code du travail), each with its French name."""
    sunday = easter(year)
    named = {
        date(year, 1, 1): "jour de l’an",
        sunday + timedelta(days=1): "lundi de Pâques",
        date(year, 5, 1): "fête du Travail",
        date(year, 5, 8): "victoire de 1945",
        sunday + timedelta(days=50): "lundi de Pentecôte",
        date(year, 7, 14): "fête nationale",
        date(year, 8, 15): "Assomption",
        date(year, 11, 1): "Toussaint",
        date(year, 11, 11): "armistice de 1918",
        date(year, 12, 25): "Noël",
    }
    ascension = sunday + _TO_ASCENSION
    # Ascension day may fall on 1 or 8 May: one day off then, with both names.
    named[ascension] = f"{named[ascension]} et Ascension" if ascension in named else "Ascension"
    return MappingProxyType(named)


def is_ascension_friday(day: date) -> bool:
    """Whether `day` is the Friday after Ascension day, when the offices of both institutions are closed."""
    return day == easter(day.year) + _TO_ASCENSION + timedelta(days=1)
