"""What the alerts need to know of the ledger as a whole: counts only, nothing that names an event or a person."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import LANES

AGES: Final = (("under_15m", 15), ("under_1h", 60), ("under_4h", 240), ("under_1d", 1440), ("over_1d", None))
"""How long ago an urgency was decided, in minutes: each label holds what is older than the one before."""

# An urgency stays open until one of its recipients has taken it in charge, even where every message has failed.
_OPEN_URGENCIES: Final = text("""
select extract(epoch from cast(:now as timestamptz) - e.decided_at) / 60 as minutes
from event e
where (e.source, e.id) in (
    select d.event_source, d.event_id from delivery d
    where d.lane = 'urgent' and d.state not in ('TAKEN_IN_CHARGE', 'CONCLUDED')
  )
  and not exists (
    select from delivery t
    where t.event_source = e.source and t.event_id = e.id and t.state in ('TAKEN_IN_CHARGE', 'CONCLUDED')
  )
""")
_RETRYING: Final = text("select lane, count(*) from delivery where state = 'RETRYING' group by lane")
_PUBLISHED: Final = text("""
select source, n.place, count(*)
from unnest(cast(:begins as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as n (begins, ends, place)
join event on received_at >= n.begins and received_at < n.ends
group by source, n.place
""")


async def open_urgencies(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many urgencies nobody has taken in charge, by the age since the decision (labels of AGES)."""
    found = [minutes for (minutes,) in await connection.execute(_OPEN_URGENCIES, {"now": now})]
    bounds = [0.0, *(float("inf") if minutes is None else minutes for _, minutes in AGES)]
    spans = zip(AGES, pairwise(bounds), strict=True)
    # A decision may be dated a moment ahead of this process's clock.
    return {label: sum(low <= max(age, 0) < high for age in found) for (label, _), (low, high) in spans}


async def retrying(connection: AsyncConnection) -> dict[str, int]:
    """How many deliveries of each lane wait for another attempt."""
    return dict.fromkeys(LANES, 0) | dict((await connection.execute(_RETRYING)).all())


async def published_in(
    connection: AsyncConnection, windows: Sequence[tuple[datetime, datetime]]
) -> dict[str, tuple[int, ...]]:
    """How many events of each source came in each span of time (end excluded); sources with none at all are absent."""
    spans = {"begins": [begin for begin, _ in windows], "ends": [end for _, end in windows]}
    counts: dict[str, list[int]] = {}
    for source, place, count in await connection.execute(_PUBLISHED, spans):
        counts.setdefault(source, [0] * len(windows))[place - 1] = count
    return {source: tuple(of) for source, of in counts.items()}
