"""`hub calendar show|at`: when the priority line is open, by the calendar that ships; needs nothing that runs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.calendar_view import hours_text, month_panels, said_of_line, time_text
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.data import load_calendar
from hub.domain.calendar.line import Calendar, Day, Period
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, date_in_full
from hub.errors import HubError
from hub.wire.attributes import FIRST_YEAR, LAST_YEAR
from hub.wire.constraints import parse_time

app = typer.Typer(help="When the priority line is open, by the calendar that ships.", no_args_is_help=True)

_TWO_MONTHS = timedelta(days=61)
_SHIPPED_ONLY = "Calendrier livré avec le hub\u00a0: ce que la CAF a publié depuis n’y figure pas."


class CalendarQuestionUnreadable(HubError):
    """What was asked cannot be read: no instant, or no period."""

    exit_code = 2


@app.command("show")
def show(
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: this month's.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: two months later.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show each day, open or closed, and why: months on a terminal; in a pipe, day, state, hours and reason a line.

    Exit code: 0; 2 when the period is none.
    """
    begin = first.date() if first is not None else datetime.now(paris()).date().replace(day=1)
    end = last.date() if last is not None else min(begin, date.max - _TWO_MONTHS) + _TWO_MONTHS
    if end < begin:
        msg = f"--to {end} is before --from {begin}."
        raise CalendarQuestionUnreadable(msg, "For example: --from 2026-05-01 --to 2026-05-31")
    calendar = load_calendar()
    days = ((day, calendar.day(day)) for day in map(date.fromordinal, range(begin.toordinal(), end.toordinal() + 1)))
    if as_json or not on_terminal():
        for day, found in days:
            _print_day(day, found, as_json=as_json)
        return
    console = Console()
    for panel in month_panels(days):
        console.print(panel)
    Console(stderr=True).print(_SHIPPED_ONLY, style="dim")


@app.command("at")
def at(
    instant: Annotated[str, typer.Argument(metavar="RFC3339", help="For example 2026-03-10T12:15:00+01:00.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say whether the line is open at an instant, why, and when it opens next.

    Exit code: 0, open or closed; 2 when it is no instant.
    """
    moment = _moment(instant)
    calendar = load_calendar()
    line = calendar.line(moment)
    following = None if line.is_open else _next_opening(calendar, moment)
    if as_json:
        print_json(
            {
                "at": instant,
                "open": line.is_open,
                "beyond_data": line.beyond_data,
                "reason": line.sentence,
                "opens_next": following,
            }
        )
        return
    local = moment.astimezone(paris())
    state = f"ligne directe {said_of_line(line)}"
    when = f"{date_in_full(local.date())}, {time_text(local.hour * 60 + local.minute)} (heure de Paris)"
    print_line(f"{when}{NO_BREAK}: {state}.")
    if following is not None:
        opens = time_text(following.hour * 60 + following.minute)
        print_line(f"Prochaine ouverture{NO_BREAK}: {date_in_full(following.date())} à {opens}.")
    elif not line.is_open:
        print_line(f"Aucune ouverture connue d’ici la fin du calendrier, {date_in_full(calendar.data_end)}.")
    if on_terminal():
        Console(stderr=True).print(_SHIPPED_ONLY, style="dim")


def _moment(text: str) -> datetime:
    try:
        moment = parse_time(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        msg = "The instant must be RFC 3339 with an offset."
        raise CalendarQuestionUnreadable(msg, "For example: hub calendar at 2026-03-10T12:15:00+01:00")
    return moment


def _next_opening(calendar: Calendar, moment: datetime) -> datetime | None:
    """The next instant of opening after a closed one, in Paris; None when the calendar knows of none."""
    local = moment.astimezone(paris())
    minute = local.hour * 60 + local.minute
    for day, period in _periods(calendar, local.date()):
        if day > local.date() or period.opens > minute:
            midnight = datetime(day.year, day.month, day.day, tzinfo=paris())
            return midnight.replace(hour=period.opens // 60, minute=period.opens % 60)
    return None


def _periods(calendar: Calendar, first: date) -> Iterator[tuple[date, Period]]:
    begin = max(first, min((entry.first for entry in calendar.entries.values()), default=first))
    for ordinal in range(begin.toordinal(), calendar.data_end.toordinal() + 1):
        day = date.fromordinal(ordinal)
        for period in calendar.day(day).periods:
            yield day, period


def _print_day(day: date, found: Day, *, as_json: bool) -> None:
    reason = found.periods[0].sentence if found.periods else found.sentence
    hours = [f"{p.opens // 60:02}:{p.opens % 60:02}-{p.closes // 60:02}:{p.closes % 60:02}" for p in found.periods]
    if as_json:
        opening = {"open": bool(found.periods), "hours": hours, "beyond_data": found.beyond_data}
        print_json({"day": day, **opening, "reason": reason})
    else:
        state = "ouverte" if found.periods else "fermée"
        print_line(day, state, hours_text(found), "" if found.periods else reason)
