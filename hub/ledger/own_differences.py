"""Where the institutions' own counts and the hub's differ, from the ledger: a month of an institution at a time."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.events import SIGNATORIES
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.differences import (
    EventDifference,
    FigureDifference,
    Place,
    Whereabouts,
    WhyLacking,
    event_differences,
    figure_differences,
    not_given,
)
from hub.domain.indicators.facts import Key
from hub.domain.indicators.own_counts import OwnEvent, OwnFigure
from hub.domain.indicators.periods import Period
from hub.domain.vocabulary import Institution
from hub.ledger.indicators.cells import read_cells
from hub.ledger.indicators.facts import fact_from_row
from hub.ledger.own_counts import own_counts

COUNTING: Final = (Institution.CAF, Institution.CD35)
"""The institutions that count for themselves."""

_CORRECTING: Final = text("select * from indicator_fact where corrects is not null and starts_with(source, :sources)")
_HELD: Final = text("""
select source, id, type, month from indicator_fact
where month = :month and type = any(cast(:types as text[])) and starts_with(source, :sources)
""")
_KNOWN: Final = text("""
select w.source, w.id, f.type, f.month, e.source is not null as held, r.reason, c.source is not null as conflict
from unnest(cast(:sources as text[]), cast(:ids as text[])) as w (source, id)
left join indicator_fact f on f.source = w.source and f.id = w.id
left join event e on e.source = w.source and e.id = w.id
left join lateral (
  select reason from reject r where r.source = w.source and r.event_id = w.id order by rejected_at desc limit 1
) r on true
left join lateral (select source from id_conflict i where i.source = w.source and i.id = w.id limit 1) c on true
""")


async def count_differences(
    connection: AsyncConnection, period: Period
) -> tuple[tuple[EventDifference, ...], tuple[FigureDifference, ...]]:
    """Every type and month of a period that either institution or the hub counts, and every figure that was given.

    The hub's side is all that it counts now, what came after a period was frozen included.
    """
    cells: dict[Cell, int] = {}
    for (cell, _), amount in (await read_cells(connection, period.first, period.last)).items():
        cells[cell] = cells.get(cell, 0) + amount
    events: list[EventDifference] = []
    figures: dict[Institution, tuple[OwnFigure, ...]] = {}
    for institution in COUNTING:
        stated: set[Place] = set()
        given: list[OwnFigure] = []
        gone = await _replaced(connection, institution)
        for month in period.months:
            own = await own_counts(connection, institution, Period(month, month, month))
            hub = await _counted(connection, institution, month, {type_ for type_, _ in own.covered}, gone)
            unknown = {key: event for key, event in own.events.items() if key not in hub}
            elsewhere = await _whereabouts(connection, unknown, gone)
            events += event_differences(institution, hub, own.events, own.covered, elsewhere)
            stated |= own.covered
            given += own.figures
        events += not_given(institution, cells, stated)
        figures[institution] = tuple(given)
    events.sort(key=lambda row: (row.type, row.month, row.institution.value))
    return tuple(events), figure_differences(cells, figures)


def _sources(institution: Institution) -> str:
    return f"urn:hub:{SIGNATORIES[institution].urn_name}:"


async def _replaced(connection: AsyncConnection, institution: Institution) -> frozenset[Key]:
    rows = await connection.execute(_CORRECTING, {"sources": _sources(institution)})
    return replaced(map(fact_from_row, rows.mappings()))


async def _counted(
    connection: AsyncConnection, institution: Institution, month: str, types: Collection[str], gone: frozenset[Key]
) -> dict[Key, Place]:
    if not types:
        return {}
    wanted = {"month": month, "types": sorted(types), "sources": _sources(institution)}
    rows = await connection.execute(_HELD, wanted)
    return {(source, id_): (type_, of) for source, id_, type_, of in rows if (source, id_) not in gone}


async def _whereabouts(
    connection: AsyncConnection, events: Mapping[Key, OwnEvent], gone: frozenset[Key]
) -> Mapping[Key, Whereabouts]:
    """What the hub knows of events that it does not count in the month and by the type as an institution does."""
    if not events:
        return {}
    ordered = sorted(events)
    wanted = {"sources": [source for source, _ in ordered], "ids": [id_ for _, id_ in ordered]}
    found = {}
    for row in await connection.execute(_KNOWN, wanted):
        key = (row.source, row.id)
        if row.type is not None and key in gone:
            found[key] = Whereabouts(WhyLacking.REPLACED)
        elif row.type is not None and row.type != events[key].type:
            found[key] = Whereabouts(WhyLacking.OTHER_TYPE, row.type)
        elif row.type is not None:
            found[key] = Whereabouts(WhyLacking.OTHER_MONTH, row.month)
        elif row.held:
            found[key] = Whereabouts(WhyLacking.NOT_COUNTED)
        elif row.reason is not None or row.conflict:
            found[key] = Whereabouts(WhyLacking.REFUSED, row.reason or "ID_CONFLICT")
    return found
