"""Notices in the ledger: their versions, their withdrawals, and which version is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, text, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.events import parse_source
from hub.domain.vocabulary import Institution
from hub.ledger.decided import DecidedEvent
from hub.ledger.tables import notice_version, notice_withdrawal

WITHDRAWN: Final = "notice.withdrawn"
CORRECTED: Final = "notice.corrected"

_COPIED: Final = (
    "notice",
    "version",
    "issuer",
    "nature",
    "code",
    "impacts",
    "significant",
    "title",
    "summary",
    "benefits",
    "published_on",
    "effective_on",
    "communes",
    "epci",
)

# A version is withdrawn by a withdrawal of itself or of a later one, and corrected by any higher version: the same
# answer in whatever order the events were read.
_STATUS = text("""
update notice_version v
set status = case
  when exists (select from notice_withdrawal w where w.notice = v.notice and w.version >= v.version) then 'WITHDRAWN'
  when exists (select from notice_version h where h.notice = v.notice and h.version > v.version) then 'CORRECTED'
  else 'PUBLISHED'
end
where v.notice = any(:notices)
""")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A notice event that contradicts what the ledger holds.

    Reasons: VERSION_CONFLICT (another event already holds this version, or withdrew it), NOT_OWNER (the notice was
    published by the other institution).
    """

    event: DecidedEvent
    reason: str
    field: str


async def record_notices(connection: AsyncConnection, events: Sequence[DecidedEvent]) -> list[Refusal]:
    """Record new notice events (`notice` is set) and return those that are refused; nothing of them is kept here."""
    if not events:
        return []
    owners = await _owners(connection, sorted({decided.subject for decided in events}))
    refusals, owned = [], []
    for decided in events:
        institution = parse_source(decided.source).institution
        if owners.setdefault(decided.subject, institution) is institution:
            owned.append(decided)
        else:
            refusals.append(Refusal(decided, "NOT_OWNER", "/data/notice"))
    withdrawn = [decided for decided in owned if decided.type == WITHDRAWN]
    published = [decided for decided in owned if decided.type != WITHDRAWN]
    kept = await _insert_versions(connection, published) | await _insert_withdrawals(connection, withdrawn)
    refusals += [Refusal(decided, "VERSION_CONFLICT", "/data/version") for decided in owned if decided.key not in kept]
    await connection.execute(_STATUS, {"notices": sorted({decided.subject for decided in owned})})
    return refusals


async def _owners(connection: AsyncConnection, notices: Sequence[str]) -> dict[str, Institution]:
    rows = await connection.execute(
        union(
            *(
                select(table.c.notice, table.c.source).where(table.c.notice.in_(notices))
                for table in (notice_version, notice_withdrawal)
            )
        )
    )
    return {notice: parse_source(source).institution for notice, source in rows}


async def _insert_versions(connection: AsyncConnection, events: Sequence[DecidedEvent]) -> set[tuple[str, str]]:
    rows: list[dict[str, Any]] = []
    for decided in _in_order(events):
        data = decided.notice or {}
        warnings = decided.decision["warnings"] if decided.decision else []
        rows.append(
            {name: data[name] for name in _COPIED}
            | {"source": decided.source, "event_id": decided.id, "status": "PUBLISHED", "warnings": warnings}
        )
    if not rows:
        return set()
    statement = insert(notice_version).on_conflict_do_nothing()
    returning = statement.returning(notice_version.c.source, notice_version.c.event_id)
    return {(source, event_id) for source, event_id in await connection.execute(returning, rows)}


async def _insert_withdrawals(connection: AsyncConnection, events: Sequence[DecidedEvent]) -> set[tuple[str, str]]:
    rows: list[dict[str, Any]] = []
    for decided in _in_order(events):
        data = decided.notice or {}
        rows.append(
            {
                "notice": data["notice"],
                "version": data["version"],
                "source": decided.source,
                "event_id": decided.id,
                "reason": data["reason"],
                "replaced_by": data["replaced_by"],
                "withdrawn_at": decided.time,
            }
        )
    if not rows:
        return set()
    statement = insert(notice_withdrawal).on_conflict_do_nothing()
    returning = statement.returning(notice_withdrawal.c.source, notice_withdrawal.c.event_id)
    return {(source, event_id) for source, event_id in await connection.execute(returning, rows)}


def _in_order(events: Sequence[DecidedEvent]) -> list[DecidedEvent]:
    return sorted(events, key=lambda row: (row.subject, (row.notice or {})["version"]))
