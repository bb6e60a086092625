"""Bare numbers of hand-overs refused because the person did not agree (A2): nothing else of them may be kept (R57).

The gateway adds what it refuses; of what came straight over Kafka the reconciliation of the day sets the number of each
topic. Neither keeps what would identify such an event. Sent twice, it counts once where it came over Kafka within
a day, or over HTTP to one gateway process within minutes; otherwise twice (ADR 26).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.vocabulary import Rejection

HTTP: Final = "http"
"""The way of what came over HTTP; the others are input topics."""

REASON: Final = Rejection.AGREEMENT_MISSING.value

_ADD = text("""
insert into never_stored as n (day, way, reason, number) values (:day, :way, :reason, :number)
on conflict (day, way, reason) do update set number = n.number + excluded.number
""")
# The number of a day that is over only seems to fall: where retention has taken records away.
_SET = text("""
insert into never_stored as n (day, way, reason, number) values (:day, :way, :reason, :number)
on conflict (day, way, reason) do update set number = greatest(n.number, excluded.number)
""")
_SUM = text("""
select sum(number) from never_stored
where reason = :reason and to_char(day, 'YYYY-MM') between :first and :last
""")


async def add_refusals(connection: AsyncConnection, by_day: Mapping[date, int]) -> None:
    """Add what the gateway refused, by day in Europe/Paris."""
    rows = [{"day": day, "way": HTTP, "reason": REASON, "number": by_day[day]} for day in sorted(by_day)]
    if rows:
        await connection.execute(_ADD, rows)


async def set_refusals(connection: AsyncConnection, day: date, by_topic: Mapping[str, int]) -> None:
    """Say how many the input topics held on a day; again changes nothing. A number of 0 says that it was looked at."""
    rows = [{"day": day, "way": way, "reason": REASON, "number": by_topic[way]} for way in sorted(by_topic)]
    if rows:
        await connection.execute(_SET, rows)


async def agreement_refusals(connection: AsyncConnection, first: str, last: str) -> int | None:
    """How many were refused in the months from `first` to `last` (2026-03); None where no day of them was counted."""
    found = await connection.scalar(_SUM, {"reason": REASON, "first": first, "last": last})
    return None if found is None else int(found)
