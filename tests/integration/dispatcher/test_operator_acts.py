"""`hub deliveries` on the real PostgreSQL, beside dispatchers that claim the same rows."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.deliveries import app
from hub.domain.delivery.operations import OperatorReason
from hub.errors import HubError
from hub.ledger import tables
from hub.ledger.claims import claim_due
from hub.ledger.delivery_operations import ActRefused, Operator, redirect, retry
from hub.ledger.outbox import waiting_statuses
from hub.wire.avro import decode
from tests.integration.dispatcher.dispatcher_ledger import (
    CATALOGUE,
    Notice,
    fresh_ledger,
    put_contacts,
    put_notice,
    rows,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANAGER = Operator("operator:alix", NOW, OperatorReason.CONTACT_ABSENT)
NOTICE = Notice("N-1", "E-1", contacts=2, due_at=NOW)


@pytest.fixture
async def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """Give a ledger with three contacts, and a notice that is due for the first two."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 3)
        await put_notice(engine, NOTICE)
        yield engine


async def set_state(engine: AsyncEngine, of: UUID, state: str, **more: Any) -> None:
    async with engine.begin() as connection:
        statement = update(tables.delivery).where(tables.delivery.c.id == of)
        await connection.execute(statement.values(state=state, **more))


async def state_of(engine: AsyncEngine, contact: str) -> str | None:
    found = {row["contact"]: str(row["state"]) for row in await rows(engine, tables.delivery)}
    return found.get(contact)


async def told(engine: AsyncEngine) -> list[tuple[str, str, str | None]]:
    """The contact, status and reason of every status event in the outbox."""
    async with engine.connect() as connection:
        data = [decode(CATALOGUE, row.value)[1] for row in await waiting_statuses(connection, 1000)]
    return [(row["contact"], row["status"], row["reason"]) for row in data]


async def claim(connection: AsyncConnection) -> list[UUID]:
    until = NOW + timedelta(minutes=1)
    claims = await claim_due(connection, CATALOGUE, lane="standard", limit=10, dispatcher="d", now=NOW, until=until)
    return [one.delivery.id for one in claims]


async def hub(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))


async def test_a_failed_delivery_that_is_retried_is_due_at_once_told_audited_and_claimed(ledger: AsyncEngine) -> None:
    failed, other = NOTICE.delivery(0), NOTICE.delivery(1)
    await set_state(ledger, other, "ACCEPTED")
    begun = NOW - timedelta(days=2)
    more = {"attempt": 7, "reason": "RETRIES_EXHAUSTED", "ended_at": begun, "first_attempt_at": begun}
    await set_state(ledger, failed, "FAILED", **more)
    async with ledger.begin() as connection:
        await retry(connection, CATALOGUE, failed, MANAGER)
    (audited,) = await rows(ledger, tables.operator_action)
    assert ("operator:alix", "RETRIED", failed, "FAILED", "CONTACT_ABSENT") == tuple(
        audited[name] for name in ("who", "what", "delivery", "state_before", "reason")
    )
    assert [("contact-0", "SCHEDULED", "SENT_AGAIN")] == await told(ledger)
    async with ledger.begin() as connection:
        assert [failed] == await claim(connection)
    (row,) = [row for row in await rows(ledger, tables.delivery) if row["id"] == failed]
    assert (8, NOW, None) == (row["attempt"], row["first_attempt_at"], row["ended_at"])


async def test_a_redirected_delivery_goes_to_the_other_contact_only(ledger: AsyncEngine) -> None:
    async with ledger.begin() as connection:
        made = await redirect(connection, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)
    (audited,) = await rows(ledger, tables.operator_action)
    assert ("REDIRECTED", "SCHEDULED", "contact-2", made) == tuple(
        audited[name] for name in ("what", "state_before", "redirected_to", "new_delivery")
    )
    assert [("contact-0", "REDIRECTED", None), ("contact-2", "SCHEDULED", None)] == await told(ledger)
    async with ledger.begin() as connection:
        assert {made, NOTICE.delivery(1)} == set(await claim(connection))
    assert "REDIRECTED" == await state_of(ledger, "contact-0")


