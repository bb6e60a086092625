"""The versions of the notice matrix in the ledger, and what is done to them; each act one line of their history.

Every function works inside the transaction of the connection that it is given. The checks are those of
`hub.domain.notices.versions`; acts on versions come one after the other.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data.matrix_file import shipped_matrix
from hub.domain.calendar.paris import paris
from hub.domain.notices.matrix import Rows, differences
from hub.domain.notices.rows import build_rows
from hub.domain.notices.versions import (
    SHIPPED,
    Act,
    MatrixAct,
    Version,
    VersionActRefused,
    check_application,
    check_approval,
    check_refusal,
    in_force_on,
)
from hub.domain.vocabulary import Institution
from hub.ledger.tables import notice_matrix, notice_matrix_act

_ONE_AT_A_TIME: Final = 3_535_020  # an advisory lock


async def matrix_versions(connection: AsyncConnection) -> list[Version]:
    """Every version, the shipped one first, by number."""
    acts: dict[int, list[Act]] = {}
    for row in await connection.execute(select(notice_matrix_act).order_by(notice_matrix_act.c.seq)):
        side = None if row.side is None else Institution(row.side)
        acts.setdefault(row.version, []).append(Act(row.at, row.who, MatrixAct(row.what), side))
    versions = [Version(SHIPPED, date.min, shipped_matrix(), date.min)]
    for row in await connection.execute(select(notice_matrix).order_by(notice_matrix.c.version)):
        rows = build_rows(enumerate(row.rows, start=1))
        versions.append(Version(row.version, row.valid_from, rows, row.in_force_from, tuple(acts[row.version])))
    return versions


async def propose(connection: AsyncConnection, rows: Rows, valid_from: date, who: str, at: datetime) -> int:
    """Record a new version and return its number; it changes nothing yet.

    Raises VersionActRefused where it says what the version in force says, unless that one is the shipped proposal.
    """
    versions = await _alone(connection)
    current = in_force_on(versions, _today(at))
    if current.number != SHIPPED and not differences(current.rows, rows):
        msg = f"Cette matrice ne change rien : elle dit ce que dit la version {current.number}, en vigueur."
        raise VersionActRefused(msg)
    number = versions[-1].number + 1
    cells = [row.cells() for row in rows.values()]
    await connection.execute(insert(notice_matrix).values(version=number, rows=cells, valid_from=valid_from))
    await _record(connection, number, Act(at, who, MatrixAct.PROPOSED))
    return number


async def approve(connection: AsyncConnection, number: int, side: Institution, who: str, at: datetime) -> Version:
    """Record that one side approves a version. Raises VersionActRefused."""
    version = _named(await _alone(connection), number)
    check_approval(version, side, who)
    await _record(connection, number, Act(at, who, MatrixAct.APPROVED, side))
    return version


async def refuse(connection: AsyncConnection, number: int, side: Institution, who: str, at: datetime) -> Version:
    """Record that one side refuses a version: it can never be applied. Raises VersionActRefused."""
    version = _named(await _alone(connection), number)
    check_refusal(version)
    await _record(connection, number, Act(at, who, MatrixAct.REFUSED, side))
    return version


async def apply(connection: AsyncConnection, number: int, who: str, at: datetime) -> date:
    """Let a version take force on its day, or today where that is past, and return the day.

    What was published before that day keeps the version of its own day. Raises VersionActRefused unless both sides
    approved it.
    """
    versions = await _alone(connection)
    version = _named(versions, number)
    check_application(versions, version)
    day = max(version.valid_from, _today(at))
    await connection.execute(update(notice_matrix).where(notice_matrix.c.version == number).values(in_force_from=day))
    await _record(connection, number, Act(at, who, MatrixAct.APPLIED))
    return day


async def _alone(connection: AsyncConnection) -> list[Version]:
    await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    return await matrix_versions(connection)


async def _record(connection: AsyncConnection, number: int, act: Act) -> None:
    side = None if act.side is None else act.side.value
    row = {"version": number, "at": act.at, "who": act.who, "what": act.what.value, "side": side}
    await connection.execute(insert(notice_matrix_act).values(row))


def _named(versions: Sequence[Version], number: int) -> Version:
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        msg = f"Il n’y a pas de version {number}."
        raise VersionActRefused(msg)
    return found


def _today(at: datetime) -> date:
    return at.astimezone(paris()).date()
