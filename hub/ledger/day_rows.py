"""What the ledger holds of the records of a stretch, found by where they were published."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.reconciliation import REACHED, Reached
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.tables import PULL_LANE, event, id_conflict, reject
from hub.wire.stretches import Stretch

Key = tuple[str, str]

_OF_STRETCH = """
e.topic = :topic and e.partition = :partition and e."offset" >= :start and e."offset" < :end
and not exists (
  select from reject r where r.topic = e.topic and r.partition = e.partition and r."offset" = e."offset"
)
"""

_STATES = text(f"""
select d.state, count(*) from event e join delivery d on d.event_source = e.source and d.event_id = e.id
where {_OF_STRETCH} group by d.state
""")  # noqa: S608 -- constants of this file only

# Every contact that a decision names, once, without a delivery of its own.
_NOT_SCHEDULED = text(f"""
select distinct e."offset", e.source, e.id, named.contact as detail
from event e
cross join lateral jsonb_array_elements(e.decision -> 'routings') as routing
cross join lateral jsonb_array_elements_text(routing -> 'recipients') as named (contact)
where {_OF_STRETCH} and not exists (
  select from delivery d
  where d.event_source = e.source and d.event_id = e.id and d.contact = named.contact
)
order by 1, 4
""")  # noqa: S608 -- constants of this file only

# A withdrawal goes to whoever received a version: its routings need no recipients of their own.
_NO_CONTACT = text(f"""
select distinct e."offset", e.source, e.id, (routing ->> 'service') || '/' || (routing ->> 'role') as detail
from event e cross join lateral jsonb_array_elements(e.decision -> 'routings') as routing
where {_OF_STRETCH} and e.type <> 'notice.withdrawn' and jsonb_array_length(routing -> 'recipients') = 0
order by 1, 4
""")  # noqa: S608 -- constants of this file only

_NOT_PLANNED = text(f"""
select e."offset", e.source, e.id, a.notice as detail
from event e join notice_audience a on a.event_source = e.source and a.event_id = e.id
where {_OF_STRETCH} and a.planned_at is null and a.queued_at < :before
order by 1, 4
""")  # noqa: S608 -- constants of this file only

# A feed is fetched when its reader likes: nothing is stuck in it.
_STUCK = text(f"""
select e."offset", e.source, e.id, cast(d.id as text) as detail
from event e join delivery d on d.event_source = e.source and d.event_id = e.id
where {_OF_STRETCH} and d.lane <> '{PULL_LANE}' and (
  (d.state in ('SCHEDULED', 'RETRYING') and d.due_at < :before) or (d.state = 'SENDING' and d.claimed_until < :before)
)
order by 1, 4
""")  # noqa: S608 -- constants of this file only


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger holds between two offsets: the outcome of each event (None: not routed), and what was refused."""

    outcomes: Mapping[int, str | None]
    refused: Collection[int]


@dataclass(frozen=True, slots=True)
class Found:
    """One event of a stretch about which something is wrong; `detail` names the contact, service or delivery."""

    offset: int
    source: str
    id: str
    detail: str


async def kept_between(connection: AsyncConnection, topic: str, partition: int, first: int, last: int) -> Kept:
    """What the ledger holds of the records from offset `first` to `last`, both included."""
    outcomes = await connection.execute(
        select(event.c.offset, event.c.outcome).where(
            event.c.topic == topic, event.c.partition == partition, event.c.offset.between(first, last)
        )
    )
    refused: set[int] = set()
    for table in (reject, id_conflict):
        refused |= set(
            await connection.scalars(
                select(table.c.offset).where(
                    table.c.topic == topic, table.c.partition == partition, table.c.offset.between(first, last)
                )
            )
        )
    return Kept({row.offset: row.outcome for row in outcomes}, refused)


async def known_values(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, bytes]:
    """The SHA-256 of the value of each of these events that the ledger holds, wherever it was published."""
    if not keys:
        return {}
    rows = await connection.execute(
        select(event.c.source, event.c.id, event.c.value_sha256).where(
            tuple_(event.c.source, event.c.id).in_(sorted(keys))
        )
    )
    return {(source, id_): sha256 for source, id_, sha256 in rows}


async def reached_of(connection: AsyncConnection, stretch: Stretch) -> Counter[Reached]:
    """Where the deliveries of the events of a stretch stand."""
    counted: Counter[Reached] = Counter()
    for state, number in await connection.execute(_STATES, _parameters(stretch)):
        counted[REACHED[DeliveryStatus(state)]] += number
    return counted


async def not_scheduled(connection: AsyncConnection, stretch: Stretch) -> list[Found]:
    """Contacts that a decision names and for whom no delivery exists; `detail` is the contact."""
    return await _found(connection, _NOT_SCHEDULED, _parameters(stretch))


async def without_contact(connection: AsyncConnection, stretch: Stretch) -> list[Found]:
    """Routings that reach nobody; `detail` is service and role."""
    return await _found(connection, _NO_CONTACT, _parameters(stretch))


async def not_planned(connection: AsyncConnection, stretch: Stretch, before: datetime) -> list[Found]:
    """Notices whose further audience has been waited for since before a moment; `detail` is the notice."""
    return await _found(connection, _NOT_PLANNED, _parameters(stretch) | {"before": before})


async def stuck(connection: AsyncConnection, stretch: Stretch, before: datetime) -> list[Found]:
    """Deliveries that were to be claimed, or whose lease ended, before a moment; `detail` is their id."""
    return await _found(connection, _STUCK, _parameters(stretch) | {"before": before})


def _parameters(stretch: Stretch) -> dict[str, Any]:
    return {
        "topic": stretch.topic,
        "partition": stretch.partition,
        "start": stretch.start,
        "end": stretch.end,
    }


async def _found(connection: AsyncConnection, statement: Any, parameters: dict[str, Any]) -> list[Found]:
    return [Found(*row) for row in await connection.execute(statement, parameters)]
