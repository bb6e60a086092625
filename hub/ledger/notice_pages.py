"""What a page shows of a notice: its versions, newest first, how confidential they are, whether it was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import event, notice_version, notice_withdrawal


@dataclass(frozen=True, slots=True)
class NoticeVersions:
    """`versions` are rows of notice_version with `confidentiality` and `told_at`, newest first, never empty.

    `told_at` is the time of the event that carried the version. `withdrawn` says whether the newest version was
    withdrawn, `withdrawn_at` when; `replaced_by` then may name another notice.
    """

    versions: Sequence[Row[Any]]
    withdrawn: bool
    replaced_by: str | None
    withdrawn_at: datetime | None = None


async def notice_versions(connection: AsyncConnection, notice: str) -> NoticeVersions | None:
    """Everything known of a notice, or None when there is no such notice."""
    of_event = and_(event.c.source == notice_version.c.source, event.c.id == notice_version.c.event_id)
    query = (
        select(notice_version, event.c.confidentiality, event.c.time.label("told_at"))
        .select_from(notice_version.outerjoin(event, of_event))
        .where(notice_version.c.notice == notice)
        .order_by(notice_version.c.version.desc())
    )
    versions = (await connection.execute(query)).all()
    if not versions:
        return None
    withdrawal = select(notice_withdrawal.c.replaced_by, notice_withdrawal.c.withdrawn_at).where(
        notice_withdrawal.c.notice == notice, notice_withdrawal.c.version >= versions[0].version
    )
    found = (await connection.execute(withdrawal.limit(1))).one_or_none()
    withdrawn = found is not None or versions[0].status == "WITHDRAWN"
    if found is None:
        return NoticeVersions(versions, withdrawn, None)
    return NoticeVersions(versions, withdrawn, found.replaced_by, found.withdrawn_at)
