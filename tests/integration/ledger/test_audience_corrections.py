"""Whoever was told by the notice matrix learns of a correction or a withdrawal, and what had not left is stopped."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.operations import OperatorReason
from hub.ledger.audience_planner import LedgerDirectory, next_waiting, plan
from hub.ledger.delivery_operations import Operator, redirect
from hub.ledger.numbers import add_deliveries
from hub.ledger.tables import acknowledgement, delivery
from tests.integration.ledger.audience_building import (
    actor,
    direct,
    plan_all,
)
from tests.integration.ledger.decided_building import CATALOGUE, NOW, deliveries, notice, routing, take


async def put_delivery(engine: AsyncEngine, event_id: str, contact: str, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            update(delivery).where(delivery.c.event_id == event_id, delivery.c.contact == contact).values(**values)
        )


async def test_the_additions_of_a_version_that_is_corrected_before_they_were_made_are_not(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"), actor("social", service="CAF_SOCIAL_WORK", role="GENERIC_MAILBOX"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    await take(engine, notice("b", routing(["cdas-1"]), kind="corrected", version=2, code="G1"))

    planned = {one.key[1]: (one.outcome.value, one.added) for one in await plan_all(engine)}

    assert {"a": ("OVERTAKEN", 0), "b": ("PLANNED", 1)} == planned
    assert {("a", "cdas-1"), ("b", "cdas-1"), ("b", "social")} == set(await deliveries(engine))


async def test_a_correction_reaches_whoever_the_matrix_had_added_and_whom_it_adds_now(engine: AsyncEngine) -> None:
    """What had not left is cancelled; who has it gets the correction; who would only now be added is added."""
    await direct(
        engine, actor("got-it"), actor("waits"), actor("social", service="CAF_SOCIAL_WORK", role="GENERIC_MAILBOX")
    )
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    await plan_all(engine)
    await put_delivery(engine, "a", "got-it", state="ACCEPTED", accepted_at=NOW)

    await take(engine, notice("b", routing(["cdas-1"]), kind="corrected", version=2, code="G1"))
    await plan_all(engine)

    rows = await deliveries(engine)
    assert ("CANCELLED", "NOTICE_CORRECTED") == (rows["a", "waits"].state, rows["a", "waits"].reason)
    assert {("b", "cdas-1"), ("b", "got-it"), ("b", "social")} == {key for key in rows if key[0] == "b"}
    assert (["X1"], ["R28"]) == (rows["b", "got-it"].rules, rows["b", "social"].rules)


async def test_a_withdrawal_reaches_whoever_the_matrix_had_added_and_stops_the_rest(engine: AsyncEngine) -> None:
    await direct(engine, actor("got-it"), actor("waits"))
    await take(engine, notice("a", routing([]), code="O4"))
    await plan_all(engine)
    await put_delivery(engine, "a", "got-it", state="SHOWN", accepted_at=NOW)

    await take(engine, notice("w", routing([]), kind="withdrawn"))

    rows = await deliveries(engine)
    assert {"got-it"} == {contact for event_id, contact in rows if event_id == "w"}
    assert ("CANCELLED", "NOTICE_WITHDRAWN") == (rows["a", "waits"].state, rows["a", "waits"].reason)
    assert datetime(2026, 4, 25, 22, 0, tzinfo=UTC) == rows["w", "got-it"].acknowledge_by


async def test_what_was_asked_of_an_overtaken_version_is_asked_no_more_unless_it_was_confirmed(
    engine: AsyncEngine,
) -> None:
    await direct(engine)
    await take(engine, notice("a", routing(["read-it", "has-it"]), code="O4"))
    await put_delivery(engine, "a", "has-it", state="ACCEPTED", accepted_at=NOW)
    await put_delivery(engine, "a", "read-it", state="TAKEN_IN_CHARGE", accepted_at=NOW)
    read = (await deliveries(engine))["a", "read-it"].id
    async with engine.begin() as connection:
        await connection.execute(acknowledgement.insert().values(delivery=read, kind="TAKEN_IN_CHARGE", at=NOW))

    await take(engine, notice("b", kind="corrected", version=2, code="O4"))

    asked = {key: row.acknowledge_by is not None for key, row in (await deliveries(engine)).items()}
    assert {("a", "read-it"): True, ("a", "has-it"): False, ("b", "read-it"): True, ("b", "has-it"): True} == asked


async def test_a_correction_that_comes_while_the_additions_are_made_stops_them(engine: AsyncEngine) -> None:
    """The planner holds the version; the correction waits for it, then finds what it made."""
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    async with engine.begin() as connection:
        waiting = await next_waiting(connection)
        assert waiting is not None
        await plan(connection, CATALOGUE, LedgerDirectory(), waiting, NOW)
        correcting = asyncio.create_task(take(engine, notice("b", kind="corrected", version=2, code="O4")))
        done, _ = await asyncio.wait({correcting}, timeout=0.3)
        assert set() == done
    await correcting

    states = {key: row.state for key, row in (await deliveries(engine)).items()}
    assert {("a", "cdas-1"): "CANCELLED", ("a", "ccas-1"): "CANCELLED"} == states


async def test_a_correction_stops_what_waits_for_a_digest(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="L4"))
    await plan_all(engine)

    await take(engine, notice("b", routing(["cdas-1"]), kind="corrected", version=2, code="L4"))
    await plan_all(engine)

    rows = await deliveries(engine)
    assert ("CANCELLED", "digest") == (rows["a", "ccas-1"].state, rows["a", "ccas-1"].lane)
    assert ("SCHEDULED", "digest") == (rows["b", "ccas-1"].state, rows["b", "ccas-1"].lane)


async def test_whoever_was_told_instead_of_another_gets_the_correction_and_is_asked_as_the_other_was(
    engine: AsyncEngine,
) -> None:
    await direct(
        engine,
        actor("r-1", service="CAF_REFERENTS", role="REFERENT", institution="CAF"),
        actor("r-2", service="CAF_REFERENTS", role="REFERENT", institution="CAF"),
    )
    await take(engine, notice("a", routing(["r-1"], "CAF_REFERENTS"), code="O4"))
    first = (await deliveries(engine))["a", "r-1"]
    async with engine.begin() as connection:
        operator = Operator("operator:o", NOW, OperatorReason.WRONG_CONTACT)
        await redirect(connection, CATALOGUE, first.id, "r-2", operator)
    assert first.acknowledge_by == (await deliveries(engine))["a", "r-2"].acknowledge_by is not None
    await put_delivery(engine, "a", "r-2", state="ACCEPTED", accepted_at=NOW)

    await take(engine, notice("b", kind="corrected", version=2, code="O4"))

    assert {"r-2"} == {contact for event_id, contact in await deliveries(engine) if event_id == "b"}


async def test_whoever_was_asked_by_an_escalation_gets_the_correction(engine: AsyncEngine) -> None:
    await direct(engine)
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    await put_delivery(engine, "a", "cdas-1", state="ESCALATED", accepted_at=NOW)
    async with engine.begin() as connection:
        row = dict((await connection.execute(select(delivery))).mappings().one())
        more = {"id": uuid4(), "contact": "head", "state": "SHOWN", "occasion": "reminder-1"}
        await add_deliveries(connection, [row | more])

    await take(engine, notice("b", kind="corrected", version=2, code="O4"))

    assert {"cdas-1", "head"} == {contact for event_id, contact in await deliveries(engine) if event_id == "b"}
