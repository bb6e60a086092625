"""Urgencies that nobody takes in charge climb their chain, at the minute; days on a controlled clock."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.mail import MailCatcher, MailFault
from hub.ledger.decided import DecidedEvent
from tests.timeline.timeline import Person, Timeline, at, timeline, urgency

# March 2026: the 2nd is a Monday. Offices are open 9:00-12:00 and 13:30-17:00.
WORKER = Person("worker", "CDAS/SOCIAL_WORKER", "CDAS-01", deputy="colleague")
COLLEAGUE = Person("colleague", "CDAS/SOCIAL_WORKER", "CDAS-01")
MAILBOX = Person("mailbox", "CDAS/GENERIC_MAILBOX", "CDAS-01")
MANAGER = Person("manager", "CDAS/MANAGER", "CDAS-01")
CAF_REFERENT = Person("caf-referent", "CAF_REFERENTS/REFERENT", institution="CAF")
CD35_REFERENT = Person("cd35-referent", "CD35_SOCIAL_LIFE_REFERENTS/REFERENT")
ALL = (WORKER, COLLEAGUE, MAILBOX, MANAGER, CAF_REFERENT, CD35_REFERENT)
FIRST = "Une situation vous attend"
NEXT = "Une situation attend toujours une réponse"
TAKEN = "Une situation est prise en charge"


@pytest.fixture
async def line(engine: AsyncEngine, database: str, mail_catcher: MailCatcher) -> Timeline:
    """Give a timeline that begins on Monday 2 March 2026 at 8:00."""
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00") as found:
        return found


async def test_a_benefit_urgency_climbs_in_working_time_to_the_administrators(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 16:00", urgency("worker", kind="benefit_urgency"))
        await line.until("2026-03-20 18:00")
    assert (
        [
            ("Mon 16:00", "worker"),
            ("Tue 09:00", "colleague"),  # 17:00, when the office closes, is as it opens again
            ("Tue 10:00", "mailbox"),
            ("Tue 13:30", "manager"),
        ]
        == line.asked()[:4]
    )
    referents = {(when, who) for when in ("Wed 09:30", "Wed 15:00") for who in ("caf-referent", "cd35-referent")}
    assert referents == set(line.asked()[4:8])
    assert [("EXHAUSTED", None)] == await line.outcome()


async def test_a_social_urgency_climbs_at_the_minute(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.until("2026-03-02 12:00")
    assert [("worker", FIRST)] == line.between("2026-03-02 09:30", "2026-03-02 09:30:05")
    assert [("colleague", NEXT)] == line.between("2026-03-02 09:45", "2026-03-02 09:45:05")
    assert [("mailbox", NEXT)] == line.between("2026-03-02 10:00", "2026-03-02 10:00:05")
    assert [("manager", NEXT)] == line.between("2026-03-02 10:30", "2026-03-02 10:30:05")
    assert {"caf-referent", "cd35-referent"} == {
        who for who, _ in line.between("2026-03-02 11:30", "2026-03-02 11:30:05")
    }
    assert 6 == len(line.sent)


async def test_a_social_urgency_at_night_asks_the_substitute_at_once_and_the_others_in_the_morning(
    line: Timeline,
) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-06 19:00", urgency("worker"))  # a Friday
        await line.until("2026-03-09 09:50")
    assert [
        ("Fri 19:00", "worker"),
        ("Fri 19:00", "colleague"),
        ("Mon 09:15", "mailbox"),
        ("Mon 09:45", "manager"),
    ] == line.asked()


async def test_taking_in_charge_ends_it_for_all_and_tells_the_others_who_has_it(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        event = await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.take("2026-03-02 09:50", "colleague", event)
        assert [("ENDED", "TAKEN_IN_CHARGE")] == await line.outcome()  # at once, not when the next step comes
        await line.until("2026-03-31 18:00")
    assert [("worker", FIRST), ("colleague", NEXT), ("worker", TAKEN)] == [
        (one.contact, one.subject) for one in line.sent
    ]
    assert ["DONE", *["CANCELLED"] * 6] == [step.state for step in await line.steps()]
    told = line.catcher.messages()[-1].message().get_body(("plain",))
    assert told is not None
    assert "centre départemental d’action sociale (travailleur social)" in told.get_content()
    assert "/acknowledge/" not in told.get_content()


async def test_whoever_is_away_when_a_step_comes_is_replaced(line: Timeline) -> None:
    other = Person("other", "CDAS/SOCIAL_WORKER", "CDAS-01")
    await line.directory(*ALL, other)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.away("colleague", "2026-03-02", "2026-03-06", deputy="other")
        await line.until("2026-03-02 09:50")
    assert [("Mon 09:30", "worker"), ("Mon 09:45", "other")] == line.asked()


async def test_deputies_who_are_away_and_name_each_other_leave_the_step_empty_and_the_next_comes_at_once(
    line: Timeline,
) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.away("colleague", "2026-03-02", "2026-03-06", deputy="worker")
        await line.away("worker", "2026-03-02", "2026-03-06", deputy="colleague")
        await line.until("2026-03-02 09:50")
    assert [("Mon 09:30", "worker"), ("Mon 09:45", "mailbox")] == line.asked()
    assert [("EMPTY", "ALL_ABSENT"), ("DONE", "STEP_BEFORE_EMPTY")] == [
        (step.state, step.reason) for step in (await line.steps())[:2]
    ]


async def test_an_urgency_that_reaches_nobody_climbs_at_once(line: Timeline) -> None:
    await line.directory(MANAGER, CAF_REFERENT)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency())
        await line.until("2026-03-02 09:31")
    assert [("Mon 09:30", "manager")] == line.asked()


async def test_a_recipient_that_cannot_be_reached_makes_the_next_step_come_at_once(line: Timeline) -> None:
    mute = Person("mute", "CDAS/SOCIAL_WORKER", "CDAS-01", email=None)
    await line.directory(mute, MAILBOX, MANAGER)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("mute"))
        await line.until("2026-03-02 09:31")
    assert [("Mon 09:30", "mailbox")] == line.asked()


async def test_after_a_long_stop_the_missed_steps_come_at_once_in_order_and_are_noted_as_late(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
    await line.until("2026-03-02 10:31")
    async with line.dispatching():
        await line.until("2026-03-02 10:32")
        await line.until("2026-03-02 11:30")
    assert ["worker", "colleague", "mailbox", "manager"] == [who for _, who in line.asked()[:4]]
    assert [("DONE", True), ("DONE", True), ("DONE", True), ("DONE", False)] == [
        (step.state, step.late) for step in (await line.steps())[:4]
    ]


async def test_a_clock_that_is_set_back_repeats_nothing_and_one_set_forward_skips_nothing(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.until("2026-03-02 09:46")
        await line.until("2026-03-02 08:46")  # set back by an hour
        await line.until("2026-03-02 09:59")
        assert ["worker", "colleague"] == [who for _, who in line.asked()]
        line.clock.now = at("2026-03-02 10:40")  # set forward over two steps
        await line.until("2026-03-02 10:40")
    assert ["worker", "colleague", "mailbox", "manager"] == [who for _, who in line.asked()]


async def test_the_night_of_summer_time_moves_no_step(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-27 16:50", urgency("worker"))  # the Friday before 29 March 2026
        await line.until("2026-03-30 09:06")
    assert [("Fri 16:50", "worker"), ("Mon 09:05", "colleague")] == line.asked()


async def test_a_closure_and_the_hours_of_a_cdas_are_read_from_its_calendar(line: Timeline) -> None:
    def entry(name: str, kind: str, first: date, last: date, hours: list[dict[str, object]]) -> dict[str, object]:
        return {
            "calendar": name, "scope": "CDAS", "cdas": "CDAS-01", "site": None, "kind": kind, "from": first,
            "to": last, "hours": hours, "reason": None,
        }  # fmt: skip

    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    morning: list[dict[str, object]] = [{"weekday": day, "opens": "08:00", "closes": "10:00"} for day in range(1, 6)]
    calendars = [
        entry("hours", "HOURS", monday, date(2026, 12, 31), morning),
        entry("closed", "CLOSURE", tuesday, tuesday, []),
    ]
    await line.directory(*ALL, calendars=calendars)
    async with line.dispatching():
        await line.publish("2026-03-02 09:40", urgency("worker"))
        await line.until("2026-03-04 09:00")
    assert [("Mon 09:40", "worker"), ("Mon 09:55", "colleague"), ("Wed 08:10", "mailbox")] == line.asked()[:3]


async def test_a_concern_for_a_child_never_climbs_to_the_other_institution(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        await line.publish("2026-03-02 09:30", urgency("worker", kind="child_protection", purpose="CONTINUITY"))
        await line.until("2026-03-20 18:00")
    assert "cd35-referent" in {who for _, who in line.asked()}
    assert "caf-referent" not in {one.contact for one in line.sent}


async def test_named_administrators_take_the_place_of_the_referents(
    engine: AsyncEngine, database: str, mail_catcher: MailCatcher
) -> None:
    boss = Person("boss", "CAF_BENEFITS/MANAGER", institution="CAF")
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00", administrators=("boss",)) as line:
        await line.directory(*ALL, boss)
        async with line.dispatching():
            await line.publish("2026-03-02 09:30", urgency("worker"))
            await line.until("2026-03-02 11:31")
        assert ("Mon 11:30", "boss") == line.asked()[-1]


async def answer_by_system(line: Timeline, event: DecidedEvent) -> None:
    """An institution's own system says that it has the situation."""
    async with line.engine.begin() as connection:
        await connection.execute(
            text(
                "insert into event select (jsonb_populate_record(e, jsonb_build_object('id', 'answer', 'type',"
                " 'social_urgency.taken_in_charge', 'decision', null, 'outcome', null, 'recorded_at', :now ::text)"
                ")).* from event e where e.id = :id"
            ),
            {"id": event.id, "now": line.clock().isoformat()},
        )


