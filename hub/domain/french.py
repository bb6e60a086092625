"""French as people read it: dates in full, and where a space must not break."""

import re
from datetime import date
from typing import Final

WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
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
NO_BREAK: Final = "\u00a0"
NARROW: Final = "\u202f"
"""The no-break space between groups of digits."""
_SPACES_THAT_HOLD: Final = (
    re.compile(r" (?=[:;?!»€%])"),
    re.compile(r"(?<=«) "),
    re.compile(r"(?<=\d) (?=\d{3}\b)"),
    re.compile(rf"(?:(?<=\b1er)|(?<=\b\d)|(?<=\b\d\d)) (?=(?:{'|'.join(MONTHS)})\b)"),
    re.compile(r"(?<=\d) (?=h\b)|(?<=\dh|\sh) (?=\d\d\b)"),
    re.compile(r"(?<=\bn°) (?=\d)|(?<=\barticle) (?=[\dIVXLR])"),
)


def day_of_month(day: date) -> str:
    """« 1er », « 10 »."""
    return "1er" if day.day == 1 else str(day.day)


def date_in_full(day: date) -> str:
    """The date with its weekday, month and year, as « dimanche 1er décembre 2024 »."""
    return f"{WEEKDAYS[day.weekday()]} {day_of_month(day)}{NO_BREAK}{MONTHS[day.month - 1]} {day.year}"


def without_bad_breaks(text: str) -> str:
    """The same text with a no-break space wherever French typography wants one and the writer put a plain one.

    Before : ; ? ! » € %, after «, inside a number, between a number and what it counts or names (days of a month,
    hours, n° and article). Nothing else changes.
    """
    for space in _SPACES_THAT_HOLD:
        text = space.sub(NO_BREAK, text)
    return text


def grouped(number: int) -> str:
    """The number in groups of three digits, as « 10 000 »."""
    return f"{number:,}".replace(",", NARROW)


def plural(word: str, count: int) -> str:
    """The word as it follows the count: French has no plural below two."""
    return word if count < 2 else f"{word}s"
