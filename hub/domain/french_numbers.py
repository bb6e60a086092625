"""Numbers and dates as French readers write them: comma, narrow no-break spaces, percent sign apart."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.french import MONTHS, day_of_month

THIN: Final = "\u202f"
HARD: Final = "\u00a0"
_SHORT_MONTHS: Final = (
    "janv.",
    "févr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def whole(number: int) -> str:
    """« 12 345 », « −3 »."""
    digits = f"{abs(number):,}".replace(",", THIN)
    return f"−{digits}" if number < 0 else digits


def signed(number: int) -> str:
    """« +12 », « −3 », « 0 »."""
    return f"+{whole(number)}" if number > 0 else whole(number)


def decimal(number: float | Decimal, places: int = 1) -> str:
    """« 12,5 »; halves are rounded away from zero, and an empty fraction is left out."""
    rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    sign, plain = ("−", -rounded) if rounded < 0 else ("", rounded)
    integer, _, fraction = f"{plain:f}".partition(".")
    digits = f"{int(integer):,}".replace(",", THIN)
    return f"{sign}{digits},{fraction}" if fraction.strip("0") else f"{sign}{digits}"


def percent(part: float | Decimal) -> str:
    """A part of one as « 12,5 % »."""
    return f"{decimal(Decimal(str(part)) * 100)}{HARD}%"


def signed_percent(part: float | Decimal) -> str:
    """A change as « +12,5 % »."""
    return f"+{percent(part)}" if part > 0 else percent(part)


def month_in_full(month: str) -> str:
    """« mars 2026 » for 2026-03."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def month_in_short(month: str) -> str:
    """« mars » for 2026-03; its year stands elsewhere."""
    return _SHORT_MONTHS[int(month.split("-")[1]) - 1]


def day_in_full(day: date) -> str:
    """« 1er mars 2026 »."""
    return f"{day_of_month(day)}{HARD}{MONTHS[day.month - 1]} {day.year}"


def day_of(instant: datetime) -> str:
    """The day of an instant, in Paris."""
    return day_in_full(instant.astimezone(paris()).date())


def instant_in_full(instant: datetime) -> str:
    """« 1er mars 2026 à 9 h 05 », in Paris."""
    local = instant.astimezone(paris())
    return f"{day_in_full(local.date())} à {local.hour}{HARD}h{HARD}{local.minute:02d}"
