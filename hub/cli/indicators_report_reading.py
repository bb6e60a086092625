"""What a report is made of, read from the ledger at one instant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.periods import Period, month_of, reference_year
from hub.ledger.feedback import shown_feedback, waiting_feedback
from hub.ledger.indicators.periods import Frozen, frozen_period, verify
from hub.ledger.indicators.showing import ShownPeriod, read_period, shown_period
from hub.ledger.own_differences import count_differences
from hub.reports.frame import Audience, Figures, Freeze, Late, ReportFrame
from hub.reports.own_counts import ShownDifference, shown_differences

_ONE_INSTANT: Final = text("set transaction isolation level repeatable read, read only")
_VERSIONS: Final = text("""
select distinct rules_version from indicator_fact
where month between :first and :last and counted_at is not null and rules_version <> ''
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that is wanted: its period, the year to date for what is told by month, for whom, and when it is made.

    `name`: of the period as people ask for it; a year that is not over ends with the month of `now`.
    """

    name: str
    period: Period
    course: Period
    audience: Audience
    now: datetime
    year_start: tuple[int, int]


def asked_report(period: Period, audience: Audience, now: datetime, year_start: tuple[int, int]) -> Asked | None:
    """The report of a month or a year; None where it has not begun."""
    today = month_of(now)
    if period.first > today:
        return None
    if audience is Audience.COMMITTEE:
        to_date = period if period.last <= today else Period(period.name, period.first, today)
        return Asked(period.name, to_date, to_date, audience, now, year_start)
    within = datetime(int(period.first[:4]), int(period.first[5:]), 15, 12, tzinfo=UTC)
    year = reference_year(within, year_start)
    return Asked(
        period.name, period, Period(f"{year.first}..{period.last}", year.first, period.last), audience, now, year_start
    )


async def read_report(connection: AsyncConnection, asked: Asked) -> tuple[Figures, ReportFrame]:
    """The figures of the report, masked, and what stands around them."""
    await connection.execute(_ONE_INSTANT)
    period = asked.period
    shown = await _shown(connection, period, asked)
    course = shown if asked.course == period else await _shown(connection, asked.course, asked)
    frozen = None if shown.closing is None else await frozen_period(connection, shown.closing.period.name)
    frame = ReportFrame(
        audience=asked.audience,
        period=period,
        made_at=asked.now,
        rules_versions=await _versions(connection, period, frozen),
        course=course.indicators,
        freeze=None if frozen is None else await _freeze(connection, frozen),
        late=tuple(Late(one.indicator.id, one.frozen, one.since) for one in shown.later) or None,
        texts=tuple(await shown_feedback(connection, period.first, period.last)),
        waiting=await waiting_feedback(connection, period.first, period.last),
        differences=await _differences(connection, period),
    )
    return shown.indicators, frame


async def _shown(connection: AsyncConnection, period: Period, asked: Asked) -> ShownPeriod:
    return shown_period(await read_period(connection, period), asked.now, asked.year_start)


async def _versions(connection: AsyncConnection, period: Period, frozen: Frozen | None) -> tuple[str, ...]:
    if frozen is not None and frozen.period == period:
        return tuple(version for version in frozen.rules_versions if version)
    return tuple(sorted(await connection.scalars(_VERSIONS, {"first": period.first, "last": period.last})))


async def _freeze(connection: AsyncConnection, frozen: Frozen) -> Freeze:
    verified = await verify(connection, frozen, seal_only=True)
    return Freeze(
        frozen.period,
        frozen.frozen_at,
        frozen.frozen_by.removeprefix("operator:"),
        frozen.inputs,
        frozen.inputs_sha256.hex(),
        frozen.seal.hex(),
        verified.stands,
    )


async def _differences(connection: AsyncConnection, period: Period) -> tuple[ShownDifference, ...] | None:
    """The points where counts differ; None where no institution gave a count."""
    events, numbers = await count_differences(connection, period)
    if not numbers and all(row.theirs is None for row in events):
        return None
    return shown_differences(events, numbers)
