"""Taking in charge on the real PostgreSQL: once, told, and with what it means for the other recipients."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.states import DeliveryReason, delivery_id
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger import tables
from hub.ledger.acknowledgements import Answer, Taking, show, take
from hub.ledger.claimed import Claim
from hub.ledger.claims import claim_due
from hub.ledger.outcomes import Outcome, reclaim_expired, record
from hub.wire.avro import decode
from tests.integration.dispatcher.dispatcher_ledger import CATALOGUE, SOURCE, Notice, put_notice, rows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=4)
S = DeliveryStatus
EVENT = "event-1"
# Two recipients of one purpose in two services, and one who is asked for something else.
ASKED = {
    "referent": ("CAF_SOCIAL_WORK", "SOCIAL_WORKER"),
    "colleague": ("CAF_SOCIAL_WORK", "SOCIAL_WORKER"),
    "manager": ("CDAS", "MANAGER"),
    "desk": ("CAF_BENEFITS", "FRONT_OFFICE"),
}
PURPOSES = {"referent": "URGENT_RESPONSE", "colleague": "SUPPORT", "manager": "URGENT_RESPONSE", "desk": "COMPETENCE"}


def id_of(contact: str) -> UUID:
    return delivery_id(SOURCE, EVENT, contact, "MAIL")


async def put_situation(engine: AsyncEngine, **states: str) -> None:
    """Put an urgency with the deliveries of its recipients, in these states."""
    routings = [
        {"service": service, "role": role, "cdas": None, "purpose": PURPOSES[contact], "recipients": [contact]}
        for contact, (service, role) in ASKED.items()
    ]
    event = {
        "source": SOURCE, "id": EVENT, "type": "social_urgency.reported", "kind": "urgencies", "subject": "S-1",
        "correlationid": "S-1", "confidentiality": "C2", "time": NOW, "topic": "cd35.urgencies", "partition": 0,
        "offset": 0, "received_at": NOW, "value_sha256": b"\0" * 32, "outcome": "ROUTED",
        "decision": {"routings": routings}, "directory_revision": 0, "calendar_revision": 0, "rules_version": "1",
        "decided_at": NOW, "recorded_at": NOW,
    }  # fmt: skip
    deliveries = [
        {
            "id": id_of(contact), "event_source": SOURCE, "event_id": EVENT, "contact": contact,
            "service": ASKED[contact][0], "role": ASKED[contact][1], "medium": "MAIL", "lane": "urgent", "state": state,
            "due_at": NOW, "directory_revision": 0, "created_at": NOW, "attempt": 0,
        }
        for contact, state in states.items()
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(tables.event).values(event))
        await connection.execute(insert(tables.delivery), deliveries)


async def taken(engine: AsyncEngine, contact: str, at: datetime = LATER) -> Taking:
    async with engine.begin() as connection:
        found = await take(connection, CATALOGUE, id_of(contact), at)
    assert found is not None
    return found


async def shown(engine: AsyncEngine, contact: str) -> None:
    async with engine.begin() as connection:
        assert await show(connection, CATALOGUE, id_of(contact), LATER) is not None


async def claimed(engine: AsyncEngine) -> dict[str, Claim]:
    """Claim what is due, as a dispatcher does."""
    until = NOW + timedelta(seconds=60)
    async with engine.begin() as connection:
        found = await claim_due(connection, CATALOGUE, lane="urgent", limit=9, dispatcher="d", now=NOW, until=until)
    return {claim.delivery.contact: claim for claim in found}


async def ended(engine: AsyncEngine, claim: Claim, state: DeliveryStatus, reason: DeliveryReason | None = None) -> None:
    """Record how the attempt of a claim ended."""
    result = Outcome(claim, "accepted" if state is S.ACCEPTED else "transient", state, reason, "250", LATER)
    async with engine.begin() as connection:
        await record(connection, CATALOGUE, [result], dispatcher="d", now=LATER)


async def states(engine: AsyncEngine) -> dict[str, tuple[str, str | None]]:
    found = await rows(engine, tables.delivery)
    return {row["contact"]: (row["state"], row["reason"]) for row in found if not row["occasion"]}


async def told(engine: AsyncEngine) -> list[tuple[str, str, str | None]]:
    data: list[Mapping[str, Any]] = [
        decode(CATALOGUE, row["value"])[1] for row in await rows(engine, tables.status_outbox)
    ]
    return [(datum["contact"], datum["status"], datum["reason"]) for datum in data]


async def test_taking_in_charge_is_recorded_and_told_with_what_it_stops(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="SHOWN", manager="RETRYING", desk="RETRYING")
    found = await taken(engine, "referent")
    assert Answer.TAKEN is found.answer
    assert {
        "referent": ("TAKEN_IN_CHARGE", None),
        "manager": ("CANCELLED", "TAKEN_BY_ANOTHER"),
        "desk": ("RETRYING", None),
    } == await states(engine)
    assert [("referent", "TAKEN_IN_CHARGE", None), ("manager", "CANCELLED", "TAKEN_BY_ANOTHER")] == await told(engine)
    (row,) = await rows(engine, tables.acknowledgement)
    assert (id_of("referent"), "TAKEN_IN_CHARGE", LATER) == (row["delivery"], row["kind"], row["at"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SCHEDULED", ("CANCELLED", "TAKEN_BY_ANOTHER")),
        ("ACCEPTED", ("CONCLUDED", "TAKEN_BY_ANOTHER")),
        ("SHOWN", ("CONCLUDED", "TAKEN_BY_ANOTHER")),
        ("ESCALATED", ("CONCLUDED", "TAKEN_BY_ANOTHER")),
        ("FAILED", ("FAILED", None)),
        ("REDIRECTED", ("REDIRECTED", None)),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
async def test_another_recipient_of_the_same_purpose_has_nothing_more_to_do(
    engine: AsyncEngine, before: str, after: tuple[str, str | None]
) -> None:
    await put_situation(engine, referent="ACCEPTED", manager=before)
    await taken(engine, "referent")
    assert after == (await states(engine))["manager"]


async def test_whoever_comes_second_learns_who_has_it_and_changes_nothing(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="ACCEPTED", manager="ACCEPTED", desk="ACCEPTED")
    await taken(engine, "referent")
    before = await states(engine), await told(engine)
    for contact, mine in (("manager", False), ("referent", True)):
        found = await taken(engine, contact, LATER + timedelta(hours=1))
        holder = found.asked.holder
        assert holder is not None
        assert (Answer.ALREADY, "CAF_SOCIAL_WORK", LATER, mine) == (
            found.answer,
            holder.service,
            holder.at,
            holder.mine,
        )
        assert not found.asked.open
    assert before == (await states(engine), await told(engine))


async def test_who_is_asked_for_something_else_may_take_that_in_charge_too(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="ACCEPTED", desk="ACCEPTED")
    assert Answer.TAKEN is (await taken(engine, "referent")).answer
    assert Answer.TAKEN is (await taken(engine, "desk")).answer


async def test_who_is_asked_for_something_else_in_the_same_service_and_role_goes_on(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="ACCEPTED", colleague="ACCEPTED")
    assert Answer.TAKEN is (await taken(engine, "referent")).answer
    assert ("ACCEPTED", None) == (await states(engine))["colleague"]
    assert Answer.TAKEN is (await taken(engine, "colleague")).answer


async def test_of_two_people_who_press_at_once_exactly_one_takes_it(engine: AsyncEngine) -> None:
    for turn in range(10):
        async with engine.begin() as connection:
            for table in (tables.acknowledgement, tables.delivery, tables.event):
                await connection.execute(table.delete())
        await put_situation(engine, referent="ACCEPTED", manager="ACCEPTED")
        found = await asyncio.gather(taken(engine, "referent"), taken(engine, "manager"))
        assert [Answer.ALREADY, Answer.TAKEN] == sorted((one.answer for one in found), key=lambda one: one.name), turn
        assert 1 == len(await rows(engine, tables.acknowledgement))


async def test_what_is_taken_in_charge_while_it_is_retried_is_not_sent_again(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="RETRYING")
    await taken(engine, "referent")
    assert {} == await claimed(engine)


@pytest.mark.parametrize("outcome", [S.ACCEPTED, S.RETRYING], ids=lambda state: state.value)
async def test_what_is_taken_in_charge_while_another_try_is_under_way_stays_taken(
    engine: AsyncEngine, outcome: DeliveryStatus
) -> None:
    await put_situation(engine, referent="RETRYING")
    claim = (await claimed(engine))["referent"]
    await taken(engine, "referent")
    await ended(engine, claim, outcome)
    async with engine.begin() as connection:
        assert [] == await reclaim_expired(connection, CATALOGUE, now=LATER + timedelta(days=1), limit=9)
    assert {"referent": ("TAKEN_IN_CHARGE", None)} == await states(engine)
    assert {} == await claimed(engine)
    (attempt,) = await rows(engine, tables.delivery_attempt)
    assert attempt["ended_at"] is not None


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(S.ACCEPTED, "CONCLUDED"), (S.RETRYING, "CANCELLED")],
    ids=["arrived", "failed-for-now"],
)
async def test_what_is_under_way_to_another_ends_with_its_attempt(
    engine: AsyncEngine, outcome: DeliveryStatus, expected: str
) -> None:
    await put_situation(engine, referent="ACCEPTED", manager="RETRYING")
    claim = (await claimed(engine))["manager"]
    await taken(engine, "referent")
    await ended(engine, claim, outcome, None if outcome is S.ACCEPTED else DeliveryReason.TIMED_OUT)
    assert (expected, "TAKEN_BY_ANOTHER") == (await states(engine))["manager"]
    manager = next(row for row in await rows(engine, tables.delivery) if row["id"] == id_of("manager"))
    assert (outcome is S.ACCEPTED, True) == (manager["accepted_at"] is not None, manager["ended_at"] is not None)


async def test_being_shown_is_recorded_and_told_once(engine: AsyncEngine) -> None:
    await put_situation(engine, referent="ACCEPTED")
    await asyncio.gather(shown(engine, "referent"), shown(engine, "referent"))
    assert [("referent", "SHOWN", None)] == await told(engine)
    assert ["SHOWN"] == [row["kind"] for row in await rows(engine, tables.acknowledgement)]


@pytest.mark.parametrize("state", sorted(set(S) - {S.ACCEPTED}))
async def test_being_shown_changes_only_what_the_channel_has_accepted(
    engine: AsyncEngine, state: DeliveryStatus
) -> None:
    await put_situation(engine, referent=state.value)
    await shown(engine, "referent")
    assert ({"referent": (state.value, None)}, []) == (await states(engine), await told(engine))


@pytest.mark.parametrize("state", ["CANCELLED", "REDIRECTED", "CONCLUDED"])
async def test_what_is_over_cannot_be_taken_in_charge(engine: AsyncEngine, state: str) -> None:
    await put_situation(engine, referent=state)
    found = await taken(engine, "referent")
    assert (Answer.CLOSED, None, False) == (found.answer, found.asked.holder, found.asked.open)
    assert ([], {"referent": (state, None)}) == (await rows(engine, tables.acknowledgement), await states(engine))


async def test_each_recipient_of_a_notice_confirms_for_itself(engine: AsyncEngine) -> None:
    notice = Notice("notice-fsl", "event-9", contacts=2)
    await put_notice(engine, notice)
    async with engine.begin() as connection:
        await connection.execute(update(tables.delivery).values(state="ACCEPTED"))
        for number in range(2):
            found = await take(connection, CATALOGUE, notice.delivery(number), LATER)
            assert found is not None
            assert (Answer.TAKEN, 1) == (found.answer, len(found.changes))


async def test_a_delivery_that_does_not_exist_is_neither_shown_nor_taken(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        assert await show(connection, CATALOGUE, UUID(int=1), NOW) is None
        assert await take(connection, CATALOGUE, UUID(int=1), NOW) is None
