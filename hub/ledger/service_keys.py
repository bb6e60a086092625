"""The public keys of the receiving services: one is current, older ones are retired or destroyed.

Every function works in the caller's transaction and writes the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.personal_block import Receiver
from hub.ledger.key_audit import Actor, KeyAct, lock_receiver, record
from hub.ledger.tables import service_key, situation_key

Jwk = dict[str, str]


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """One key of a receiver. `situations`: how many situation keys can be opened with it alone."""

    kid: str
    receiver: str
    created_at: datetime
    retired_at: datetime | None
    destroyed_at: datetime | None
    situations: int

    @property
    def state(self) -> str:
        """`destroyed`, `retired` (it opens, and nothing new is wrapped for it) or `current`."""
        return "destroyed" if self.destroyed_at else "retired" if self.retired_at else "current"


async def current_service_key(connection: AsyncConnection, receiver: Receiver) -> Jwk | None:
    """The public key that new situation keys are wrapped for, with its `kid`; None when the receiver has none."""
    found: Jwk | None = await connection.scalar(
        select(service_key.c.public_jwk).where(
            service_key.c.receiver == str(receiver),
            service_key.c.retired_at.is_(None),
            service_key.c.destroyed_at.is_(None),
        )
    )
    return found


async def add_service_key(connection: AsyncConnection, receiver: Receiver, public: Jwk, actor: Actor) -> bool:
    """Make this the current key; False, and nothing is done, where the receiver has one or the key is known."""
    await lock_receiver(connection, str(receiver), alone=True)
    if await current_service_key(connection, receiver) is not None or await _is_known(connection, public):
        return False
    await _insert(connection, receiver, public, actor)
    return True


async def rotate_service_key(connection: AsyncConnection, receiver: Receiver, public: Jwk, actor: Actor) -> str | None:
    """Retire the current key for this one and return its id; None, and nothing is done, where there is none."""
    await lock_receiver(connection, str(receiver), alone=True)
    former = await current_service_key(connection, receiver)
    if former is None or await _is_known(connection, public):
        return None
    await connection.execute(update(service_key).where(service_key.c.kid == former["kid"]).values(retired_at=actor.at))
    await record(connection, actor, KeyAct.RETIRED, receiver=str(receiver), kid=former["kid"])
    await _insert(connection, receiver, public, actor)
    return former["kid"]


async def service_keys(connection: AsyncConnection, receiver: Receiver | None = None) -> Sequence[ServiceKey]:
    """Every key, or those of one receiver, oldest first inside a receiver."""
    alive = situation_key.c.destroyed_at.is_(None)
    statement = (
        select(
            service_key.c.kid,
            service_key.c.receiver,
            service_key.c.created_at,
            service_key.c.retired_at,
            service_key.c.destroyed_at,
            func.count(situation_key.c.kid).filter(alive).label("situations"),
        )
        .join_from(service_key, situation_key, isouter=True)
        .group_by(service_key.c.kid)
        .order_by(service_key.c.receiver, service_key.c.created_at, service_key.c.kid)
    )
    if receiver is not None:
        statement = statement.where(service_key.c.receiver == str(receiver))
    return [ServiceKey(**row) for row in (await connection.execute(statement)).mappings()]


async def destroy_service_key(
    connection: AsyncConnection, receiver: Receiver, kid: str, actor: Actor, *, most: int
) -> int | None:
    """Destroy a key and the situation keys wrapped for it; return how many these were.

    None, and nothing is done, where they are more than `most`. Their situations are not erased: a sender's next demand
    makes a new key, for the receiver's current one.
    """
    await lock_receiver(connection, str(receiver), alone=True)
    wrapped_for_it = (situation_key.c.service_kid == kid, situation_key.c.destroyed_at.is_(None))
    if (await connection.scalar(select(func.count()).select_from(situation_key).where(*wrapped_for_it)) or 0) > most:
        return None
    await connection.execute(update(service_key).where(service_key.c.kid == kid).values(destroyed_at=actor.at))
    gone = update(situation_key).where(*wrapped_for_it).values(public_jwk=None, wrapped=None, destroyed_at=actor.at)
    lost = (await connection.execute(gone.returning(situation_key.c.kid, situation_key.c.situation))).all()
    await record(connection, actor, KeyAct.DESTROYED, receiver=str(receiver), kid=kid)
    for key in lost:
        await record(connection, actor, KeyAct.DESTROYED, receiver=str(receiver), situation=key.situation, kid=key.kid)
    return len(lost)


async def _is_known(connection: AsyncConnection, public: Jwk) -> bool:
    return await connection.scalar(select(service_key.c.kid).where(service_key.c.kid == public["kid"])) is not None


async def _insert(connection: AsyncConnection, receiver: Receiver, public: Jwk, actor: Actor) -> None:
    row = {"kid": public["kid"], "receiver": str(receiver), "public_jwk": public, "created_at": actor.at}
    await connection.execute(insert(service_key).values(row))
    await record(connection, actor, KeyAct.CREATED, receiver=str(receiver), kid=public["kid"])
