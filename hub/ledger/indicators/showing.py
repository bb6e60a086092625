"""What is shown of a period: its figures masked, whether it is frozen, and what was counted since beside it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.catalogue import Indicator
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.figures import figures
from hub.domain.indicators.periods import Period, month_of
from hub.domain.indicators.shapes import Figure
from hub.domain.indicators.showing import ShownIndicator, masked
from hub.domain.indicators.versions import by_rules_version
from hub.ledger.indicators.cells import adjustments_of, cells_of, read_cells
from hub.ledger.indicators.periods import frozen_period
from hub.ledger.never_stored import agreement_refusals

_FROZEN: Final = text("""
select name, first, last, frozen_at, frozen_by, rules_versions, definitions, inputs, seal from indicator_period
where first <= :last and last >= :first order by first, last
""")


@dataclass(frozen=True, slots=True)
class Closing:
    """A frozen period, without its numbers.

    `definitions`: what each indicator meant then, by its id. `inputs`: how many facts it was counted from.
    """

    period: Period
    frozen_at: datetime
    frozen_by: str
    rules_versions: tuple[str, ...]
    definitions: Mapping[str, Mapping[str, Any]]
    inputs: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Later:
    """A value of a frozen period, and what it would be with what was counted since."""

    indicator: Indicator
    frozen: Figure
    since: Figure


@dataclass(frozen=True, slots=True)
class PeriodRead:
    """All that the ledger says of a period; its figures are not masked yet.

    `months`: what each of its months shows by itself. `since`: what was counted after it was frozen, by cell.
    """

    period: Period
    cells: Counter[Cell]
    before: Counter[Cell]
    months: Mapping[str, Counter[Cell]]
    since: Counter[Cell]
    closings: tuple[Closing, ...]
    refusals: int | None


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A period as people may see it.

    `closing`: the frozen period that it is, or is a month of; `closed_months`: where it is not frozen itself, those of
    its months that are. `later`: values that would differ with what was counted since. `detailed`: whether it is one
    whose breakdowns are shown at all, a month or a reference year, to date or whole.
    """

    period: Period
    detailed: bool
    indicators: tuple[ShownIndicator, ...]
    closing: Closing | None
    closed_months: tuple[Closing, ...]
    later: tuple[Later, ...]


async def read_period(connection: AsyncConnection, period: Period) -> PeriodRead:
    """Read what is needed to show a period."""
    rows = await connection.execute(_FROZEN, {"first": period.first, "last": period.last})
    closings = tuple(
        Closing(
            Period(row.name, row.first, row.last),
            row.frozen_at,
            row.frozen_by,
            tuple(row.rules_versions),
            {one["id"]: one for one in row.definitions},
            row.inputs,
            row.seal,
        )
        for row in rows
    )
    closed = next((one for one in closings if _same(one.period, period)), None)
    kept = None if closed is None else await frozen_period(connection, closed.period.name)
    months: dict[str, Counter[Cell]] = defaultdict(Counter)
    for (cell, adjustment), amount in (await read_cells(connection, period.first, period.last)).items():
        if not adjustment:
            months[cell.month][cell] += amount
    since: Counter[Cell] = Counter()
    for amounts in (await adjustments_of(connection, period)).values():
        for cell, amount in amounts.items():
            since[cell] += amount
    return PeriodRead(
        period,
        kept.cells if kept is not None else await cells_of(connection, period),
        await cells_of(connection, period.before()),
        months,
        since,
        closings,
        await agreement_refusals(connection, period.first, period.last),
    )


def shown_period(
    read: PeriodRead, now: datetime, year_start: tuple[int, int], *, by_version: bool = False
) -> ShownPeriod:
    """The period as people may see it; pure, and up to a second of work for a full year.

    `by_version`: with breakdowns by rules version.
    """
    period = read.period
    found = figures(read.cells, period, read.before, agreement_refusals=read.refusals)
    if by_version:
        versions = by_rules_version(read.cells, period)
        found = tuple(replace(one, breakdowns=(*one.breakdowns, *versions.get(one.indicator.id, ()))) for one in found)
    months = [
        figures(read.months[month], Period(month, month, month)) for month in period.months if month in read.months
    ]
    detailed = _detailed(period, month_of(now), year_start)
    whole = [one for one in read.closings if one.period.first <= period.first and period.last <= one.period.last]
    whole.sort(key=lambda one: len(one.period.months))
    shown = masked(found, months if len(period.months) > 1 else (), detailed=detailed)
    return ShownPeriod(
        period,
        detailed,
        tuple(_as_defined(one, whole[0]) for one in shown) if whole else shown,
        whole[0] if whole else None,
        () if whole else read.closings,
        _later(read) if whole else (),
    )


def _as_defined(one: ShownIndicator, closing: Closing) -> ShownIndicator:
    """The indicator in the words that were frozen with its numbers."""
    return replace(one, indicator=replace(one.indicator, **closing.definitions.get(one.indicator.id, {})))


def _later(read: PeriodRead) -> tuple[Later, ...]:
    if not read.since:
        return ()
    together = Counter(read.cells)
    for cell, amount in read.since.items():
        together[cell] += amount
    as_frozen = figures(read.cells, read.period, read.before)
    with_later = figures(together, read.period, read.before)
    return tuple(
        Later(one.indicator, frozen, since)
        for one, other in zip(as_frozen, with_later, strict=True)
        for frozen, since in zip(one.figures, other.figures, strict=True)
        if frozen.value != since.value
    )


def _detailed(period: Period, today: str, year_start: tuple[int, int]) -> bool:
    """Whether breakdowns are shown: those of periods that overlap at will would tell by their differences."""
    if len(period.months) == 1:
        return True
    begins = int(period.first[5:]) == year_start[0]
    return begins and (len(period.months) == 12 or (len(period.months) < 12 and period.last == today))


def _same(one: Period, other: Period) -> bool:
    return (one.first, one.last) == (other.first, other.last)
