"""The period that a command is asked for: a month, a reference year, or from a month to another."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK
from hub.domain.indicators.periods import Period, PeriodInvalid, asked_period
from hub.errors import HubError
from hub.processes.parameters import read_parameters
from hub.settings import Settings

PeriodOption = Annotated[
    str | None,
    typer.Option(metavar="PERIOD", help="2026-03, 2026 or 2026-01..2026-06; the reference year to date if absent."),
]
PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="A month (2026-03) or a reference year (2026).")]


class PeriodUsage(HubError):
    """What was given names no period that can be counted."""

    exit_code = 2


def period_named(text: str | None, settings: Settings, example: str = "--period 2026-03") -> Period:
    """The period that `text` names; None: the current reference year, up to this month.

    Raises PeriodUsage, with `example` of what the command takes.
    """
    now = datetime.now(UTC)
    year_start = read_parameters(settings).on(now.astimezone(paris()).date()).reference_year_start
    try:
        return asked_period(text, now, year_start)
    except PeriodInvalid as error:
        raise PeriodUsage(str(error), f"Exemple{NO_BREAK}: {example}") from None
