"""The rows of contacts' choices: read for a batch of deliveries, replaced for one contact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Urgency
from hub.ledger.tables import subscription


async def subscriptions_of(
    connection: AsyncConnection, contacts: Iterable[str]
) -> Mapping[str, tuple[Subscription, ...]]:
    """The rows of each of these contacts, in their order; a contact that chose nothing has no entry."""
    wanted = sorted(set(contacts))
    if not wanted:
        return {}
    query = select(subscription).where(subscription.c.contact.in_(wanted))
    return await _grouped(connection, query)


async def subscriptions_by_basis(connection: AsyncConnection, basis: Basis) -> Mapping[str, tuple[Subscription, ...]]:
    """Every row of one basis, by contact."""
    return await _grouped(connection, select(subscription).where(subscription.c.basis == basis.value))


async def replace_subscriptions(
    connection: AsyncConnection, contact: str, rows: Sequence[Subscription], *, by: str, now: datetime
) -> None:
    """Let these be the rows of the contact, in place of what it had. They are taken as valid (`choice_faults`).

    `by`: an operator's login, or the contact itself. Two replacements at once: the later one stands, whole.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"subscription {contact}", 0))))
    await connection.execute(delete(subscription).where(subscription.c.contact == contact))
    if rows:
        written = [_values(row) | {"changed_at": now, "changed_by": by} for row in rows]
        await connection.execute(
            insert(subscription),
            [values | {"contact": contact, "number": number} for number, values in enumerate(written, start=1)],
        )


async def _grouped(connection: AsyncConnection, query: Any) -> dict[str, tuple[Subscription, ...]]:
    found: dict[str, tuple[Subscription, ...]] = {}
    ordered = query.order_by(subscription.c.contact, subscription.c.number)
    for row in (await connection.execute(ordered)).mappings():
        found[row["contact"]] = (*found.get(row["contact"], ()), _subscription(row))
    return found


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(
        basis=Basis(row["basis"]),
        media=frozenset(map(Medium, row["media"])),
        rhythm=Rhythm(Pace(row["pace"]), row["hour"], row["weekday"]),
        kind=row["kind"] and Kind(row["kind"]),
        codes=frozenset(map(NoticeCode, row["codes"])),
        benefits=frozenset(row["benefits"]),
        communes=tuple(row["communes"]),
        epci=tuple(row["epci"]),
        urgency=row["urgency"] and Urgency(row["urgency"]),
    )


def _values(row: Subscription) -> dict[str, Any]:
    return {
        "basis": row.basis.value,
        "media": sorted(medium.value for medium in row.media),
        "pace": row.rhythm.pace.value,
        "hour": row.rhythm.hour,
        "weekday": row.rhythm.weekday,
        "kind": row.kind and row.kind.value,
        "codes": sorted(code.value for code in row.codes),
        "benefits": sorted(row.benefits),
        "communes": list(row.communes),
        "epci": list(row.epci),
        "urgency": row.urgency and row.urgency.value,
    }
