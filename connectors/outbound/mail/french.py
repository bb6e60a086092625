"""French as people read it: dates in full, and where a space must not break."""

import re
from datetime import date

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_NO_BREAK = "\u00a0"


def date_in_full(day: date) -> str:
    """The date with its weekday, month and year, as « dimanche 1er décembre 2024 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS[day.weekday()]} {number}{_NO_BREAK}{_MONTHS[day.month - 1]} {day.year}"


def without_bad_breaks(text: str) -> str:
    """The same text with a no-break space wherever French typography wants one and the writer put a plain one."""
    text = re.sub(r" ([:;?!»€%])", _NO_BREAK + r"\1", text)
    return text.replace("« ", "«" + _NO_BREAK)
