"""The keys of situations: made on first demand, handed out wrapped, destroyed to erase what they encrypted.

Every function works in the caller's transaction and writes the audit. The hub holds a private part only as a JWE for
the receiving service, and cannot open it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.personal_block import Receiver
from hub.ledger.key_audit import Actor, KeyAct, lock_receiver, lock_situation, record
from hub.ledger.service_keys import Jwk, current_service_key
from hub.ledger.tables import situation_erased, situation_key


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key of a situation: its public part, and its private part as a JWE for a service key."""

    public: Jwk
    wrapped: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SituationKey:
    """One key of a situation for one receiver. `public` and `wrapped` are None when it is destroyed."""

    kid: str
    situation: str
    receiver: str
    service_kid: str
    public: Jwk | None
    wrapped: str | None = field(repr=False)
    created_at: datetime
    destroyed_at: datetime | None


class KeyDestroyed(Exception):
    """The situation's key was destroyed; what it encrypted can be read by nobody."""


class NoServiceKey(Exception):
    """The receiver has no current key to wrap a situation's key for."""


Make = Callable[[Jwk], MadeKey]
"""Makes a pair and wraps its private part for the public key given."""


async def demand_key(
    connection: AsyncConnection, situation: str, receiver: Receiver, make: Make, actor: Actor
) -> SituationKey:
    """The live key of a situation for a receiver, made now if there is none. Raises KeyDestroyed, NoServiceKey."""
    found = await _live(connection, situation, receiver)
    if found is not None:
        return found
    await lock_receiver(connection, str(receiver), alone=False)
    await lock_situation(connection, situation)
    found = await _live(connection, situation, receiver)
    if found is not None:
        return found
    if await _is_erased(connection, situation):
        raise KeyDestroyed
    service = await current_service_key(connection, receiver)
    if service is None:
        raise NoServiceKey
    made = make(service)
    row = {
        "kid": made.public["kid"],
        "situation": situation,
        "receiver": str(receiver),
        "service_kid": service["kid"],
        "public_jwk": made.public,
        "wrapped": made.wrapped,
        "created_at": actor.at,
    }
    await connection.execute(insert(situation_key).values(row))
    await record(connection, actor, KeyAct.CREATED, receiver=str(receiver), situation=situation, kid=made.public["kid"])
    return SituationKey(
        made.public["kid"], situation, str(receiver), service["kid"], made.public, made.wrapped, actor.at, None
    )


async def wrapped_key(connection: AsyncConnection, situation: str, receiver: Receiver) -> SituationKey | None:
    """The live key of a situation for a receiver; None when none was ever made. Raises KeyDestroyed."""
    found = await _live(connection, situation, receiver)
    if found is not None:
        return found
    former = select(situation_key.c.kid).where(
        situation_key.c.situation == situation, situation_key.c.receiver == str(receiver)
    )
    if await connection.scalar(former.limit(1)) is not None or await _is_erased(connection, situation):
        raise KeyDestroyed
    return None


async def erase_situation(connection: AsyncConnection, situation: str, actor: Actor) -> int:
    """Destroy every key of a situation and return how many; it gets no new one until `reopen_situation`.

    What was encrypted with them stays where it is, and can be read by nobody. Repeating it changes nothing.
    """
    await lock_situation(connection, situation)
    destroyed = (
        await connection.execute(
            update(situation_key)
            .where(situation_key.c.situation == situation, situation_key.c.destroyed_at.is_(None))
            .values(public_jwk=None, wrapped=None, destroyed_at=actor.at)
            .returning(situation_key.c.kid, situation_key.c.receiver)
        )
    ).all()
    row = {"situation": situation, "erased_at": actor.at, "reason": actor.reason.value}
    statement = upsert(situation_erased).values(row).on_conflict_do_nothing()
    new = (await connection.execute(statement.returning(situation_erased.c.situation))).first() is not None
    for key in destroyed:
        await record(connection, actor, KeyAct.DESTROYED, receiver=key.receiver, situation=situation, kid=key.kid)
    if new:
        await record(connection, actor, KeyAct.ERASED, situation=situation)
    return len(destroyed)


async def reopen_situation(connection: AsyncConnection, situation: str, actor: Actor) -> bool:
    """Let an erased situation get a new key on the next demand; False when it was not erased. Brings nothing back."""
    await lock_situation(connection, situation)
    gone = delete(situation_erased).where(situation_erased.c.situation == situation)
    if (await connection.execute(gone.returning(situation_erased.c.situation))).first() is None:
        return False
    await record(connection, actor, KeyAct.REOPENED, situation=situation)
    return True


async def situation_keys(
    connection: AsyncConnection, *, situation: str | None = None, receiver: Receiver | None = None
) -> Sequence[SituationKey]:
    """Every situation key, destroyed ones too, oldest first; of one situation, of one receiver, or of both."""
    statement = _COLUMNS.order_by(situation_key.c.created_at, situation_key.c.kid)
    if situation is not None:
        statement = statement.where(situation_key.c.situation == situation)
    if receiver is not None:
        statement = statement.where(situation_key.c.receiver == str(receiver))
    return [SituationKey(**row) for row in (await connection.execute(statement)).mappings()]


_COLUMNS = select(
    situation_key.c.kid,
    situation_key.c.situation,
    situation_key.c.receiver,
    situation_key.c.service_kid,
    situation_key.c.public_jwk.label("public"),
    situation_key.c.wrapped,
    situation_key.c.created_at,
    situation_key.c.destroyed_at,
)


async def _live(connection: AsyncConnection, situation: str, receiver: Receiver) -> SituationKey | None:
    statement = _COLUMNS.where(
        situation_key.c.situation == situation,
        situation_key.c.receiver == str(receiver),
        situation_key.c.destroyed_at.is_(None),
    )
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else SituationKey(**row)


async def _is_erased(connection: AsyncConnection, situation: str) -> bool:
    statement = select(situation_erased.c.situation).where(situation_erased.c.situation == situation)
    return await connection.scalar(statement) is not None
