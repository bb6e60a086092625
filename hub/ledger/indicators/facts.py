"""The facts that count: written with what they are of, in its transaction; counted afterwards."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.facts import Fact, digest

_ADD: Final = text("""
insert into indicator_fact (source, id, type, time, month, thread, corrects, rules_version, "values", digest)
select n.source, n.id, n.type, n.time, n.month, n.thread, n.corrects, n.rules_version, cast(n.said as jsonb), n.digest
from unnest(
  cast(:source as text[]), cast(:id as text[]), cast(:type as text[]), cast(:time as timestamptz[]),
  cast(:month as text[]), cast(:thread as text[]), cast(:corrects as text[]), cast(:rules_version as text[]),
  cast(:said as text[]), cast(:digest as bytea[])
) as n (source, id, type, time, month, thread, corrects, rules_version, said, digest)
order by n.source, n.id
on conflict do nothing
""")
_OWN: Final = ("source", "id", "type", "time", "month", "thread", "corrects", "rules_version")


async def add_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Add facts that may be known already, inside the caller's transaction: one statement for all.

    They go in by order of their key, so that two replicas never wait for each other in a circle.
    """
    if not facts:
        return
    columns: dict[str, list[Any]] = {name: [getattr(fact, name) for fact in facts] for name in _OWN}
    columns["said"] = [json.dumps(dict(fact.values), ensure_ascii=False) for fact in facts]
    columns["digest"] = [digest(fact) for fact in facts]
    await connection.execute(_ADD, columns)


def fact_from_row(row: RowMapping) -> Fact:
    """The fact that a row of indicator_fact holds."""
    return Fact(values=row["values"], **{name: row[name] for name in _OWN})