@pytest.mark.parametrize(
    "state", ["SENDING", "ACCEPTED", "TAKEN_IN_CHARGE", "CANCELLED", "REDIRECTED", "CONCLUDED"], ids=str.lower
)
async def test_what_has_left_or_ended_is_neither_redirected_nor_retried(ledger: AsyncEngine, state: str) -> None:
    await set_state(ledger, NOTICE.delivery(0), state)
    async with ledger.begin() as connection:
        with pytest.raises(ActRefused, match=state):
            await retry(connection, CATALOGUE, NOTICE.delivery(0), MANAGER)
        with pytest.raises(ActRefused, match=state):
            await redirect(connection, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)
    assert ([], []) == (await rows(ledger, tables.operator_action), await told(ledger))


async def test_a_version_that_was_corrected_meanwhile_is_not_sent_again(ledger: AsyncEngine) -> None:
    await set_state(ledger, NOTICE.delivery(0), "FAILED")
    async with ledger.begin() as connection:
        await connection.execute(update(tables.notice_version).values(status="CORRECTED"))
    with pytest.raises(ActRefused, match="corrected"):
        async with ledger.begin() as connection:
            await retry(connection, CATALOGUE, NOTICE.delivery(0), MANAGER)


async def test_what_somebody_has_taken_in_charge_is_not_sent_again(ledger: AsyncEngine) -> None:
    await set_state(ledger, NOTICE.delivery(0), "FAILED")
    taken = {"delivery": NOTICE.delivery(0), "kind": "TAKEN_IN_CHARGE", "at": NOW}
    async with ledger.begin() as connection:
        await connection.execute(insert(tables.acknowledgement).values(taken))
        with pytest.raises(ActRefused, match="taken in charge"):
            await retry(connection, CATALOGUE, NOTICE.delivery(0), MANAGER)
        with pytest.raises(ActRefused, match="taken in charge"):
            await redirect(connection, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)


UNUSABLE = {
    "another-service": {"service": "CAF_BENEFITS"},
    "without-address": {"email": None},
    "opted-out": {"opted_out": True},
    "not-yet-valid": {"valid_from": date(2026, 3, 3)},
    "no-longer-valid": {"valid_to": date(2026, 3, 1)},
}