async def states(line: Timeline) -> list[tuple[str, str | None]]:
    async with line.engine.connect() as connection:
        return [(row.state, row.reason) for row in await connection.execute(text("select state, reason from delivery"))]


async def test_what_an_institution_says_it_handles_climbs_no_further(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching():
        event = await line.publish("2026-03-02 09:30", urgency("worker"))
        await answer_by_system(line, event)
        await line.until("2026-03-10 18:00")
    assert [("Mon 09:30", "worker")] == line.asked()
    assert [("ENDED", "HANDLED")] == await line.outcome()
    assert [("CONCLUDED", "TAKEN_BY_ANOTHER")] == await states(line)


async def test_what_has_not_left_of_what_an_institution_handles_is_sent_no_more(line: Timeline) -> None:
    await line.directory(*ALL)
    line.catcher.fail_with(MailFault.REPLY)
    async with line.dispatching():
        event = await line.publish("2026-03-02 09:30", urgency("worker"))
        await answer_by_system(line, event)
        line.catcher.fail_with(MailFault.NONE)
        await line.until("2026-03-02 18:00")
    assert [] == line.asked()
    assert [("CANCELLED", "TAKEN_BY_ANOTHER")] == await states(line)


async def test_two_dispatchers_do_each_step_once(line: Timeline) -> None:
    await line.directory(*ALL)
    async with line.dispatching(2):
        for _ in range(5):
            await line.publish("2026-03-02 09:30", urgency("worker"))
        await line.until("2026-03-02 11:31")
    asked = [who for _, who in line.asked()]
    assert {"worker": 5, "colleague": 5, "mailbox": 5, "manager": 5, "caf-referent": 5, "cd35-referent": 5} == {
        who: asked.count(who) for who in asked
    }
