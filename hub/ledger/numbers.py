"""Numbers by which a receiver proves that nothing is missing: given to deliveries as they are made, without holes.

Two sequences count from 1 for each contact: its deliveries by each medium (`number`), and the events in its inbox
(`item`, the same for all deliveries of one event to it). Whoever makes deliveries does it here.

Locks: sequences first, in the order of their keys (that of Python, which is PostgreSQL's collation "C"), then rows of
`delivery`. A transaction that locks deliveries and makes others calls `lock_numbers` before, and one that adds them in
several steps takes its contacts in their order, all of a contact in one step; two that keep to this never wait for each
other in a circle.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from hub.ledger.tables import delivery, delivery_sequence

INBOX: Final = "INBOX"
"""The sequence of a contact's inbox, beside those of its media."""

Sequences: TypeAlias = Mapping[tuple[str, str], int]

_ADVANCE = text("""
insert into delivery_sequence as s (contact, sequence, last)
select w.contact, w.sequence, w.more
from unnest(:contacts, :sequences, :more) as w (contact, sequence, more)
order by w.contact collate "C", w.sequence collate "C"
on conflict (contact, sequence) do update set last = s.last + excluded.last
returning contact, sequence, last
""").bindparams(
    bindparam("contacts", type_=ARRAY(Text)),
    bindparam("sequences", type_=ARRAY(Text)),
    bindparam("more", type_=ARRAY(BigInteger)),
)

_STANDING = text("""
select d.id, d.contact, d.event_source, d.event_id, d.item
from unnest(:sources, :ids) as w (source, id)
join delivery d on d.event_source = w.source and d.event_id = w.id
""").bindparams(bindparam("sources", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Text)))


async def lock_numbers(connection: AsyncConnection, media: Collection[tuple[str, str]]) -> None:
    """Keep others from numbering deliveries to these contacts by these media until the transaction ends."""
    await _advance(connection, {key: 0 for contact, medium in media for key in ((contact, medium), (contact, INBOX))})


async def add_deliveries(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Insert deliveries that do not exist yet, numbered in the order given; returns them with `number` and `item`.

    The numbers stay locked until the transaction ends: what rolls back leaves no hole, and a higher number is never
    seen before a lower one.
    """
    if not rows:
        return []
    media = Counter((row["contact"], row["medium"]) for row in rows)
    events = {(row["contact"], row["event_source"], row["event_id"]) for row in rows}
    ends = await _advance(connection, media + Counter((contact, INBOX) for contact, _, _ in events))
    # Under the lock of the sequences nobody else adds any of these: what is looked up now stays true.
    known, items = await _standing(connection, rows)
    nexts = {key: end - media[key] + 1 for key, end in ends.items() if key[1] != INBOX}
    in_inbox = Counter(contact for contact, _, _ in events)
    nexts |= {(contact, INBOX): ends[contact, INBOX] - number + 1 for contact, number in in_inbox.items()}
    fresh: list[dict[str, Any]] = []
    for row in rows:
        if row["id"] in known:
            continue
        known.add(row["id"])
        event = (row["contact"], row["event_source"], row["event_id"])
        if event not in items:
            items[event] = _take(nexts, (row["contact"], INBOX))
        fresh.append(row | {"number": _take(nexts, (row["contact"], row["medium"])), "item": items[event]})
    if fresh:
        await connection.execute(insert(delivery), fresh)
    await _give_back(connection, {key: nexts[key] - 1 for key, end in ends.items() if nexts[key] - 1 != end})
    return fresh


def _take(nexts: dict[tuple[str, str], int], key: tuple[str, str]) -> int:
    number = nexts[key]
    nexts[key] += 1
    return number


async def _advance(connection: AsyncConnection, more: Sequences) -> dict[tuple[str, str], int]:
    keys = sorted(more)
    found = await connection.execute(
        _ADVANCE,
        {
            "contacts": [contact for contact, _ in keys],
            "sequences": [sequence for _, sequence in keys],
            "more": [more[key] for key in keys],
        },
    )
    return {(contact, sequence): last for contact, sequence, last in found}


async def _give_back(connection: AsyncConnection, last: Sequences) -> None:
    """Put sequences back where fewer numbers were needed than taken."""
    if not last:
        return
    await connection.execute(
        update(delivery_sequence)
        .where(delivery_sequence.c.contact == bindparam("of"), delivery_sequence.c.sequence == bindparam("which"))
        .values(last=bindparam("end")),
        [{"of": contact, "which": sequence, "end": end} for (contact, sequence), end in last.items()],
    )


async def _standing(
    connection: AsyncConnection, rows: Sequence[dict[str, Any]]
) -> tuple[set[Any], dict[tuple[str, str, str], int]]:
    """Which of the deliveries exist, and the items that the contacts' inboxes hold for their events."""
    events = sorted({(row["event_source"], row["event_id"]) for row in rows})
    parameters = {"sources": [source for source, _ in events], "ids": [id_ for _, id_ in events]}
    known, items = set(), {}
    for row in await connection.execute(_STANDING, parameters):
        known.add(row.id)
        if row.item is not None:
            items[row.contact, row.event_source, row.event_id] = row.item
    return known, items
