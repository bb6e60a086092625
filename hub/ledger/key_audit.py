"""The audit of keys: who did what to which key, when and why. No personal data, and no key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.personal_block import KeyReason
from hub.ledger.tables import key_audit

_RECEIVERS, _SITUATIONS = 3_535_010, 3_535_011  # spaces of advisory locks


class KeyAct(StrEnum):
    """What can be done to a key."""

    CREATED = "CREATED"
    RETIRED = "RETIRED"
    DESTROYED = "DESTROYED"
    ERASED = "ERASED"
    REOPENED = "REOPENED"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when and why. `who` is an operator's login or the source of a system."""

    who: str
    at: datetime
    reason: KeyReason


async def record(
    connection: AsyncConnection,
    actor: Actor,
    act: KeyAct,
    *,
    receiver: str | None = None,
    situation: str | None = None,
    kid: str | None = None,
) -> None:
    """Write one line of the audit, in the transaction of the act."""
    row = {"at": actor.at, "who": actor.who, "what": act.value, "reason": actor.reason.value}
    key = {"receiver": receiver, "situation": situation, "kid": kid}
    await connection.execute(insert(key_audit).values(row | key))


async def audit_lines(connection: AsyncConnection, situation: str | None = None) -> Sequence[RowMapping]:
    """The audit, oldest first, or what of it names one situation."""
    statement = select(key_audit).order_by(key_audit.c.seq)
    if situation is not None:
        statement = statement.where(key_audit.c.situation == situation)
    return (await connection.execute(statement)).mappings().all()


async def lock_receiver(connection: AsyncConnection, receiver: str, *, alone: bool) -> None:
    """Keep a receiver's service keys as they are until the transaction ends; `alone`: to change them."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    await _lock(connection, function, _RECEIVERS, receiver)


async def lock_situation(connection: AsyncConnection, situation: str) -> None:
    """Let no other transaction make or destroy a key of this situation."""
    await _lock(connection, "pg_advisory_xact_lock", _SITUATIONS, situation)


async def _lock(connection: AsyncConnection, function: str, space: int, name: str) -> None:
    statement = text(f"select {function}(cast(:space as integer), hashtext(:name))")
    await connection.execute(statement, {"space": space, "name": name})
