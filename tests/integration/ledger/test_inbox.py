"""The inbox of a contact and its numbers on the real PostgreSQL: whole, in order, and without holes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.inbox import ItemState
from hub.domain.delivery.states import delivery_id
from hub.domain.vocabulary import Medium
from hub.ledger import tables
from hub.ledger.acknowledgements import take as take_in_charge
from hub.ledger.inbox import Item, Wanted, item, items, last_numbers
from hub.ledger.numbers import add_deliveries
from tests.integration.ledger.decided_building import CAF, CATALOGUE, CD35, NOW, notice, routing, take

S = ItemState


async def inbox(engine: AsyncEngine, contact: str = "cdas-1", **asked: Any) -> list[Item]:
    async with engine.connect() as connection:
        return await items(connection, contact, **asked)


async def read(engine: AsyncEngine, contact: str, number: int, at: datetime = NOW) -> None:
    async with engine.begin() as connection:
        found = await item(connection, contact, number)
        assert found is not None
        assert await take_in_charge(connection, CATALOGUE, found.delivery, at) is not None


async def add(engine: AsyncEngine, event_id: str, contact: str, *media: Medium, source: str = CD35) -> None:
    """Have a contact told of an event by other media too, as its choices may ask."""
    async with engine.begin() as connection:
        of = select(tables.delivery).where(tables.delivery.c.event_id == event_id)
        row = dict((await connection.execute(of)).mappings().first() or {})
        fresh = [
            row | {"id": delivery_id(source, event_id, contact, medium), "medium": medium.value, "contact": contact}
            for medium in media
        ]
        await add_deliveries(connection, fresh)


async def numbers(engine: AsyncEngine, column: str = "number") -> dict[tuple[str, str], list[int]]:
    """Every number of a column by contact and medium, in order."""
    found: dict[tuple[str, str], list[int]] = {}
    async with engine.connect() as connection:
        rows = (await connection.execute(select(tables.delivery).order_by(tables.delivery.c[column]))).mappings()
        for row in rows:
            found.setdefault((row["contact"], row["medium"]), []).append(row[column])
    return found


async def test_each_contact_counts_its_own_deliveries_from_one(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1", "cdas-2"])), notice("b", routing(["cdas-2"]), reference="N-2"))
    await take(engine, notice("c", routing(["cdas-1", "cdas-2"]), reference="N-3"))
    assert {("cdas-1", "MAIL"): [1, 2], ("cdas-2", "MAIL"): [1, 2, 3]} == await numbers(engine)
    assert {("cdas-1", "MAIL"): [1, 2], ("cdas-2", "MAIL"): [1, 2, 3]} == await numbers(engine, "item")


async def test_the_media_of_one_event_are_one_item_with_a_number_each(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1"])), notice("b", routing(["cdas-1"]), reference="N-2"))
    await add(engine, "b", "cdas-1", Medium.WEBHOOK, Medium.PORTAL)
    await add(engine, "a", "cdas-1", Medium.WEBHOOK)
    first, second = await inbox(engine)
    assert ("a", [("MAIL", 1), ("WEBHOOK", 2)]) == (first.event_id, [(d.medium, d.number) for d in first.deliveries])
    assert ("b", [("MAIL", 2), ("PORTAL", 1), ("WEBHOOK", 1)]) == (
        second.event_id,
        [(d.medium, d.number) for d in second.deliveries],
    )
    assert (1, 2) == (first.number, second.number)
    async with engine.connect() as connection:
        assert {"INBOX": 2, "MAIL": 2, "PORTAL": 1, "WEBHOOK": 2} == await last_numbers(connection, "cdas-1")


async def add_and_fail(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        row = dict((await connection.execute(select(tables.delivery))).mappings().first() or {})
        (added,) = await add_deliveries(connection, [row | {"id": delivery_id(CD35, "x", "cdas-1", "MAIL")}])
        assert 2 == added["number"]
        raise ConnectionResetError


async def test_a_transaction_that_fails_leaves_no_hole(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1"])))
    with pytest.raises(ConnectionResetError):
        await add_and_fail(engine)
    await take(engine, notice("b", routing(["cdas-1"]), reference="N-2"))
    assert {("cdas-1", "MAIL"): [1, 2]} == await numbers(engine)


async def test_a_delivery_that_exists_takes_no_number(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1"])))
    for _ in range(3):
        await add(engine, "a", "cdas-1", Medium.MAIL, Medium.WEBHOOK)
    await take(engine, notice("b", routing(["cdas-1"]), reference="N-2"))
    assert {("cdas-1", "MAIL"): [1, 2], ("cdas-1", "WEBHOOK"): [1]} == await numbers(engine)
    assert {("cdas-1", "MAIL"): [1, 2], ("cdas-1", "WEBHOOK"): [1]} == await numbers(engine, "item")


async def test_replicas_that_schedule_at_once_neither_wait_in_a_circle_nor_leave_a_hole(engine: AsyncEngine) -> None:
    contacts = [f"cdas-{number}" for number in range(6)]

    async def replica(which: int) -> None:
        for number in range(12):
            order = contacts if which % 2 else contacts[::-1]
            batch = [
                notice(f"{which}-{number}-{part}", routing(order[part:]), reference=f"N-{which}-{number}-{part}")
                for part in range(3)
            ]
            await take(engine, *(batch if which % 3 else batch[::-1]))

    await asyncio.gather(*(replica(which) for which in range(4)))
    for found in (await numbers(engine)).values():
        assert list(range(1, len(found) + 1)) == found
    assert 48 * 3 == len((await numbers(engine))["cdas-3", "MAIL"])


async def test_whoever_reads_while_others_schedule_never_sees_a_number_before_a_lower_one(engine: AsyncEngine) -> None:
    seen: list[int] = []
    done = asyncio.Event()

    async def reader() -> None:
        while not done.is_set() or await inbox(engine, after=seen[-1] if seen else 0):
            seen.extend(one.number for one in await inbox(engine, after=seen[-1] if seen else 0, limit=7))

    async def writer(which: int) -> None:
        for number in range(15):
            await take(engine, notice(f"{which}-{number}", routing(["cdas-1"]), reference=f"N-{which}-{number}"))

    reading = asyncio.create_task(reader())
    await asyncio.gather(*(writer(which) for which in range(3)))
    done.set()
    await reading
    assert list(range(1, 46)) == seen


async def test_an_inbox_is_paged_both_ways(engine: AsyncEngine) -> None:
    for number in range(1, 8):
        await take(engine, notice(f"e-{number}", routing(["cdas-1"]), reference=f"N-{number}"))

    async def walk(*, newest_first: bool) -> list[int]:
        pages: list[list[Item]] = [await inbox(engine, limit=3, newest_first=newest_first)]
        while pages[-1]:
            end = pages[-1][-1].number
            edge: dict[str, Any] = {"before": end} if newest_first else {"after": end}
            pages.append(await inbox(engine, limit=3, newest_first=newest_first, **edge))
        assert [3, 3, 1, 0] == [len(page) for page in pages]
        return [one.number for page in pages for one in page]

    assert [1, 2, 3, 4, 5, 6, 7] == await walk(newest_first=False)
    assert [7, 6, 5, 4, 3, 2, 1] == await walk(newest_first=True)


def told(found: Sequence[Item]) -> list[tuple[str, ItemState]]:
    return [(one.event_id, one.state) for one in found]


async def test_a_correction_outdates_what_it_replaces_and_a_withdrawal_both(engine: AsyncEngine) -> None:
    await take(engine, notice("v1", routing(["cdas-1"])))
    async with engine.begin() as connection:
        await connection.execute(update(tables.delivery).values(state="ACCEPTED", accepted_at=NOW))
    await take(engine, notice("v2", routing(["cdas-1"]), kind="corrected", version=2, title="Report du FSL"))
    assert [("v1", S.OUTDATED), ("v2", S.OPEN)] == told(await inbox(engine))
    await take(engine, notice("w", routing(["cdas-1"]), kind="withdrawn", version=2))
    found = await inbox(engine)
    assert [("v1", S.OUTDATED), ("v2", S.OUTDATED), ("w", S.OPEN)] == told(found)
    withdrawal = found[-1].notice
    assert withdrawal is not None
    assert (True, 2, "Report du FSL", "WITHDRAWN") == (
        withdrawal.withdrawal, withdrawal.version, withdrawal.title, withdrawal.status,
    )  # fmt: skip


async def test_a_notice_is_read_once_for_all_its_media_and_by_each_contact_for_itself(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1", "cdas-2"])))
    await add(engine, "a", "cdas-1", Medium.WEBHOOK, Medium.PORTAL)
    await read(engine, "cdas-1", 1, NOW + timedelta(minutes=3))
    (mine,), (others,) = await inbox(engine), await inbox(engine, "cdas-2")
    assert (S.TAKEN, NOW + timedelta(minutes=3)) == (mine.state, mine.taken_at)
    assert ["CANCELLED", "CANCELLED", "TAKEN_IN_CHARGE"] == sorted(one.state for one in mine.deliveries)
    assert (S.OPEN, None) == (others.state, others.taken_at)
    assert mine.changed_at > others.changed_at


async def test_filters_choose_by_state_notice_time_and_number(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1"])), notice("b", routing(["cdas-1"]), reference="N-2", source=CAF))
    await take(engine, notice("c", routing(["cdas-1"]), reference="N-3"), at=NOW + timedelta(hours=1))
    await add(engine, "c", "cdas-1", Medium.WEBHOOK)
    await read(engine, "cdas-1", 2)
    wanted = {
        "open": Wanted(states=[S.OPEN]),
        "taken": Wanted(states=[S.TAKEN]),
        "later": Wanted(since=NOW + timedelta(minutes=1)),
        "one notice": Wanted(notice="N-2"),
        "by webhook": Wanted(medium=Medium.WEBHOOK, numbers=(1, 9)),
        "second mail": Wanted(medium=Medium.MAIL, numbers=(2, 2)),
        "urgencies": Wanted(kinds=["urgencies"]),
    }
    found = {name: [one.event_id for one in await inbox(engine, wanted=filter_)] for name, filter_ in wanted.items()}
    assert {
        "open": ["a", "c"], "taken": ["b"], "later": ["c"], "one notice": ["b"], "by webhook": ["c"],
        "second mail": ["b"], "urgencies": [],
    } == found  # fmt: skip


async def test_an_inbox_of_somebody_else_is_not_seen(engine: AsyncEngine) -> None:
    await take(engine, notice("a", routing(["cdas-1"])))
    assert [] == await inbox(engine, "cdas-2")
    async with engine.connect() as connection:
        assert await item(connection, "cdas-2", 1) is None
