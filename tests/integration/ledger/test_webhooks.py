"""The ledger's webhooks follow the directory, and are in service only once they answered for themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.webhooks import EndpointReason, EndpointState, WebhookReason, endpoint_id
from hub.ledger.contacts import DirectoryRecord, apply_directory
from hub.ledger.webhook_handshakes import activate, claim_handshake, handshake_failed
from hub.ledger.webhook_keys import EndpointOperator, EndpointRefused, make_key, retire_key
from hub.ledger.webhooks import Endpoint, active_endpoints, count_endpoints, disable, endpoint_of, list_endpoints

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
FIRST, SECOND = "https://caf.example/hub", "https://caf.example/hub2"
OPERATOR = EndpointOperator("operator:x", NOW, WebhookReason.FIRST_KEY)


class Directory:
    """A directory of one contact, applied to the ledger change by change."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._offset = 0

    async def says(self, webhook: str | None, **more: Any) -> None:
        """Give the contact this webhook."""
        await self._apply(_contact(webhook) | more)

    async def removes(self) -> None:
        """Delete the contact."""
        await self._apply(None)

    async def _apply(self, data: dict[str, Any] | None) -> None:
        record = DirectoryRecord(self._offset, "contact-1", data)
        self._offset += 1
        async with self._engine.begin() as connection:
            await apply_directory(connection, "hub.directory", [record], NOW)


def _contact(webhook: str | None) -> dict[str, Any]:
    names = ("cdas", "actor_kind", "email", "phone", "deputy", "valid_to")
    return dict.fromkeys(names) | {
        "contact": "contact-1",
        "institution": "CAF",
        "service": "CAF_BENEFITS",
        "role": "FRONT_OFFICE",
        "communes": [],
        "epci": [],
        "label": "Accueil",
        "webhook": webhook,
        "valid_from": date(2024, 1, 1),
        "opted_out": False,
    }


async def states(engine: AsyncEngine) -> dict[str, tuple[str, str | None]]:
    """State and reason of every address."""
    async with engine.begin() as connection:
        return {each.url: (each.state, each.reason) for each in await list_endpoints(connection)}


async def activated(engine: AsyncEngine, url: str = FIRST) -> bool:
    """Put the contact's address into service, as a handshake does."""
    async with engine.begin() as connection:
        return await activate(connection, endpoint_id("contact-1", url), NOW, before={EndpointState.PENDING})


async def reached(engine: AsyncEngine) -> set[str]:
    """The contacts that a webhook reaches."""
    async with engine.begin() as connection:
        return await active_endpoints(connection, ["contact-1", "contact-2"])


