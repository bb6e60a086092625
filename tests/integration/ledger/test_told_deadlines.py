"""What the status stream says of acknowledgements: who is asked, by when, and who gave it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.operations import OperatorReason
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Medium, NoticeCode
from hub.ledger.acknowledgements import take as take_in_charge
from hub.ledger.choices import chosen_by
from hub.ledger.delivery_operations import Operator, redirect, retry
from hub.ledger.indicators.facts import fact_from_row
from hub.ledger.outbox import Waiting, waiting_statuses
from hub.ledger.subscriptions import replace_subscriptions
from hub.ledger.tables import delivery, indicator_fact
from hub.replay.records import FactReader
from hub.wire.topics import STATUSES
from tests.integration.ledger.audience_building import actor, direct, plan_all
from tests.integration.ledger.decided_building import CATALOGUE, NOW, deliveries, notice, routing, statuses, take

FIVE_DAYS_BEFORE = "2026-04-25T22:00:00+00:00"
OPERATOR = Operator("operator:o", NOW, OperatorReason.WRONG_CONTACT)
REFERENT = {"service": "CAF_REFERENTS", "role": "REFERENT", "institution": "CAF"}


async def told(engine: AsyncEngine) -> list[tuple[str, str, str | None]]:
    """Of every status told: the contact, the status, and by when the acknowledgement is asked."""
    return [(one["contact"], one["status"], one["acknowledge_by"]) for one in await statuses(engine)]


async def test_a_scheduled_delivery_tells_by_when_it_is_to_be_acknowledged_if_it_is(engine: AsyncEngine) -> None:
    await direct(engine, actor("asked-for-it", **REFERENT), actor("ccas-1"))
    wanted = Subscription(Basis.CHOICE, frozenset({Medium.MAIL}), codes=frozenset({NoticeCode.O4}))
    async with engine.begin() as connection:
        await replace_subscriptions(connection, "asked-for-it", [wanted], by="contact", now=NOW)

    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    await take(engine, notice("b", routing(["cdas-2"]), code="O6", reference="N-2"))
    await plan_all(engine, choosers=[chosen_by])

    assert {
        ("cdas-1", "SCHEDULED", FIVE_DAYS_BEFORE),
        ("ccas-1", "SCHEDULED", FIVE_DAYS_BEFORE),
        ("asked-for-it", "SCHEDULED", None),
        ("cdas-2", "SCHEDULED", None),
        ("ccas-1", "SCHEDULED", None),
    } == set(await told(engine))


async def test_what_stands_on_the_portal_at_once_is_asked_when_it_is_scheduled_and_never_again(
    engine: AsyncEngine,
) -> None:
    await direct(engine, actor("r-1", **REFERENT))
    portal = Subscription(Basis.DUTY, frozenset({Medium.PORTAL}))
    async with engine.begin() as connection:
        await replace_subscriptions(connection, "r-1", [portal], by="contact", now=NOW)

    await take(engine, notice("a", routing(["r-1"], "CAF_REFERENTS"), code="O4"))

    of_portal = [one for one in await statuses(engine) if one["medium"] == "PORTAL"]
    assert [("SCHEDULED", FIVE_DAYS_BEFORE), ("SENDING", None), ("ACCEPTED", None)] == [
        (one["status"], one["acknowledge_by"]) for one in of_portal
    ]


async def test_whoever_takes_in_charge_is_told_with_what_it_was_asked(engine: AsyncEngine) -> None:
    await direct(engine)
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    async with engine.begin() as connection:
        await connection.execute(update(delivery).values(state="ACCEPTED", accepted_at=NOW))
    of = (await deliveries(engine))["a", "cdas-1"].id
    async with engine.begin() as connection:
        await take_in_charge(connection, CATALOGUE, of, NOW + timedelta(hours=1))

    assert ("cdas-1", "TAKEN_IN_CHARGE", FIVE_DAYS_BEFORE) == (await told(engine))[-1]


@pytest.mark.parametrize("act", ["retried", "redirected"])
async def test_what_an_operator_has_sent_again_or_to_another_is_asked_by_the_same_moment(
    engine: AsyncEngine, act: str
) -> None:
    await direct(engine, actor("r-1", **REFERENT), actor("r-2", **REFERENT))
    await take(engine, notice("a", routing(["r-1"], "CAF_REFERENTS"), code="O4"))
    of = (await deliveries(engine))["a", "r-1"].id
    async with engine.begin() as connection:
        if act == "retried":
            await connection.execute(update(delivery).values(state="FAILED", ended_at=NOW))
            await retry(connection, CATALOGUE, of, OPERATOR)
        else:
            await redirect(connection, CATALOGUE, of, "r-2", OPERATOR)

    again = {
        "retried": [("r-1", "SCHEDULED", FIVE_DAYS_BEFORE)],
        "redirected": [("r-1", "REDIRECTED", FIVE_DAYS_BEFORE), ("r-2", "SCHEDULED", FIVE_DAYS_BEFORE)],
    }[act]
    assert again == (await told(engine))[1:]


async def test_the_moment_is_an_instant_with_its_offset(engine: AsyncEngine) -> None:
    await direct(engine)
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))

    row: dict[str, Any] = (await statuses(engine))[0]
    assert datetime(2026, 4, 25, 22, tzinfo=UTC) == datetime.fromisoformat(row["acknowledge_by"])


async def test_what_counts_of_deliveries_is_a_fact_and_the_stream_of_statuses_gives_the_same(
    engine: AsyncEngine,
) -> None:
    await direct(engine, actor("r-1", **REFERENT), actor("r-2", **REFERENT))
    await take(engine, notice("a", routing(["r-1"], "CAF_REFERENTS"), routing(["cdas-1"]), code="O4"))
    await take(engine, notice("b", routing(["cdas-2"]), code="O6", reference="N-2"))
    rows = await deliveries(engine)
    async with engine.begin() as connection:
        await redirect(connection, CATALOGUE, rows["a", "r-1"].id, "r-2", OPERATOR)
        await connection.execute(update(delivery).where(delivery.c.contact != "r-1").values(state="ACCEPTED"))
        await take_in_charge(connection, CATALOGUE, rows["a", "cdas-1"].id, NOW + timedelta(hours=1))

    async with engine.connect() as connection:
        asked = select(indicator_fact).where(indicator_fact.c.type == "delivery.status_changed")
        live = {fact.key: fact for fact in map(fact_from_row, (await connection.execute(asked)).mappings())}
        told_ = await waiting_statuses(connection, 1000)
    replay = FactReader(CATALOGUE)
    records = [SimpleNamespace(topic=STATUSES, partition=0, offset=row.seq, **_parts(row)) for row in told_]
    replayed = [replay.read(record) for record in records]
    assert live == {found.fact.key: found.fact for found in replayed if found is not None}
    expected = {
        ("SCHEDULED", "cdas-1"), ("SCHEDULED", "r-1"), ("REDIRECTED", "r-1"), ("SCHEDULED", "r-2"),
        ("TAKEN_IN_CHARGE", "cdas-1"),
    }  # fmt: skip
    assert expected == {(fact.values["status"], fact.values["contact"]) for fact in live.values()}


def _parts(row: Waiting) -> dict[str, Any]:
    return {"key": row.key, "value": row.value, "headers": row.headers}
