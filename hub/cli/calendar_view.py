"""How the calendar of the priority line reads, in French: dates, hours, and months on a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hub.domain.calendar.line import OPEN, WEEKEND, Day, Line
from hub.domain.french import MONTHS, NO_BREAK, WEEKDAYS, day_of_month

Dated = tuple[date, Day]


def time_text(minute: int) -> str:
    """« 9 h », « 13 h 30 », from minutes after midnight."""
    hour, rest = divmod(minute, 60)
    return f"{hour}{NO_BREAK}h" + (f"{NO_BREAK}{rest:02}" if rest else "")


def hours_text(day: Day) -> str:
    """« de 9 h à 12 h et de 13 h 30 à 16 h 30 »; empty for a day that is closed."""
    return " et ".join(f"de {time_text(period.opens)} à {time_text(period.closes)}" for period in day.periods)


def said_of_line(line: Line) -> str:
    """« ouverte », « ouverte (ouverture exceptionnelle) », « fermée, jour férié (Noël) »."""
    if line.is_open:
        return OPEN if line.sentence == OPEN else f"{OPEN} ({line.sentence})"
    return f"fermée, {line.sentence}"


def month_panels(days: Iterable[Dated]) -> Iterator[RenderableType]:
    """Each month as a grid of weeks, with its openings and closures below; the days come in order, without gaps."""
    for (year, month), held in groupby(days, key=lambda dated: (dated[0].year, dated[0].month)):
        found = list(held)
        lines = [Text(line, style="green" if is_open else "") for is_open, line in _spans(found)]
        yield Group(_grid(f"{MONTHS[month - 1]} {year}", found), *lines, "")


def _grid(title: str, days: list[Dated]) -> Table:
    table = Table(*(name[:3] for name in WEEKDAYS), title=title, title_justify="left", box=None, pad_edge=False)
    week: list[Text] = [Text()] * days[0][0].weekday()
    for day, found in days:
        week.append(_cell(day, found))
        if len(week) == len(WEEKDAYS):
            table.add_row(*week)
            week = []
    if week:
        table.add_row(*week)
    return table


def _cell(day: date, found: Day) -> Text:
    """The day of the month; open days are bold and bear a dot, so that colour says nothing alone."""
    if found.periods:
        return Text(f"{day.day:2} •", style="bold green")
    return Text(f"{day.day:2}  ", style="dim" if found.sentence == WEEKEND else "red")


def _spans(days: list[Dated]) -> Iterator[tuple[bool, str]]:
    """Runs of days of which the same is to be said; weekends are left out, and interrupt nothing."""
    working = [(day, found) for day, found in days if found.periods or found.sentence != WEEKEND]
    for (is_open, text), held in groupby(working, key=lambda dated: (bool(dated[1].periods), _said_of(dated[1]))):
        run = [day for day, _ in held]
        yield is_open, f"{_period_text(run[0], run[-1])}{NO_BREAK}: {text}"


def _said_of(day: Day) -> str:
    if not day.periods:
        return f"fermée, {day.sentence}"
    return f"{day.periods[0].sentence} {hours_text(day)}"


def _period_text(first: date, last: date) -> str:
    if first == last:
        return f"{WEEKDAYS[first.weekday()]} {day_of_month(first)}"
    return f"du {WEEKDAYS[first.weekday()]} {day_of_month(first)} au {WEEKDAYS[last.weekday()]} {day_of_month(last)}"
