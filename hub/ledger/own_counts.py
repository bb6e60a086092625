"""The institutions' own counts in PostgreSQL: taken from a file, and the newest of each type or measure and month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, delete, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.differences import Place
from hub.domain.indicators.facts import Key
from hub.domain.indicators.own_counts import CountKind, LineReceipt, LineStatus, OwnEvent, OwnFigure
from hub.domain.indicators.periods import Period
from hub.domain.vocabulary import Institution
from hub.ledger.tables import own_count, own_count_event, own_count_figure, own_count_place

_LOCK: Final = 3_535_014  # advisory lock: one import at a time
_AT_ONCE: Final = 5000  # rows


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken from a file, and the types or measures and the months that it is about."""

    names: tuple[str, ...]
    first: str | None
    last: str | None
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """What stands of an institution in a period: the events, of which types and months, and the figures."""

    events: Mapping[Key, OwnEvent]
    covered: frozenset[Place]
    figures: tuple[OwnFigure, ...]


async def take_own_count(
    connection: AsyncConnection,
    institution: Institution,
    kind: CountKind,
    receipts: Sequence[LineReceipt],
    about: Iterable[Place],
    *,
    sha256: bytes,
    by: str,
    now: datetime,
) -> Imported:
    """Keep what a file holds, in place of what an earlier one held of the same types (or measures) and months.

    `about`: the types, or measures, and months that the file counts, be it none. Works inside the caller's transaction.
    """
    await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    places = sorted(set(about))
    taken = [receipt.row for receipt in receipts if receipt.row is not None and receipt.status is LineStatus.TAKEN]
    months = [month for _, month in places]
    head = Imported(
        names=tuple(sorted({name for name, _ in places})),
        first=min(months, default=None),
        last=max(months, default=None),
        taken=len(taken),
        refused=len(receipts) - len(taken),
    )
    row = {
        "institution": institution.value, "kind": kind.value, "first": head.first, "last": head.last,
        "taken": head.taken, "refused": head.refused, "sha256": sha256, "imported_by": by, "imported_at": now,
    }  # fmt: skip
    seq = int((await connection.execute(insert(own_count).values(row).returning(own_count.c.seq))).scalar_one())
    if kind is CountKind.EVENTS:
        await _take_events(connection, institution, places, [row for row in taken if isinstance(row, OwnEvent)], seq)
    else:
        await _take_figures(connection, institution, places, [row for row in taken if isinstance(row, OwnFigure)], seq)
    return head


async def _take_events(
    connection: AsyncConnection, institution: Institution, places: Sequence[Place], events: Sequence[OwnEvent], seq: int
) -> None:
    of = own_count_event.c
    here = tuple_(of.type, of.month).in_(places)
    await connection.execute(delete(own_count_event).where(of.institution == institution.value, here))
    for start in range(0, len(events), _AT_ONCE):
        rows = [
            {
                "source": row.source, "id": row.id, "institution": institution.value, "type": row.type,
                "time": row.time, "month": row.month, "own_count": seq,
            }
            for row in events[start : start + _AT_ONCE]
        ]  # fmt: skip
        added = upsert(own_count_event)
        # An event that an earlier file counted elsewhere is counted where the newest says.
        moved = {name: added.excluded[name] for name in ("type", "time", "month", "own_count")}
        await connection.execute(added.on_conflict_do_update(index_elements=["source", "id"], set_=moved), rows)
    stated = upsert(own_count_place)
    newest = stated.on_conflict_do_update(
        index_elements=["institution", "type", "month"], set_={"own_count": stated.excluded.own_count}
    )
    rows = [
        {"institution": institution.value, "type": type_, "month": month, "own_count": seq} for type_, month in places
    ]
    if rows:
        await connection.execute(newest, rows)


async def _take_figures(
    connection: AsyncConnection,
    institution: Institution,
    places: Sequence[Place],
    figures: Sequence[OwnFigure],
    seq: int,
) -> None:
    of = own_count_figure.c
    here = tuple_(of.measure, of.month).in_(places)
    await connection.execute(delete(own_count_figure).where(of.institution == institution.value, here))
    rows = [
        {
            "institution": institution.value, "measure": row.measure, "month": row.month, "dims": dict(row.dims),
            "number": row.number, "own_count": seq,
        }
        for row in figures
    ]  # fmt: skip
    if rows:
        await connection.execute(insert(own_count_figure), rows)


async def own_counts(connection: AsyncConnection, institution: Institution, period: Period) -> OwnCounts:
    """What stands of an institution in a period."""
    events = own_count_event.c
    places = own_count_place.c
    figures = own_count_figure.c
    found = await connection.execute(
        select(events.type, events.source, events.id, events.time, events.month).where(
            events.institution == institution.value, events.month.between(period.first, period.last)
        )
    )
    covered = await connection.execute(
        select(places.type, places.month).where(
            places.institution == institution.value, places.month.between(period.first, period.last)
        )
    )
    numbers = await connection.execute(
        select(figures.measure, figures.month, figures.dims, figures.number).where(
            figures.institution == institution.value, figures.month.between(period.first, period.last)
        )
    )
    rows = [OwnEvent(*row) for row in found]
    return OwnCounts(
        {row.key: row for row in rows},
        frozenset((row.type, row.month) for row in covered),
        tuple(
            OwnFigure(measure, month, tuple(sorted(dims.items())), number) for measure, month, dims, number in numbers
        ),
    )


async def own_count_files(connection: AsyncConnection) -> list[RowMapping]:
    """Every file that was taken, the newest first: who imported it, when, and what of it."""
    return list((await connection.execute(select(own_count).order_by(own_count.c.seq.desc()))).mappings())
