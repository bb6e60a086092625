"""Keys of services and situations in the real PostgreSQL: one each, wrapped, destroyed for good."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.personal_block import KeyReason, Receiver, parse_receiver
from hub.ledger.key_audit import Actor
from hub.ledger.service_keys import (
    add_service_key,
    current_service_key,
    destroy_service_key,
    rotate_service_key,
    service_keys,
)
from hub.ledger.situation_keys import (
    KeyDestroyed,
    MadeKey,
    NoServiceKey,
    SituationKey,
    demand_key,
    erase_situation,
    reopen_situation,
    situation_keys,
    wrapped_key,
)
from hub.ledger.tables import key_audit
from hub.wire.jwe import KeyPair, Unreadable, decrypt, encrypt, new_pair, unwrap, wrap

CDAS = parse_receiver("CDAS/CDAS-07")
CAF = parse_receiver("CAF_SOCIAL_WORK")
CONTENT = "Zoé Perrin, 06 00 00 00 42".encode()
AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def actor(reason: KeyReason = KeyReason.OTHER, who: str = "operator") -> Actor:
    return Actor(who, AT, reason)


def make(service: dict[str, str]) -> MadeKey:
    pair = new_pair("sit")
    return MadeKey(pair.public, wrap(pair, service))


@pytest.fixture
async def service(engine: AsyncEngine) -> KeyPair:
    """Give the current key pair of CDAS-07, of which the ledger has the public part."""
    pair = new_pair("svc")
    async with engine.begin() as connection:
        assert await add_service_key(connection, CDAS, pair.public, actor())
    return pair


async def demand(engine: AsyncEngine, situation: str = "S-1", receiver: Receiver = CDAS) -> SituationKey:
    async with engine.begin() as connection:
        return await demand_key(connection, situation, receiver, make, actor(KeyReason.FIRST_DEMAND))


async def fetch(engine: AsyncEngine, situation: str = "S-1", receiver: Receiver = CDAS) -> SituationKey | None:
    async with engine.connect() as connection:
        return await wrapped_key(connection, situation, receiver)


async def erase(engine: AsyncEngine, situation: str = "S-1") -> int:
    async with engine.begin() as connection:
        return await erase_situation(connection, situation, actor(KeyReason.RETENTION))


async def block_for(engine: AsyncEngine, situation: str = "S-1") -> str:
    found = await demand(engine, situation)
    assert found.public is not None
    return encrypt(CONTENT, found.public)


async def opened(engine: AsyncEngine, block: str, private: dict[str, str]) -> bytes:
    found = await fetch(engine)
    assert found is not None
    assert found.wrapped is not None
    return decrypt(block, unwrap(found.wrapped, private))


async def audit(engine: AsyncEngine) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        columns = (key_audit.c.what, key_audit.c.receiver, key_audit.c.situation, key_audit.c.reason)
        return [tuple(row) for row in (await connection.execute(select(*columns).order_by(key_audit.c.seq))).all()]


async def everything_kept(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        tables = ("service_key", "situation_key", "situation_erased", "key_audit")
        rows = [(await connection.execute(text(f"select t::text from {name} t"))).scalars().all() for name in tables]
    return str(rows)


async def test_a_block_goes_from_the_sender_to_the_service_and_no_one_else_opens_it(
    engine: AsyncEngine, service: KeyPair
) -> None:
    block = await block_for(engine)
    assert CONTENT == await opened(engine, block, service.private)
    with pytest.raises(Unreadable):
        await opened(engine, block, new_pair("svc").private)


async def test_the_ledger_holds_no_private_key_in_a_form_that_opens(engine: AsyncEngine, service: KeyPair) -> None:
    await demand(engine)
    kept = await everything_kept(engine)
    assert service.public["x"] in kept
    assert service.private["d"] not in kept
    assert '"d"' not in kept


async def test_many_first_demands_at_once_give_one_key(engine: AsyncEngine, service: KeyPair) -> None:
    assert service.kid
    found = await asyncio.gather(*(demand(engine) for _ in range(12)))
    assert 1 == len({key.kid for key in found})
    async with engine.connect() as connection:
        assert 1 == len(await situation_keys(connection))


async def test_each_situation_and_each_receiver_has_a_key_of_its_own(engine: AsyncEngine, service: KeyPair) -> None:
    assert service.kid
    async with engine.begin() as connection:
        assert await add_service_key(connection, CAF, new_pair("svc").public, actor())
    keys = [await demand(engine), await demand(engine, "S-2"), await demand(engine, "S-1", CAF)]
    assert 3 == len({key.kid for key in keys})


async def test_a_destroyed_key_makes_the_block_unreadable_although_it_is_still_there(
    engine: AsyncEngine, service: KeyPair
) -> None:
    block = await block_for(engine)
    wrapped = await fetch(engine)
    assert wrapped is not None
    assert 1 == await erase(engine)
    with pytest.raises(KeyDestroyed):
        await fetch(engine)
    kept = await everything_kept(engine)
    assert (wrapped.wrapped or "-") not in kept
    assert (wrapped.public or {})["x"] not in kept
    with pytest.raises(Unreadable):
        decrypt(block, service.private)


async def test_an_erased_situation_gets_no_new_key_for_any_receiver_until_it_is_reopened(
    engine: AsyncEngine, service: KeyPair
) -> None:
    assert service.kid
    first = await demand(engine)
    await erase(engine)
    for receiver in (CDAS, CAF):
        with pytest.raises(KeyDestroyed):
            await demand(engine, "S-1", receiver)
    async with engine.begin() as connection:
        assert await reopen_situation(connection, "S-1", actor(KeyReason.NEW_REQUEST))
        assert not await reopen_situation(connection, "S-1", actor(KeyReason.NEW_REQUEST))
    with pytest.raises(KeyDestroyed):
        await fetch(engine)
    second = await demand(engine)
    assert first.kid != second.kid


async def test_a_situation_without_a_key_can_be_erased_and_twice_is_once(engine: AsyncEngine) -> None:
    assert [0, 0] == [await erase(engine, "S-9"), await erase(engine, "S-9")]
    assert [("ERASED", None, "S-9", "RETENTION")] == await audit(engine)
    with pytest.raises(KeyDestroyed):
        await demand(engine, "S-9")


async def test_a_key_is_not_made_while_its_situation_is_erased(engine: AsyncEngine, service: KeyPair) -> None:
    assert service.kid
    results = await asyncio.gather(*(demand(engine), erase(engine)) * 4, return_exceptions=True)
    assert all(isinstance(result, SituationKey | KeyDestroyed | int) for result in results)
    async with engine.connect() as connection:
        assert [] == [key for key in await situation_keys(connection) if key.destroyed_at is None]


async def test_a_receiver_without_a_key_gets_none_for_its_situations(engine: AsyncEngine) -> None:
    with pytest.raises(NoServiceKey):
        await demand(engine, receiver=CAF)
    assert await fetch(engine, receiver=CAF) is None


async def test_after_a_rotation_the_old_key_opens_the_old_blocks_and_the_new_key_the_new_ones(
    engine: AsyncEngine, service: KeyPair
) -> None:
    block = await block_for(engine)
    fresh = new_pair("svc")
    async with engine.begin() as connection:
        assert service.kid == await rotate_service_key(connection, CDAS, fresh.public, actor(KeyReason.ROTATION))
        assert fresh.public == await current_service_key(connection, CDAS)
    assert CONTENT == await opened(engine, block, service.private)
    assert [service.kid, fresh.kid] == [(await demand(engine, name)).service_kid for name in ("S-1", "S-2")]
    async with engine.connect() as connection:
        shown = [(key.kid, key.state, key.situations) for key in await service_keys(connection, CDAS)]
    assert {(service.kid, "retired", 1), (fresh.kid, "current", 1)} == set(shown)


async def test_a_receiver_has_one_current_key(engine: AsyncEngine, service: KeyPair) -> None:
    async with engine.begin() as connection:
        assert not await add_service_key(connection, CDAS, new_pair("svc").public, actor())
        assert await rotate_service_key(connection, CDAS, service.public, actor()) is None
        assert await rotate_service_key(connection, CAF, new_pair("svc").public, actor()) is None
        assert service.public == await current_service_key(connection, CDAS)


async def test_a_destroyed_service_key_takes_its_situation_keys_along_and_new_ones_can_be_made(
    engine: AsyncEngine, service: KeyPair
) -> None:
    first = await demand(engine)
    fresh = new_pair("svc")
    async with engine.begin() as connection:
        await rotate_service_key(connection, CDAS, fresh.public, actor(KeyReason.ROTATION))
        assert await destroy_service_key(connection, CDAS, service.kid, actor(), most=0) is None
        assert 1 == await destroy_service_key(connection, CDAS, service.kid, actor(KeyReason.COMPROMISED), most=1)
    with pytest.raises(KeyDestroyed):
        await fetch(engine)
    second = await demand(engine)
    assert (fresh.kid, True) == (second.service_kid, second.kid != first.kid)


async def test_a_demand_during_a_rotation_waits_for_the_new_key(engine: AsyncEngine, service: KeyPair) -> None:
    fresh = new_pair("svc")
    async with engine.begin() as connection:
        assert service.kid == await rotate_service_key(connection, CDAS, fresh.public, actor(KeyReason.ROTATION))
        waiting = asyncio.create_task(demand(engine))
        held_up = text("select count(*) from pg_locks where not granted")
        while not waiting.done() and not await connection.scalar(held_up):  # noqa: ASYNC110 -- PostgreSQL sets no event
            await asyncio.sleep(0)
    assert fresh.kid == (await waiting).service_kid


async def test_every_act_is_in_the_audit(engine: AsyncEngine, service: KeyPair) -> None:
    assert service.kid
    await demand(engine)
    await demand(engine)
    await erase(engine)
    name = "CDAS/CDAS-07"
    assert [
        ("CREATED", name, None, "OTHER"),
        ("CREATED", name, "S-1", "FIRST_DEMAND"),
        ("DESTROYED", name, "S-1", "RETENTION"),
        ("ERASED", None, "S-1", "RETENTION"),
    ] == await audit(engine)
