"""The figures of a period for the API and for the pages: read in one transaction, computed beside the event loop."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_parameters
from hub.domain.calendar.paris import paris
from hub.domain.indicators.periods import asked_period
from hub.ledger.indicators.showing import PeriodRead, ShownPeriod, read_period, shown_period

_ONE_AT_A_TIME: Final = asyncio.Lock()


def year_start(parameters_file: Path | None, now: datetime) -> tuple[int, int]:
    """Month and day on which the reference year begins."""
    return load_parameters(parameters_file).on(now.astimezone(paris()).date()).reference_year_start


async def read_asked(
    connection: AsyncConnection, text: str | None, begins: tuple[int, int], now: datetime
) -> PeriodRead:
    """Read the period that `text` names, by default the reference year to date. Raises PeriodInvalid."""
    return await read_period(connection, asked_period(text, now, begins))


async def compute(read: PeriodRead, begins: tuple[int, int], now: datetime, *, by_version: bool = False) -> ShownPeriod:
    """What is shown of it: up to a second of work in a thread, one at a time, since events are taken meanwhile."""
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(shown_period, read, now, begins, by_version=by_version)
