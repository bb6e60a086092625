"""The notice matrix adds recipients after the decision (R28), says by when to acknowledge, and never takes away."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import hub.data
from hub.cli.event_path import _lines
from hub.data import load_parameters
from hub.health import Health
from hub.ledger.audience_planner import LedgerDirectory, next_waiting, plan, waiting_audiences
from hub.ledger.contacts import ABSENCE, DirectoryRecord, apply_directory
from hub.ledger.decided import DecidedEvent
from hub.ledger.intake import take_in
from hub.ledger.matrix import matrix_versions
from hub.ledger.paths import EventPath, event_path
from hub.ledger.schedule import Recipient, Recipients
from hub.ledger.tables import notice_version
from hub.processors.audience import AudiencePlanner
from hub.processors.parts import Parts
from tests.integration.ledger.audience_building import (
    FOUGERES,
    VITRE,
    actor,
    adopt,
    audiences,
    contacts_of,
    direct,
    matrix_with,
    plan_all,
)
from tests.integration.ledger.decided_building import CATALOGUE, CD35, NOW, deliveries, notice, routing, statuses, take


async def test_the_contacts_that_the_matrix_adds_get_a_delivery_under_its_rule(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"), actor("ccas-2"), actor("cdas-1", service="CDAS", role="GENERIC_MAILBOX"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))

    planned = await plan_all(engine)

    assert [("PLANNED", 2, False)] == [(one.outcome.value, one.added, one.short) for one in planned]
    rows = await deliveries(engine)
    assert {("a", "cdas-1"), ("a", "ccas-1"), ("a", "ccas-2")} == set(rows)
    row = rows["a", "ccas-1"]
    assert ("ASIP", "ACTOR", ["R28"], "MAIL", "standard", "SCHEDULED", 7, 1) == (
        row.service, row.role, row.rules, row.medium, row.lane, row.state, row.directory_revision, row.version,
    )  # fmt: skip
    told = {status["contact"] for status in await statuses(engine) if status["status"] == "SCHEDULED"}
    assert {"cdas-1", "ccas-1", "ccas-2"} == told
    found = (await audiences(engine))["a"]
    assert ({"ASIP/ACTOR": 2}, 2, 0, 60, 61) == (
        found.found, found.added, found.matrix_version, found.notice_days, found.days_given,
    )  # fmt: skip


async def test_planning_again_changes_nothing(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    batch = [notice("a", routing(["cdas-1"]), code="O4")]
    await take(engine, *batch)
    await plan_all(engine)
    before = (await deliveries(engine), await statuses(engine))

    await take(engine, *batch)

    assert [] == await plan_all(engine)
    assert before == (await deliveries(engine), await statuses(engine))


async def test_nobody_gets_a_second_delivery(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"), actor("ccas-2"))
    await take(engine, notice("a", routing(["ccas-1"], "ASIP", ["R30b"]), code="O4"))

    planned = await plan_all(engine)

    assert 1 == planned[0].added
    assert {"ccas-2"} == await contacts_of(engine, "a")
    assert ["R30b"] == (await deliveries(engine))["a", "ccas-1"].rules


async def test_a_notice_waits_until_the_directory_is_as_new_as_its_decision(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"), revision=6)
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    directory = LedgerDirectory()

    assert [] == await plan_all(engine, directory)
    async with engine.connect() as connection:
        assert 1 == await waiting_audiences(connection)
    await direct(engine, actor("ccas-2"), revision=7)
    await plan_all(engine, directory)

    assert {"ccas-1", "ccas-2"} == await contacts_of(engine, "a")


async def test_only_contacts_that_are_valid_and_did_not_opt_out_are_added_and_whoever_stands_in(
    engine: AsyncEngine,
) -> None:
    await direct(
        engine,
        actor("ccas-1", valid_to=date(2026, 3, 2)),
        actor("ccas-2", valid_to=date(2026, 3, 1)),
        actor("ccas-3", valid_from=date(2026, 3, 3)),
        actor("ccas-4", opted_out=True),
        actor("ccas-5", communes=[VITRE], deputy="ccas-6"),
        actor("ccas-6", communes=[FOUGERES]),
    )
    away = {"contact": "ccas-5", "from": date(2026, 3, 1), "to": date(2026, 3, 9), "deputy": None}
    async with engine.begin() as connection:
        await apply_directory(connection, "hub.directory", [DirectoryRecord(7, "away-1", away, ABSENCE)], NOW)
    await take(engine, notice("a", routing(["cdas-1"]), code="O4", communes=[VITRE]))

    await plan_all(engine)

    assert {"ccas-1", "ccas-5", "ccas-6"} == await contacts_of(engine, "a")


async def test_local_actors_are_those_of_the_territory_that_the_row_means(engine: AsyncEngine) -> None:
    """O1 adds none where no place is named; O4 those of the communes; O6 those of their EPCI."""
    await direct(
        engine,
        actor("vitre", communes=[VITRE]),
        actor("chateaubourg", communes=["35068"]),
        actor("fougeres", communes=[FOUGERES]),
    )
    base = routing(["cdas-1"])
    await take(engine, notice("o1", base, code="O1", reference="N1"))
    await take(engine, notice("o1-site", base, code="O1", reference="N2", communes=[VITRE]))
    await take(engine, notice("o4", base, code="O4", reference="N3", communes=[VITRE]))
    await take(engine, notice("o6", base, code="O6", reference="N4", communes=[VITRE]))

    await plan_all(engine)

    assert set() == await contacts_of(engine, "o1")
    assert {"vitre"} == await contacts_of(engine, "o1-site")
    assert {"vitre"} == await contacts_of(engine, "o4")
    assert {"vitre", "chateaubourg"} == await contacts_of(engine, "o6")


async def test_a_notice_without_impact_is_sent_to_nobody_and_an_unknown_code_adds_nobody(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("quiet", code="O4", reference="N1"))
    await take(engine, notice("newer", routing(["cdas-1"]), code="UNKNOWN", reference="N2"))

    planned = {one.key[1]: one.outcome.value for one in await plan_all(engine)}

    assert {"quiet": "NOT_NOTIFIED", "newer": "PLANNED"} == planned
    assert {("newer", "cdas-1")} == set(await deliveries(engine))


async def test_each_delivery_says_by_when_it_is_to_be_acknowledged(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(
        engine,
        notice("o1", routing(["cdas-1"]), routing(["r-1"], "CAF_REFERENTS"), code="O1", reference="N1"),
        notice("o2", routing(["cdas-1"]), code="O2", reference="N2", communes=[VITRE], effective_on=date(2026, 3, 2)),
        notice("o6", routing(["cdas-1"]), code="O6", reference="N3"),
    )
    await plan_all(engine, at=NOW + timedelta(minutes=10))

    rows = {key: row.acknowledge_by for key, row in (await deliveries(engine)).items()}
    days_before = datetime(2026, 4, 25, 22, 0, tzinfo=UTC)
    two_hours = NOW + timedelta(hours=3, minutes=30)  # from 10:00 to 12:00 in Paris: read when the offices open again
    assert {
        ("o1", "cdas-1"): days_before,
        ("o1", "r-1"): None,
        ("o2", "cdas-1"): two_hours,
        ("o2", "ccas-1"): two_hours,
        ("o6", "cdas-1"): None,
        ("o6", "ccas-1"): None,
    } == rows


async def test_hours_to_acknowledge_follow_the_institutions_own_parameters(engine: AsyncEngine, tmp_path: Path) -> None:
    shipped = (Path(hub.data.__file__).parent / "parameters.csv").read_text(encoding="utf-8")
    own = tmp_path / "parameters.csv"
    own.write_text(shipped.replace("12345 09:00-12:00|12345 13:30-17:00", "12345 08:00-18:00"), encoding="utf-8")
    parameters = load_parameters(own)
    await direct(engine, actor("ccas-1"))
    o2 = notice("o2", routing(["cdas-1"]), code="O2", reference="N2", communes=[VITRE], effective_on=date(2026, 3, 2))
    async with engine.begin() as connection:
        await take_in(connection, CATALOGUE, [o2], NOW, parameters)
    async with engine.begin() as connection:
        waiting = await next_waiting(connection)
        assert waiting is not None
        await plan(connection, CATALOGUE, LedgerDirectory(), waiting, NOW, (), parameters)

    rows = {key: row.acknowledge_by for key, row in (await deliveries(engine)).items()}
    two_hours = NOW + timedelta(hours=2)
    assert {("o2", "cdas-1"): two_hours, ("o2", "ccas-1"): two_hours} == rows


async def test_the_version_in_force_on_the_day_of_the_notice_decides(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"), actor("social", service="CAF_SOCIAL_WORK", role="GENERIC_MAILBOX"))
    changed = matrix_with(O4={"adds": "CAF_SOCIAL_WORK/GENERIC_MAILBOX", "notice_days": "90"})
    number = await adopt(engine, changed, date(2026, 3, 2))
    await take(engine, notice("new", routing(["cdas-1"]), code="O4", reference="N1"))
    old = notice("old", routing(["cdas-1"]), code="O4", reference="N2")
    await take(engine, replace(old, time=NOW - timedelta(days=1)))

    planned = {one.key[1]: one.short for one in await plan_all(engine)}

    assert {"new": True, "old": False} == planned
    assert {"social"} == await contacts_of(engine, "new")
    assert {"ccas-1"} == await contacts_of(engine, "old")
    assert {"new": number, "old": 0} == {id_: row.matrix_version for id_, row in (await audiences(engine)).items()}


async def test_two_processors_plan_each_notice_once(engine: AsyncEngine) -> None:
    await direct(engine, *(actor(f"ccas-{number}") for number in range(5)))
    await take(engine, *(notice(f"n{i}", routing(["cdas-1"]), code="O4", reference=f"N{i}") for i in range(12)))

    one, other = await asyncio.gather(plan_all(engine), plan_all(engine))

    assert 12 == len({planned.key for planned in (*one, *other)}) == len(one) + len(other)
    assert 12 * 6 == len(await deliveries(engine))


async def test_a_planner_that_dies_leaves_the_notice_to_the_next(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    async with engine.connect() as connection:
        await connection.begin()
        waiting = await next_waiting(connection)
        assert waiting is not None
        await plan(connection, CATALOGUE, LedgerDirectory(), waiting, NOW)
        assert [] == await plan_all(engine)  # held by the first
        await connection.rollback()

    assert [1] == [planned.added for planned in await plan_all(engine)]


async def test_further_choosers_add_whom_nobody_else_added(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4"))
    seen: list[Collection[str]] = []

    async def choose(_: AsyncConnection, decided: DecidedEvent, already: Collection[str]) -> Recipients:
        seen.append((decided.notice or {})["code"] and sorted(already))
        return {"reader": Recipient("ASIP", "ACTOR", None, ["CHOICE"]), "ccas-1": Recipient("ASIP", "ACTOR", None, [])}

    await plan_all(engine, choosers=[choose])

    assert [["ccas-1", "cdas-1"]] == seen
    assert {"reader"} == await contacts_of(engine, "a", "CHOICE")
    assert {"ccas-1"} == await contacts_of(engine, "a")


async def test_versions_are_read_back_as_they_were_proposed(engine: AsyncEngine) -> None:
    rows = matrix_with(O3={"notice_days": "12", "note": "Avec un « guillemet »"})
    number = await adopt(engine, rows, date(2026, 6, 1))
    async with engine.connect() as connection:
        versions = await matrix_versions(connection)
    assert [0, number] == [version.number for version in versions]
    assert (rows, date(2026, 6, 1), 4) == (versions[1].rows, versions[1].in_force_from, len(versions[1].acts))


async def test_a_row_in_a_digest_reaches_whom_it_adds_in_one_and_the_others_at_once(engine: AsyncEngine) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="L4"))
    await take(engine, notice("late", routing(["cdas-1"]), code="L4", reference="N2", effective_on=date(2026, 3, 9)))

    await plan_all(engine)

    rows = {key: (row.lane, row.digest, row.due_at) for key, row in (await deliveries(engine)).items()}
    next_monday = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    assert ("digest", "WEEKLY", next_monday) == rows["a", "ccas-1"]
    assert ("standard", None, NOW) == rows["a", "cdas-1"] == rows["late", "ccas-1"]


async def test_the_path_of_a_notice_says_which_version_added_whom_and_how_much_notice_it_gave(
    engine: AsyncEngine,
) -> None:
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("a", routing(["cdas-1"]), code="O4", effective_on=date(2026, 3, 31)))
    async with engine.connect() as connection:
        before = await event_path(connection, CD35, "a")
    await plan_all(engine)
    async with engine.connect() as connection:
        path = await event_path(connection, CD35, "a")

    assert before is not None
    assert path is not None
    assert [("matrix", "version 0", "waits for the directory")] == told(before)
    assert [
        ("matrix", "version 0", "PLANNED", "1 added"),
        ("notice", "30 of 60 days", "SHORT"),
        ("addition", "ASIP/ACTOR", "R28", "1 contacts"),
    ] == told(path)


def told(path: EventPath) -> list[tuple[str, ...]]:
    """What `hub events show` says of the matrix, without the times."""
    kinds = {"matrix": 4, "notice": 3, "addition": 4}
    return [cells[: kinds[cells[0]]] for _, cells in _lines(path) if cells[0] in kinds]


async def test_a_notice_that_cannot_be_planned_stops_no_other(engine: AsyncEngine) -> None:
    """Its event is gone, as after a bad restore; it stays in the queue, where the reconciliation names it."""
    await direct(engine, actor("ccas-1"))
    await take(engine, notice("broken", routing(["cdas-1"]), code="O4", reference="N1"))
    async with engine.begin() as connection:
        await connection.execute(delete(notice_version).where(notice_version.c.event_id == "broken"))
    await take(engine, notice("whole", routing(["cdas-1"]), code="O4", reference="N2"), at=NOW + timedelta(minutes=1))
    planner = AudiencePlanner(Parts(engine, CATALOGUE, Health("test"), lambda: NOW))

    await planner.turn()
    await planner.turn()

    assert {"broken": None, "whole": "PLANNED"} == {id_: row.outcome for id_, row in (await audiences(engine)).items()}
    assert {"ccas-1"} == await contacts_of(engine, "whole")
