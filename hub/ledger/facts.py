"""What the choice of media looks at of events: of a notice its code, benefits, territory and date; of a person nothing.

A withdrawal names its notice only: what the ledger holds of the version stands for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.subscriptions.rows import Facts
from hub.domain.vocabulary import Kind, NoticeCode
from hub.ledger.decided import DecidedEvent, Key
from hub.ledger.notices import WITHDRAWN
from hub.ledger.tables import notice_version


async def facts_of(connection: AsyncConnection, events: Sequence[DecidedEvent]) -> dict[Key, Facts]:
    """The facts of each event, by its key."""
    withdrawn = {
        decided.key: (decided.subject, decided.notice["version"])
        for decided in events
        if decided.type == WITHDRAWN and decided.notice is not None
    }
    shown = await _versions(connection, sorted(set(withdrawn.values())))
    found: dict[Key, Facts] = {}
    for decided in events:
        if decided.key in withdrawn:
            version = shown.get(withdrawn[decided.key])
            found[decided.key] = (
                Facts(Kind.NOTICES, at_once=True) if version is None else notice_facts(version, at_once=True)
            )
        elif decided.notice is not None:
            found[decided.key] = notice_facts(decided.notice)
        else:
            found[decided.key] = Facts(Kind(decided.kind))
    return found


def notice_facts(notice: Mapping[str, Any], *, at_once: bool = False) -> Facts:
    """The facts of a notice's version: the data of its event, or its row of notice_version."""
    code = notice["code"]
    return Facts(
        Kind.NOTICES,
        code=NoticeCode(code) if code in NoticeCode.__members__ else None,
        benefits=frozenset(notice["benefits"]),
        communes=tuple(notice["communes"]),
        epci=tuple(notice["epci"]),
        effective_on=notice["effective_on"],
        at_once=at_once,
    )


async def _versions(
    connection: AsyncConnection, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], Mapping[str, Any]]:
    if not wanted:
        return {}
    query = select(notice_version).where(tuple_(notice_version.c.notice, notice_version.c.version).in_(wanted))
    return {(row["notice"], row["version"]): dict(row) for row in (await connection.execute(query)).mappings()}
