"""A calendar on a real server becomes absences in a real directory: only differences, and nothing lost by a failure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.domain.calendar.paris import paris
from hub.domain.directory.absence_calendar import CalendarFault, CalendarReads, CalendarStanding
from hub.ledger.absence_calendars import CalendarRefused, remove_calendar
from hub.ledger.contacts import apply_directory
from hub.processors.directory import read_directory_record
from hub.router.lanes import Lane
from tests.integration.connectors.calendar_desk import NOON, SECRET, TOPIC, ics, office
from tests.integration.router.router_desk import CATALOGUE, Desk
from tests.integration.router.test_absences import contact, declared, reached


def july(first: int, last: int) -> tuple[date, date]:
    """Days of July 2026."""
    return date(2026, 7, first), date(2026, 7, last)


async def test_only_what_changed_is_published_and_what_stands_is_not_repeated(desk: Desk, engine: AsyncEngine) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("one")
        of = await here.add("one")
        here.server.text = ics(july(6, 10), july(20, 24))
        assert 1 == await here.poller.turn()
        assert 0 == await here.poller.turn()
        await here.follow("one", of)
        here.clock.move(minutes=15)
        await here.poller.turn()
        assert ["07-06/07-10", "07-20/07-24"] == await here.published("one")
        here.server.text = ics(july(6, 10), july(20, 25), july(30, 31))
        here.clock.move(minutes=15)
        await here.poller.turn()
        new = ["07-20/07-25", "07-30/07-31", "deleted"]
        assert ["07-06/07-10", "07-20/07-24", *new] == await here.published("one")
        assert 3 == len((await here.calendar(of)).declared)


async def test_a_calendar_that_has_not_changed_is_not_sent_again_the_same_day_and_is_read_whole_the_next(
    desk: Desk, engine: AsyncEngine
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("two")
        await here.add("two")
        here.server.text, here.server.etag = ics(july(6, 10)), '"v1"'
        for _ in range(2):
            await here.poller.turn()
            here.clock.move(minutes=15)
        here.clock.move(days=1)
        await here.poller.turn()
        assert [None, '"v1"', None] == [asked.get("If-None-Match") for asked in here.server.asked]
        assert ["07-06/07-10"] == await here.published("two")


async def test_a_calendar_that_cannot_be_read_keeps_what_it_said_and_is_told_after_a_day(
    desk: Desk, engine: AsyncEngine
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("three")
        of = await here.add("three")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        await here.follow("three", of)
        standings = []
        faults = [(500, "no"), (404, ""), (302, ""), (200, "<html>"), (200, "x" * 5_000_000)]
        for status, answer in faults:
            here.server.status, here.server.text = status, answer
            here.clock.move(hours=2, minutes=1)
            await here.poller.turn()
            found = await here.calendar(of)
            standings.append((found.fault, found.standing(here.clock())))
        expected = ["ANSWERED_ERROR", "REFUSED", "REDIRECTED", "NOT_A_CALENDAR", "TOO_LARGE"]
        assert [(CalendarFault(name), CalendarStanding.FAILING) for name in expected] == standings
        here.clock.move(hours=14)
        await here.poller.turn()
        assert 1 == metrics.CALENDARS.labels("STALE")._value.get()
        assert ["07-06/07-10"] == await here.published("three")
        here.server.status, here.server.text = 200, ics(july(6, 10))
        here.clock.move(hours=2, minutes=1)
        await here.poller.turn()
        assert CalendarStanding.CURRENT is (await here.calendar(of)).standing(here.clock())
        assert 0 == metrics.CALENDARS.labels("STALE")._value.get()
        assert ["07-06/07-10"] == await here.published("three")


async def test_an_absence_that_somebody_ended_is_not_declared_again(desk: Desk, engine: AsyncEngine) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("four")
        of = await here.add("four")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        await here.follow("four", of)
        here.clock.move(minutes=15)
        await here.poller.turn()
        (one,) = (await here.calendar(of)).declared
        await here.holds(one.key, None)  # « Je suis de retour »
        for _ in range(2):
            here.clock.move(minutes=15)
            await here.poller.turn()
        assert ["07-06/07-10"] == await here.published("four")
        here.server.text = ics(july(6, 12))
        here.clock.move(minutes=15)
        await here.poller.turn()
        assert ["07-06/07-10", "07-06/07-12"] == await here.published("four")


async def test_a_calendar_that_is_removed_loses_its_address_at_once_and_then_its_absences(
    desk: Desk, engine: AsyncEngine
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("five")
        of = await here.add("five")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        async with engine.begin() as connection:
            assert await remove_calendar(connection, of, "operator:x", here.clock())
        assert (await here.calendar(of)).address is None
        await here.poller.turn()
        assert ["07-06/07-10", "deleted"] == await here.published("five")
        assert 0 == await here.poller.turn()
        again = await here.add("five")
        await here.poller.turn()
        assert 1 == len((await here.calendar(again)).declared)
        assert 3 == len(await here.published("five"))


async def test_a_repeat_after_an_interruption_has_the_same_ids_and_a_new_declaration_another(
    desk: Desk, engine: AsyncEngine
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("six")
        of = await here.add("six")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        (first,) = (await here.calendar(of)).declared
        async with engine.begin() as connection:  # died before the ledger knew
            await connection.execute(text("delete from absence_calendar_entry"))
            await connection.execute(text("update absence_calendar set next_read_at = added_at"))
        await here.poller.turn()
        assert first == (await here.calendar(of)).declared[0]
        for calendar in (ics(), ics(july(6, 10))):
            here.server.text = calendar
            here.clock.move(minutes=15)
            await here.poller.turn()
        (last,) = (await here.calendar(of)).declared
        assert (first.days, True) == (last.days, first.key != last.key)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://127.0.0.1/secret.ics", CalendarFault.ADDRESS_REFUSED),
        ("http://calendar.example/secret.ics", CalendarFault.ADDRESS_REFUSED),
        ("file:///etc/passwd", CalendarFault.ADDRESS_REFUSED),
    ],
    ids=["an own address", "no TLS", "no address of the web"],
)
async def test_an_address_that_leads_inside_is_not_called(
    desk: Desk, engine: AsyncEngine, address: str, fault: CalendarFault
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("seven")
        of = await here.add("seven", address=address)
        await here.poller.turn()
        assert (fault, []) == ((await here.calendar(of)).fault, here.server.asked)


async def test_two_pollers_never_read_one_calendar_at_a_time(desk: Desk, engine: AsyncEngine) -> None:
    async with office(desk, engine, NOON) as here, office(desk, engine, NOON) as there:
        await here.knows(*(f"many-{n}" for n in range(4)))
        for n in range(4):
            await here.add(f"many-{n}")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        assert 0 == await there.poller.turn()
        assert 4 == len(here.server.asked)


async def test_a_contact_has_one_calendar_and_must_be_known(desk: Desk, engine: AsyncEngine) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("eight")
        await here.add("eight")
        for reference in ("eight", "nobody"):
            with pytest.raises(CalendarRefused):
                await here.add(reference)


async def test_neither_the_address_nor_what_a_calendar_says_is_kept_or_told_anywhere(
    desk: Desk, engine: AsyncEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    async with office(desk, engine, NOON) as here:
        await here.knows("nine")
        await here.add("nine")
        here.server.text = ics(july(6, 10))
        await here.poller.turn()
        here.server.status = 500
        here.clock.move(minutes=15)
        await here.poller.turn()
        async with engine.connect() as connection:
            rows = (await connection.execute(text("select to_jsonb(c)::text from absence_calendar c"))).scalars().all()
        published = b"".join((r.value or b"") + repr(r.headers).encode() for r in await desk.records("caf.directory"))
        logged = "".join(capsys.readouterr())
        assert "absence_calendar_read" in logged
        places = ("".join(rows), repr(rows), published.decode("latin-1"), logged, generate_latest().decode())
        assert [] == [word for word in (SECRET, "CANARY", "basic.ics") for place in places if word in place]


async def test_while_a_calendar_says_away_an_urgency_goes_to_the_mailbox_of_the_service(
    desk: Desk, engine: AsyncEngine
) -> None:
    """The whole way: server, poller, Kafka, router; nobody stands in, so the mailbox has it."""
    now = datetime.now(UTC)
    today = now.astimezone(paris()).date()

    async def ledger_follows() -> None:
        records = [read_directory_record(CATALOGUE, r.key, r.value, r.offset) for r in await desk.directory()]
        async with engine.begin() as connection:
            await apply_directory(connection, TOPIC, records, now)

    async def recipients() -> Any:
        return await reached(desk, now.isoformat())

    async with desk.routing(Lane.DIRECTORY, Lane.URGENCIES), office(desk, engine, now) as here:
        await declared(desk, contact("worker", "SOCIAL_WORKER"), contact("box", "GENERIC_MAILBOX"))
        await ledger_follows()
        of = await here.add("worker", CalendarReads.ALL_DAY)
        here.server.text = ics((today - timedelta(1), today + timedelta(1)))
        uncovered = metrics.CALENDAR_FINDINGS.labels("UNCOVERED")
        before = uncovered._value.get()
        await here.poller.turn()
        found = await desk.eventually(recipients, lambda answer: answer[0] == ["box"])
        assert (True, 1) == ("GENERIC_MAILBOX_USED" in found[1], uncovered._value.get() - before)
        await ledger_follows()
        here.server.text = ics()
        here.clock.move(minutes=15)
        await here.poller.turn()
        await desk.eventually(recipients, lambda answer: answer[0] == ["worker"])
        assert () == (await here.calendar(of)).declared
