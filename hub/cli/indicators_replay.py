"""`hub indicators replay`: the figures of a period, counted again from what the topics hold."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.cli.indicators_period import PeriodOption, period_named
from hub.cli.indicators_show import wanted_indicators
from hub.cli.indicators_show_view import show_period
from hub.cli.local import local_settings
from hub.cli.output import AsJson
from hub.cli.replaying import with_engines
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, plural, without_bad_breaks
from hub.domain.french_numbers import whole
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.periods import Period
from hub.ledger.indicators.showing import PeriodRead, shown_period
from hub.ledger.indicators.snapshot import LeftOut, left_out
from hub.ledger.never_stored import agreement_refusals
from hub.processes.parameters import read_parameters
from hub.replay.counting import Progress, Read, replay
from hub.settings import Settings
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS


@dataclass(frozen=True, slots=True)
class _Replayed:
    """Every cell, how the reading went, and the number that no event tells."""

    cells: Counter[Cell]
    read: Read
    refusals: int | None


def replay_command(
    *,
    period: PeriodOption = None,
    indicators: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID", help="Only this one: V1.4, A2 …; may be repeated.")
    ] = None,
    without_ledger: Annotated[
        bool,
        typer.Option("--without-ledger", help="Do without PostgreSQL: what the ledger refused is counted too."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count the indicators again from the topics, and show the figures as `hub indicators show` does.

    The same function counts as in the live count. Nothing is changed; memory stays the same for five years as for a
    day. The topics hold person-level events for as long as their retention says: older months have fewer events here.
    `hub indicators compare` compares with the live figures and tells that apart.

    Exit code: 0; 1 when Kafka or PostgreSQL do not answer; 2 for what names no period or no indicator.
    """
    settings, wanted = local_settings(), wanted_indicators(indicators)
    asked, now = period_named(period, settings), datetime.now(UTC)
    year_start = read_parameters(settings).on(now.astimezone(paris()).date()).reference_year_start

    async def work(engine: AsyncEngine, told: Progress) -> _Replayed:
        return await _replay(settings, None if without_ledger else engine, asked, told)

    found = with_engines(settings, work)
    shown = shown_period(_as_read(asked, found), now, year_start)
    show_period(shown, wanted, as_json=as_json)
    _tell(found.read)


async def _replay(settings: Settings, engine: AsyncEngine | None, asked: Period, told: Progress) -> _Replayed:
    refused, refusals = LeftOut(), None
    if engine is not None:
        async with engine.connect() as connection:
            refused = await left_out(connection, DECISIONS)
            refusals = await agreement_refusals(connection, asked.first, asked.last)
    cells, read = await replay(settings, load_catalogue(), refused, told)
    return _Replayed(cells, read, refusals)


def _as_read(asked: Period, found: _Replayed) -> PeriodRead:
    """What the ledger would have said of a period that nobody has frozen."""
    months: dict[str, Counter[Cell]] = defaultdict(Counter)
    for cell, amount in found.cells.items():
        months[cell.month][cell] = amount

    def of(period: Period) -> Counter[Cell]:
        return Counter({cell: n for month in period.months for cell, n in months.get(month, {}).items()})

    own = {month: months[month] for month in asked.months if month in months}
    return PeriodRead(asked, of(asked), of(asked.before()), own, Counter(), (), found.refusals)


def _tell(read: Read) -> None:
    """How the reading went, beside the figures."""
    said = [f"{whole(read.records)} {plural('enregistrement', read.records)} {plural('relu', read.records)}"]
    if read.left_out:
        said.append(f"{whole(read.left_out)} que le registre a {plural('refusé', read.left_out)}")
    if read.unreadable:
        said.append(f"{whole(read.unreadable)} {plural('illisible', read.unreadable)}")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"Recompté à partir des topics{NO_BREAK}: {', '.join(said)}.")
    if read.cut:
        words = (
            "La durée de conservation a retiré des topics les événements les plus anciens : leurs mois n’ont ici que "
            "ce qu’il en reste. « hub indicators compare » en tient compte."
        )
        console.print(without_bad_breaks(words), style="yellow")
