"""Notices that contacts asked for beside their duty: who gets them, who cannot, and what last month would have been."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Medium, NoticeCode
from hub.ledger.choices import chosen_by
from hub.ledger.preview import preview_of
from hub.ledger.subscriptions import replace_subscriptions
from hub.ledger.tables import delivery
from tests.integration.ledger.audience_building import actor, direct, plan_all
from tests.integration.ledger.decided_building import NOW, deliveries, notice, routing, take

MAIL = frozenset({Medium.MAIL})
WANTED = Subscription(Basis.CHOICE, MAIL, codes=frozenset({NoticeCode.O5}))
WORKER = {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "role": "SOCIAL_WORKER", "actor_kind": None}
CDAS = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "actor_kind": None, "cdas": "CDAS-01"}


async def choose(engine: AsyncEngine, contact: str, *rows: Subscription) -> None:
    """Let a contact have these rows."""
    async with engine.begin() as connection:
        await replace_subscriptions(connection, contact, rows, by="contact", now=NOW)


async def test_whoever_asked_for_a_notice_gets_it_as_a_choice_and_is_asked_nothing(engine: AsyncEngine) -> None:
    await direct(engine, actor("worker", **WORKER), actor("other", **WORKER), actor("cdas-1", **CDAS))
    await choose(engine, "worker", WANTED)
    await choose(engine, "cdas-1", WANTED)
    await take(engine, notice("a", routing(["cdas-1"]), code="O5"), notice("b", routing(["cdas-1"]), reference="N-2"))

    await plan_all(engine, choosers=[chosen_by])
    await plan_all(engine, choosers=[chosen_by])

    found = await deliveries(engine)
    assert {("a", "cdas-1"), ("a", "worker"), ("b", "cdas-1")} == set(found)
    row = found["a", "worker"]
    assert (False, [], None, "CAF_SOCIAL_WORK") == (row.duty, row.rules, row.acknowledge_by, row.service)
    assert found["a", "cdas-1"].duty


@pytest.mark.parametrize(
    ("contact", "confidentiality", "gets"),
    [
        (WORKER, "C1", True),
        (WORKER, "C2", False),
        ({}, "C0", True),
        ({}, "C1", False),
        ({"opted_out": True}, "C0", False),
        (WORKER | {"valid_to": date(2026, 3, 1)}, "C0", False),
        (WORKER | {"valid_to": date(2026, 3, 2)}, "C0", True),
        (WORKER | {"valid_from": date(2026, 3, 3)}, "C0", False),
    ],
    ids=[
        "internal-to-the-caf",
        "never-what-is-personal",
        "public-to-an-actor",
        "internal-not-to-an-actor",
        "opted-out",
        "no-longer-valid",
        "last-day",
        "not-valid-yet",
    ],
)
async def test_a_choice_opens_no_notice_that_its_contact_may_not_read(
    engine: AsyncEngine,
    contact: dict[str, Any],
    confidentiality: str,
    gets: bool,  # noqa: FBT001 -- a parameter
) -> None:
    await direct(engine, actor("one", **contact))
    await choose(engine, "one", WANTED)
    event = replace(notice("a", routing(["cdas-1"]), code="O5"), confidentiality=confidentiality)
    await take(engine, event)

    await plan_all(engine, choosers=[chosen_by])

    assert gets == (("a", "one") in await deliveries(engine))


async def test_a_notice_that_is_sent_to_nobody_is_sent_to_nobody_who_asked_either(engine: AsyncEngine) -> None:
    await direct(engine, actor("worker", **WORKER))
    await choose(engine, "worker", WANTED)
    await take(engine, notice("a", code="O5"))

    await plan_all(engine, choosers=[chosen_by])

    assert {} == await deliveries(engine)


async def test_whoever_asked_for_a_notice_learns_of_its_withdrawal_although_it_chooses_otherwise_since(
    engine: AsyncEngine,
) -> None:
    await direct(engine, actor("worker", **WORKER))
    await choose(engine, "worker", WANTED)
    await take(engine, notice("a", routing(["cdas-1"]), code="O5"))
    await plan_all(engine, choosers=[chosen_by])
    async with engine.begin() as connection:
        await connection.execute(update(delivery).values(state="ACCEPTED", accepted_at=NOW))
    await choose(engine, "worker")

    await take(engine, notice("w", kind="withdrawn"))

    row = (await deliveries(engine))["w", "worker"]
    assert ("SCHEDULED", ["X1"], False, None) == (row.state, row.rules, row.duty, row.acknowledge_by)


async def test_the_preview_tells_what_last_month_would_have_been_and_changes_nothing(engine: AsyncEngine) -> None:
    """Three notices of duty on two days, two of others; a month later other choices are tried on them."""
    await direct(engine, actor("cdas-1", **CDAS))
    days = [NOW + timedelta(days=number) for number in range(5)]
    mine, others = routing(["cdas-1"]), routing(["cdas-2"])
    await take(engine, notice("a", mine), notice("b", mine, reference="N-2"), at=days[0])
    await take(engine, notice("c", mine, reference="N-3"), at=days[1])
    await take(engine, notice("d", others, reference="N-4", code="O5"), at=days[2])
    await take(engine, notice("e", others, reference="N-5"), at=days[3])
    await take(engine, notice("late", mine, reference="N-6"), at=NOW + timedelta(days=40))
    daily = Subscription(Basis.DUTY, MAIL, Rhythm(Pace.DAILY, 8))

    async def tried(*rows: Subscription) -> tuple[int, int, int, int]:
        async with engine.begin() as connection:
            found = await preview_of(connection, "cdas-1", rows, datetime(2026, 4, 15, tzinfo=UTC))
        assert (date(2026, 3, 1), date(2026, 3, 31)) == (found.first, found.last)
        return found.mails, found.digests, found.told, found.by_choice

    async with engine.connect() as connection:
        before = (await connection.execute(select(delivery))).all()
    assert (3, 0, 3, 0) == await tried()
    assert (2, 2, 3, 0) == await tried(daily)
    assert (4, 0, 4, 1) == await tried(WANTED)
    assert (3, 2, 4, 1) == await tried(daily, WANTED)
    async with engine.connect() as connection:
        assert before == (await connection.execute(select(delivery))).all()


async def test_the_preview_knows_the_digest_that_the_matrix_gives_those_whom_it_adds(engine: AsyncEngine) -> None:
    """The yearly rates go to the local actors in a digest, unless they choose otherwise (domain handbook, L4)."""
    await direct(engine, actor("ccas-1"))
    for number, reference in enumerate(("N-1", "N-2")):
        made = notice(f"rates-{number}", routing(["cdas-1"]), reference=reference, code="L4")
        await take(engine, made, at=NOW + timedelta(minutes=number))
    await plan_all(engine)

    async with engine.begin() as connection:
        found = await preview_of(connection, "ccas-1", (), datetime(2026, 4, 15, tzinfo=UTC))
        at_once = await preview_of(
            connection, "ccas-1", [Subscription(Basis.DUTY, MAIL)], datetime(2026, 4, 15, tzinfo=UTC)
        )
    assert (1, 1, 2) == (found.mails, found.digests, found.told)
    assert (2, 0, 2) == (at_once.mails, at_once.digests, at_once.told)
