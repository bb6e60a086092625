"""What the gateway remembers of the events it accepted: one row per id, so that a repeat gets the same answer.

These statements run on asyncpg itself: they are on the gateway's hot path, one pair for a whole group of events.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

_INSERT = """
insert into accepted_event (source, id, body_sha256, type, subject, kind, institution, topic, accepted_at)
select *, $9::timestamptz
from unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  as new (source, id, body_sha256, type, subject, kind, institution, topic)
order by source, id
on conflict (source, id) do nothing
returning source, id
"""

_KNOWN = """
select source, id, body_sha256, accepted_at
from accepted_event join unnest($1::text[], $2::text[]) as wanted (source, id) using (source, id)
"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One event about to be accepted. `body_sha256` is taken over the event as `hub.gateway.fingerprint` says."""

    source: str
    id: str
    body_sha256: bytes
    type: str
    subject: str
    kind: str
    institution: str
    topic: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was answered to an event: the fingerprint of its body and the moment of acceptance."""

    body_sha256: bytes
    accepted_at: datetime


async def insert_new(
    connection: "asyncpg.Connection[asyncpg.Record]", rows: list[Acceptance], accepted_at: datetime
) -> set[tuple[str, str]]:
    """Insert the events that are not known yet and return their keys (source, id); one statement for all.

    Rows go in by order of their key, so that two groups never wait for each other in a circle. An insert of a key
    that another transaction holds waits for its end. No key may be given twice.
    """
    records = await connection.fetch(
        _INSERT,
        [row.source for row in rows],
        [row.id for row in rows],
        [row.body_sha256 for row in rows],
        [row.type for row in rows],
        [row.subject for row in rows],
        [row.kind for row in rows],
        [row.institution for row in rows],
        [row.topic for row in rows],
        accepted_at,
    )
    return {(record[0], record[1]) for record in records}


async def find_accepted(
    connection: "asyncpg.Connection[asyncpg.Record]", keys: list[tuple[str, str]]
) -> dict[tuple[str, str], Accepted]:
    """What was answered to these keys (source, id); a key that was never accepted is left out."""
    records = await connection.fetch(_KNOWN, [source for source, _ in keys], [id_ for _, id_ in keys])
    return {(record[0], record[1]): Accepted(record[2], record[3]) for record in records}
