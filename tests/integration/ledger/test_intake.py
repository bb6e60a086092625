"""The ledger takes decided events in once, whatever is repeated, and follows notices through their versions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event as sql_event
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.giving_way import STEP
from hub.ledger.tables import delivery, delivery_attempt, event, id_conflict, notice_version, reject
from tests.integration.ledger.decided_building import CAF, NOW, deliveries, notice, routing, statuses, take


async def _count(engine: AsyncEngine, table: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def _set(engine: AsyncEngine, event_id: str, contact: str, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            update(delivery).where(delivery.c.event_id == event_id, delivery.c.contact == contact).values(**values)
        )


async def test_each_recipient_of_a_notice_gets_one_scheduled_delivery_and_a_status_tells_it(
    engine: AsyncEngine,
) -> None:
    taken = await take(engine, notice("a", routing(["cdas-1", "cdas-2"])))

    assert (1, 2) == (taken.new, taken.scheduled)
    rows = await deliveries(engine)
    assert {("a", "cdas-1"), ("a", "cdas-2")} == set(rows)
    row = rows["a", "cdas-1"]
    assert ("SCHEDULED", "MAIL", "standard", "N-2026-0001", 1, 0, 7) == (
        row.state, row.medium, row.lane, row.notice, row.version, row.attempt, row.directory_revision,
    )  # fmt: skip
    told = await statuses(engine)
    assert {"cdas-1", "cdas-2"} == {status["contact"] for status in told}
    assert {("SCHEDULED", "a")} == {(status["status"], status["event_id"]) for status in told}


async def test_a_contact_reached_by_two_routings_gets_one_delivery_with_the_rules_of_both(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["c1"], rules=["R27"]), routing(["c1"], "CAF_REFERENTS", ["R27", "R30b"])))

    rows = await deliveries(engine)
    assert [("a", "c1")] == list(rows)
    assert ["R27", "R30b"] == rows["a", "c1"].rules


async def test_the_same_records_taken_again_change_nothing(engine: AsyncEngine) -> None:
    batch = [notice("a", routing(["c1", "c2"])), notice("b", routing(["c1"]), reference="N-2")]
    await take(engine, *batch)
    before = (await deliveries(engine), await statuses(engine))

    taken = await take(engine, *batch, at=NOW + timedelta(hours=1))

    assert (0, 2, 0) == (taken.new, taken.repeated, taken.conflicts)
    assert before == (await deliveries(engine), await statuses(engine))


async def test_a_duplicate_on_kafka_inside_one_batch_is_taken_once(engine: AsyncEngine) -> None:
    first = notice("a", routing(["c1"]))

    taken = await take(engine, first, replace(first, offset=first.offset + 1000))

    assert (1, 1, 0, 1) == (taken.new, taken.repeated, taken.conflicts, taken.scheduled)


async def test_another_content_under_a_known_id_is_a_conflict_told_once_and_the_first_stands(
    engine: AsyncEngine,
) -> None:
    first = notice("a", routing(["c1"]))
    other = notice("a", routing(["c2"]), title="Autre chose")
    await take(engine, first)

    assert 1 == (await take(engine, other)).conflicts
    await take(engine, other)

    assert [("a", "c1")] == list(await deliveries(engine))
    assert 1 == await _count(engine, id_conflict)
    told = [status for status in await statuses(engine) if "reason" in status and "delivery" not in status]
    assert [("a", "ID_CONFLICT")] == [(status["event_id"], status["reason"]) for status in told]


async def test_a_conflict_inside_one_batch_is_found(engine: AsyncEngine) -> None:
    taken = await take(engine, notice("a", routing(["c1"])), notice("a", routing(["c1"]), title="Autre chose"))

    assert (1, 1) == (taken.new, taken.conflicts)


async def test_the_data_of_a_person_level_event_is_nowhere_in_the_ledger(engine: AsyncEngine) -> None:
    referral = replace(
        notice("r"), type="referral.requested", kind="referrals", subject="S-1", decision=None, notice=None
    )
    await take(engine, referral)

    async with engine.connect() as connection:
        row = (await connection.execute(select(event).where(event.c.id == "r"))).one()
    assert (None, None) == (row.outcome, row.decision)
    assert 0 == await _count(engine, notice_version)
    assert {} == await deliveries(engine)


async def test_a_correction_goes_to_its_audience_and_to_whoever_received_the_original(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["got-it", "waits", "failed"])))
    await _set(engine, "a", "got-it", state="ACCEPTED", accepted_at=NOW)
    await _set(engine, "a", "failed", state="FAILED")

    await take(engine, notice("b", routing(["new"]), kind="corrected", version=2))

    rows = await deliveries(engine)
    assert {"got-it", "new"} == {contact for event_id, contact in rows if event_id == "b"}
    assert ["X1"] == rows["b", "got-it"].rules
    assert ["R27"] == rows["b", "new"].rules
    assert ("CANCELLED", "NOTICE_CORRECTED") == (rows["a", "waits"].state, rows["a", "waits"].reason)
    assert "ACCEPTED" == rows["a", "got-it"].state
    assert ["CANCELLED"] == [s["status"] for s in await statuses(engine) if s["status"] != "SCHEDULED"]


async def test_whoever_may_have_received_the_original_unconfirmed_gets_the_correction(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["dropped", "never"])))
    rows = await deliveries(engine)
    async with engine.begin() as connection:
        for contact, reason in (("dropped", "UNCONFIRMED"), ("never", "UNREACHABLE")):
            attempt = {"delivery": rows["a", contact].id, "attempt": 1, "started_at": NOW, "dispatcher": "1"}
            await connection.execute(insert(delivery_attempt), [attempt | {"result": "transient", "reason": reason}])
    await _set(engine, "a", "dropped", state="RETRYING", attempt=1)
    await _set(engine, "a", "never", state="RETRYING", attempt=1)

    await take(engine, notice("b", kind="corrected", version=2))

    assert {"dropped"} == {contact for event_id, contact in await deliveries(engine) if event_id == "b"}


async def test_a_delivery_under_way_is_marked_so_that_it_is_not_tried_again(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["c1"])))
    await _set(engine, "a", "c1", state="SENDING", attempt=1)

    await take(engine, notice("b", kind="corrected", version=2))

    rows = await deliveries(engine)
    assert ("SENDING", True) == (rows["a", "c1"].state, rows["a", "c1"].superseded)
    assert ("b", "c1") in rows


async def test_a_withdrawal_cancels_what_waits_and_tells_whoever_received_any_version(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["v1"])))
    await _set(engine, "a", "v1", state="SHOWN", accepted_at=NOW)
    await take(engine, notice("b", routing(["v2", "waits"]), kind="corrected", version=2))
    await _set(engine, "b", "v2", state="ACCEPTED", accepted_at=NOW)

    await take(engine, notice("c", routing([]), kind="withdrawn", version=2))

    rows = await deliveries(engine)
    assert {"v1", "v2"} == {contact for event_id, contact in rows if event_id == "c"}
    assert ("CANCELLED", "NOTICE_WITHDRAWN") == (rows["b", "waits"].state, rows["b", "waits"].reason)
    assert {"SCHEDULED"} == {row.state for (event_id, _), row in rows.items() if event_id == "c"}


async def test_a_version_that_is_read_after_its_correction_is_not_sent(engine: AsyncEngine) -> None:
    await take(engine, notice("b", routing(["c1"]), kind="corrected", version=2))
    await take(engine, notice("a", routing(["c1", "c2"]), version=1))

    rows = await deliveries(engine)
    assert {"CANCELLED"} == {row.state for (event_id, _), row in rows.items() if event_id == "a"}
    assert "SCHEDULED" == rows["b", "c1"].state


async def test_a_notice_that_is_read_after_its_withdrawal_is_not_sent(engine: AsyncEngine) -> None:
    await take(engine, notice("w", kind="withdrawn", version=1))
    await take(engine, notice("a", routing(["c1"])))

    row = (await deliveries(engine))["a", "c1"]
    assert ("CANCELLED", "NOTICE_WITHDRAWN") == (row.state, row.reason)
    async with engine.connect() as connection:
        assert "WITHDRAWN" == await connection.scalar(select(notice_version.c.status))


async def test_original_and_correction_in_one_batch_send_the_correction_only(engine: AsyncEngine) -> None:
    await take(
        engine,
        notice("a", routing(["c1", "c2"])),
        notice("b", routing(["c1"]), kind="corrected", version=2),
    )

    rows = await deliveries(engine)
    assert {"CANCELLED"} == {row.state for (event_id, _), row in rows.items() if event_id == "a"}
    assert [("b", "c1")] == [key for key, row in rows.items() if row.state == "SCHEDULED"]


async def test_another_event_with_a_version_that_is_taken_is_rejected_and_delivers_nothing(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["c1"])))
    clash = notice("b", routing(["c2"]), title="Autre contenu")

    await take(engine, clash)

    assert {("a", "c1")} == set(await deliveries(engine))
    async with engine.connect() as connection:
        row = (await connection.execute(select(reject))).one()
    assert ("b", "VERSION_CONFLICT", "/data/version") == (row.event_id, row.reason, row.field)
    assert "VERSION_CONFLICT" in {status.get("reason") for status in await statuses(engine)}


async def test_an_institution_cannot_correct_or_withdraw_the_notice_of_the_other(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["c1"])))

    await take(engine, notice("x", kind="withdrawn", source=CAF))
    await take(engine, notice("y", routing(["c2"]), kind="corrected", version=2, source=CAF))

    rows = await deliveries(engine)
    assert {("a", "c1")} == set(rows)
    assert "SCHEDULED" == rows["a", "c1"].state
    async with engine.connect() as connection:
        assert ["NOT_OWNER"] * 2 == list((await connection.execute(select(reject.c.reason))).scalars())


async def test_a_notice_to_a_thousand_recipients_takes_few_statements_for_each_step(engine: AsyncEngine) -> None:
    sent: list[str] = []
    sql_event.listen(engine.sync_engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))

    taken = await take(engine, notice("a", routing([f"contact-{number}" for number in range(1000)])))

    assert 1000 == taken.scheduled
    assert 1000 == len(await statuses(engine))
    assert len(sent) < 25 + 5 * 1000 // STEP, sent