@pytest.mark.parametrize("fault", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_nothing_is_redirected_to_a_contact_that_cannot_be_told(
    ledger: AsyncEngine, fault: dict[str, Any]
) -> None:
    async with ledger.begin() as connection:
        statement = update(tables.contact).where(tables.contact.c.ref == "contact-2")
        await connection.execute(statement.values(**fault))
    with pytest.raises(ActRefused, match="contact-2"):
        async with ledger.begin() as connection:
            await redirect(connection, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)
    assert ("SCHEDULED", None) == (await state_of(ledger, "contact-0"), await state_of(ledger, "contact-2"))


@pytest.mark.parametrize("to", ["contact-0", "contact-1", "nobody"], ids=["itself", "told-already", "unknown"])
async def test_nothing_is_redirected_to_somebody_who_is_told_already_or_unknown(ledger: AsyncEngine, to: str) -> None:
    with pytest.raises(ActRefused, match=to):
        async with ledger.begin() as connection:
            await redirect(connection, CATALOGUE, NOTICE.delivery(0), to, MANAGER)
    assert "SCHEDULED" == await state_of(ledger, "contact-0")


async def test_a_redirect_that_comes_while_a_dispatcher_claims_is_refused_and_nothing_leaves_twice(
    ledger: AsyncEngine,
) -> None:
    async def act() -> UUID:
        async with ledger.begin() as connection:
            return await redirect(connection, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)

    async with ledger.begin() as dispatcher:
        assert NOTICE.delivery(0) in await claim(dispatcher)
        acting = asyncio.create_task(act())
        await until_waiting(ledger)
    with pytest.raises(ActRefused, match="SENDING"):
        await acting
    assert ("SENDING", None) == (await state_of(ledger, "contact-0"), await state_of(ledger, "contact-2"))


async def test_a_dispatcher_that_claims_while_a_redirect_is_under_way_does_not_get_the_delivery(
    ledger: AsyncEngine,
) -> None:
    async with ledger.begin() as operator:
        await redirect(operator, CATALOGUE, NOTICE.delivery(0), "contact-2", MANAGER)
        async with ledger.begin() as dispatcher:
            assert [NOTICE.delivery(1)] == await claim(dispatcher)
    async with ledger.begin() as dispatcher:
        claimed = await claim(dispatcher)
    assert ("REDIRECTED", 1) == (await state_of(ledger, "contact-0"), len(claimed))


async def test_claims_and_redirects_at_once_send_to_one_of_the_two_contacts_and_never_to_both(
    ledger: AsyncEngine,
) -> None:
    many = Notice("N-2", "E-2", contacts=40, due_at=NOW)
    await put_notice(ledger, many)
    row = (await rows(ledger, tables.contact))[0]
    others = [row | {"ref": f"other-{number}"} for number in range(40)]
    async with ledger.begin() as connection:
        await connection.execute(insert(tables.contact), others)

    async def act(number: int) -> None:
        try:
            async with ledger.begin() as connection:
                await redirect(connection, CATALOGUE, many.delivery(number), f"other-{number}", MANAGER)
        except ActRefused:
            return

    async def dispatch() -> None:
        for _ in range(12):
            async with ledger.begin() as connection:
                await claim(connection)

    await asyncio.gather(dispatch(), *(act(number) for number in range(40)))
    await dispatch()
    sent = {r["contact"] for r in await rows(ledger, tables.delivery) if r["state"] == "SENDING"}
    both = [n for n in range(40) if (f"contact-{n}" in sent) + (f"other-{n}" in sent) != 1 and n > 1]
    assert [] == both


async def test_the_command_retries_all_or_none_and_names_the_one_that_it_cannot(ledger: AsyncEngine) -> None:
    failed, due = NOTICE.delivery(0), NOTICE.delivery(1)
    await set_state(ledger, failed, "FAILED")
    result = await hub("retry", str(failed), str(due), "--reason", "channel_repaired")
    assert isinstance(result.exception, HubError)
    assert (1, True) == (result.exception.exit_code, str(due) in result.exception.message)
    assert "FAILED" == await state_of(ledger, "contact-0")
    assert 0 == (await hub("retry", str(failed), "--reason", "channel_repaired", "--by", "alix")).exit_code
    shown = json.loads((await hub("show", str(failed), "--json")).stdout)
    assert ("SCHEDULED", "SENT_AGAIN") == (shown["state"], shown["reason"])
    assert [("operator:alix", "CHANNEL_REPAIRED")] == [(a["who"], a["reason"]) for a in shown["actions"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param((), {"contact-0", "contact-1"}, id="all"),
        pytest.param(("--state", "failed"), {"contact-0"}, id="state"),
        pytest.param(("--state", "failed", "--state", "scheduled"), {"contact-0", "contact-1"}, id="two-states"),
        pytest.param(("--event", "E-2"), set(), id="another-event"),
        pytest.param(("--service", "CDAS", "--role", "MANAGER"), set(), id="another-role"),
        pytest.param(("--older-than", "1d"), {"contact-0", "contact-1"}, id="old-enough"),
        pytest.param(("--older-than", "30000d"), set(), id="not-old-enough"),
    ],
)
async def test_the_list_holds_what_was_asked_for(
    ledger: AsyncEngine, filters: tuple[str, ...], expected: set[str]
) -> None:
    await set_state(ledger, NOTICE.delivery(0), "FAILED")
    lines = (await hub("list", "--json", *filters)).stdout.splitlines()
    assert expected == {json.loads(line)["contact"] for line in lines}


@pytest.mark.parametrize("arguments", [("show", "no-uuid"), ("list", "--older-than", "soon")], ids=["no-id", "no-age"])
async def test_a_call_that_cannot_work_gives_exit_code_2(arguments: tuple[str, ...]) -> None:
    error = (await hub(*arguments)).exception
    assert isinstance(error, HubError)
    assert 2 == error.exit_code


async def until_waiting(engine: AsyncEngine) -> None:
    """Return once a transaction waits for a lock that another one holds."""
    async with asyncio.timeout(180), engine.connect() as connection:
        while not await connection.scalar(text("select count(*) from pg_locks where not granted")):  # noqa: ASYNC110 -- the database is asked
            await asyncio.sleep(0.01)