async def test_a_new_address_waits_for_its_handshake_and_reaches_nobody(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    assert {FIRST: ("PENDING", None)} == await states(engine)
    assert set() == await reached(engine)


async def test_an_address_in_service_reaches_its_contact(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    assert await activated(engine)
    assert {"contact-1"} == await reached(engine)


async def test_a_changed_address_starts_anew_and_ends_the_old_one(engine: AsyncEngine) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await activated(engine)
    await directory.says(SECOND)
    assert {FIRST: ("DISABLED", "REPLACED"), SECOND: ("PENDING", None)} == await states(engine)
    assert set() == await reached(engine)
    async with engine.begin() as connection:
        found = await endpoint_of(connection, "contact-1")
    assert found is not None
    assert SECOND == found.url


async def test_an_address_that_comes_back_starts_anew(engine: AsyncEngine) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await activated(engine)
    await directory.says(SECOND)
    await directory.says(FIRST)
    assert {FIRST: ("PENDING", None), SECOND: ("DISABLED", "REPLACED")} == await states(engine)


@pytest.mark.parametrize("removed", ["contact", "address"])
async def test_an_address_ends_with_the_directory_and_begins_with_it_again(engine: AsyncEngine, removed: str) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await activated(engine)
    await (directory.removes() if removed == "contact" else directory.says(None))
    assert {FIRST: ("DISABLED", "CONTACT_REMOVED")} == await states(engine)
    await directory.says(FIRST)
    assert {FIRST: ("PENDING", None)} == await states(engine)


async def test_another_change_of_the_contact_leaves_its_address_in_service(engine: AsyncEngine) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await activated(engine)
    await directory.says(FIRST, label="Accueil du public")
    assert {FIRST: ("ACTIVE", None)} == await states(engine)


@pytest.mark.parametrize("reason", [EndpointReason.GONE, EndpointReason.OPERATOR])
async def test_the_directory_does_not_bring_back_what_others_put_out_of_service(
    engine: AsyncEngine, reason: EndpointReason
) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await activated(engine)
    async with engine.begin() as connection:
        assert await disable(connection, endpoint_id("contact-1", FIRST), reason, NOW)
        assert not await disable(connection, endpoint_id("contact-1", FIRST), reason, NOW)
    await directory.says(FIRST, label="Accueil du public")
    assert {FIRST: ("DISABLED", reason.value)} == await states(engine)
    async with engine.begin() as connection:
        assert {"PENDING": 0, "ACTIVE": 0, "DISABLED": 1} == await count_endpoints(connection)


async def test_an_address_that_the_directory_took_back_is_not_put_into_service(engine: AsyncEngine) -> None:
    directory = Directory(engine)
    await directory.says(FIRST)
    await directory.says(SECOND)
    async with engine.begin() as connection:
        before = set(EndpointState)
        assert not await activate(connection, endpoint_id("contact-1", FIRST), NOW, before=before)


async def test_no_handshake_is_due_before_a_key_is_made_and_one_is_then(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    assert None is await _claimed(engine)
    await _made(engine)
    claimed = await _claimed(engine)
    assert claimed is not None
    assert (FIRST, [1]) == (claimed.url, [key.number for key in claimed.keys])


async def test_a_handshake_is_tried_by_one_dispatcher_at_a_time_and_by_another_after_its_lease(
    engine: AsyncEngine,
) -> None:
    await Directory(engine).says(FIRST)
    await _made(engine)
    assert await _claimed(engine)
    assert None is await _claimed(engine)
    assert await _claimed(engine, NOW + LEASE)


async def test_a_handshake_that_failed_is_tried_again_later_and_later(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    await _made(engine)
    waits = []
    for _ in range(7):
        async with engine.begin() as connection:
            await handshake_failed(connection, endpoint_id("contact-1", FIRST), EndpointReason.UNREACHABLE, NOW)
            found = await endpoint_of(connection, "contact-1")
        assert found is not None
        assert found.next_handshake_at is not None
        waits.append((found.next_handshake_at - NOW).total_seconds())
    assert [60, 300, 1800, 7200, 21_600, 21_600, 21_600] == waits
    assert {FIRST: ("PENDING", "UNREACHABLE")} == await states(engine)


async def test_two_keys_sign_while_the_old_one_lasts_and_no_third(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    assert [1, 2] == [await _made(engine), await _made(engine)]
    assert [1, 2] == await _signing(engine, NOW)
    assert [2] == await _signing(engine, NOW + timedelta(days=1))
    with pytest.raises(EndpointRefused, match="2 keys that sign: 1, 2"):
        await _made(engine)


async def test_a_key_is_retired_at_once_by_an_operator_but_never_the_last_one(engine: AsyncEngine) -> None:
    await Directory(engine).says(FIRST)
    await _made(engine)
    await _made(engine)
    of = endpoint_id("contact-1", FIRST)
    async with engine.begin() as connection:
        await retire_key(connection, of, 1, OPERATOR)
    assert [2] == await _signing(engine, NOW)
    async with engine.begin() as connection:
        with pytest.raises(EndpointRefused, match="the only one"):
            await retire_key(connection, of, 2, OPERATOR)
        with pytest.raises(EndpointRefused, match="no key 1 that signs"):
            await retire_key(connection, of, 1, OPERATOR)


async def _made(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        of = endpoint_id("contact-1", FIRST)
        return await make_key(connection, of, "master", OPERATOR, old_until=NOW + timedelta(days=1))


async def _signing(engine: AsyncEngine, at: datetime) -> list[int]:
    async with engine.begin() as connection:
        found = await endpoint_of(connection, "contact-1")
    assert found is not None
    return [key.number for key in found.signing(at)]


async def _claimed(engine: AsyncEngine, at: datetime = NOW) -> Endpoint | None:
    async with engine.begin() as connection:
        return await claim_handshake(connection, at, LEASE)
