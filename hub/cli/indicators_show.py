"""`hub indicators show`: the figures of a period with their definitions, as people may see them: masked, always."""

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated

import typer

from hub.cli.indicators_period import PeriodOption, PeriodUsage, period_named
from hub.cli.indicators_show_view import show_period
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import AsJson
from hub.domain.calendar.paris import paris
from hub.domain.indicators.catalogue import INDICATORS
from hub.ledger.indicators.showing import read_period, shown_period
from hub.processes.parameters import read_parameters


class Split(Enum):
    """By what else figures can be told apart."""

    RULES_VERSION = "rules_version"


def show_command(
    *,
    period: PeriodOption = None,
    indicators: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID", help="Only this one: V1.4, A2 …; may be repeated.")
    ] = None,
    by: Annotated[
        Split | None, typer.Option("--by", help="Also by the version of the rules that decided.", case_sensitive=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the figures of a month or a reference year with their definitions: by default of this year to date.

    Breakdowns are always masked: no cell of 1 to 4, nor what would give one away. Of other spans of months only the
    values and their course are shown. A frozen period shows what was frozen, and beside it what has changed since.

    Exit code: 0; 1 when PostgreSQL does not answer; 2 for what names no period or no indicator.
    """
    settings, wanted = local_settings(), wanted_indicators(indicators)
    asked, now = period_named(period, settings), datetime.now(UTC)
    year_start = read_parameters(settings).on(now.astimezone(paris()).date()).reference_year_start
    read = in_ledger(lambda connection: read_period(connection, asked))
    shown = shown_period(read, now, year_start, by_version=by is not None)
    show_period(shown, wanted, as_json=as_json)


def wanted_indicators(indicators: list[str] | None) -> frozenset[str]:
    """The indicators that are asked for. Raises PeriodUsage."""
    wanted = frozenset(one.upper() for one in indicators or INDICATORS)
    unknown = sorted(wanted - INDICATORS.keys())
    if unknown:
        msg = f"Il n’y a pas d’indicateur « {unknown[0]} »."
        raise PeriodUsage(msg, f"Il y a {', '.join(INDICATORS)}.")
    return wanted
