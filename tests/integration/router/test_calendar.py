"""What the CAF publishes about its line takes effect on the router that runs, over a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from hub import metrics
from hub.data import load_territory
from hub.health import Health
from hub.router.directory import DirectoryFollower, DirectoryState
from hub.router.lanes import Lane
from hub.wire.cloudevents import ReceivedEvent
from tests.integration.router.router_desk import CATALOGUE, Desk, example

CAF = "urn:hub:caf35:si-partenaires"
TUESDAY_TEN = datetime(2026, 3, 10, 9, tzinfo=UTC)


def entry(identifier: str, reference: str, **data: Any) -> ReceivedEvent:
    """Give an entry of the line's calendar; `data` replaces fields of a closure of 10 March 2026."""
    fields = {"kind": "CLOSURE", "from": "2026-03-10", "to": "2026-03-10", "hours": [], "reason": "STRIKE"} | data
    changes = {f"data_{name}": value for name, value in fields.items()}
    return example("calendar.changed", "line-hours", id=identifier, subject=reference, source=CAF, **changes)


@asynccontextmanager
async def following(desk: Desk) -> AsyncIterator[DirectoryState]:
    """Follow hub.directory as a router does, and give the state that it keeps, read to the end of now."""
    follower = DirectoryFollower(desk.settings, Health("router"), DirectoryState(CATALOGUE, load_territory()))
    work = asyncio.create_task(follower.run())
    try:
        await follower.wait_for_end()
        yield follower.state
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def applied(desk: Desk, state: DirectoryState, reference: str, *, there: bool = True) -> None:
    """Wait until the state holds this entry, or holds it no longer."""

    async def holds() -> bool:
        return reference in state.entries

    await desk.eventually(holds, lambda found: found is there)


async def test_a_closure_closes_the_line_at_once_and_its_deletion_opens_it_again(desk: Desk) -> None:
    async with desk.routing(Lane.DIRECTORY), following(desk) as state:
        assert state.calendar.line(TUESDAY_TEN).is_open
        await desk.publish(entry("strike-1", "strike"))
        await applied(desk, state, "strike")
        closed, revision = state.calendar.line(TUESDAY_TEN), state.calendar_revision
        await desk.publish_raw(("caf.directory", b"strike", None, []))
        await applied(desk, state, "strike", there=False)
        stored = [record.offset for record in await desk.directory() if record.key == b"strike"]
    assert (False, "grève") == (closed.is_open, closed.sentence)
    assert state.calendar.line(TUESDAY_TEN).is_open
    assert [revision, state.calendar_revision] == [offset + 1 for offset in stored]


async def test_a_shipped_entry_is_replaced_and_comes_back_and_another_router_reads_the_same(desk: Desk) -> None:
    hours, ten_past_eight = "calendar-priority-line-hours", datetime(2026, 3, 10, 7, 10, tzinfo=UTC)
    early = [{"weekday": 2, "opens": "08:00", "closes": "09:00"}]
    async with desk.routing(Lane.DIRECTORY), following(desk) as state:
        new: dict[str, Any] = {
            "kind": "HOURS",
            "from": "2024-10-02",
            "to": "2199-12-31",
            "hours": early,
            "reason": None,
        }
        await desk.publish(entry("hours-1", hours, **new))
        await applied(desk, state, hours)
        async with following(desk) as other:
            found = [s.calendar.line(i).is_open for s in (state, other) for i in (ten_past_eight, TUESDAY_TEN)]
        await desk.publish_raw(("caf.directory", hours.encode(), None, []))
        await applied(desk, state, hours, there=False)
    assert [True, False, True, False] == found
    assert [False, True] == [state.calendar.line(i).is_open for i in (ten_past_eight, TUESDAY_TEN)]


async def test_school_holidays_to_come_move_the_end_of_the_calendar_and_its_metric(desk: Desk) -> None:
    autumn = {"from": "2028-10-21", "to": "2028-11-05", "reason": "SCHOOL_HOLIDAY"}
    reference = "school-holiday-zone-b-2028-toussaint"

    async def measured() -> float:
        return next(iter(metrics.CALENDAR_END.collect())).samples[0].value

    async with desk.routing(Lane.DIRECTORY), following(desk) as state:
        shipped = datetime.fromtimestamp(await measured(), UTC)
        await desk.publish(entry("autumn-1", reference, **autumn))
        await applied(desk, state, reference)
        end = datetime.fromisoformat("2028-11-06T00:00:00+01:00")
        await desk.eventually(measured, lambda seconds: seconds == end.timestamp())
    assert datetime.fromisoformat("2028-09-01T00:00:00+02:00") == shipped
    assert date(2028, 11, 5) == state.calendar.data_end


async def test_an_urgency_goes_by_the_line_and_by_the_form_once_a_closure_is_published(desk: Desk) -> None:
    numbers = count()

    async def decided() -> tuple[str, int]:
        name = f"urgency-{next(numbers)}"
        time = "2026-03-10T10:00:00+01:00"
        await desk.publish(example("benefit_urgency.reported", id=name, subject=name, time=time))
        (row,) = await desk.decided(name)
        channels = {routing["service"]: routing["channel"] for routing in row["decision"]["routings"]}
        return channels["CAF_BENEFITS"], row["calendar_revision"]

    async with desk.routing(Lane.DIRECTORY, Lane.URGENCIES):
        before = await decided()
        await desk.publish(entry("breakdown-1", "breakdown", reason="BREAKDOWN"))
        after = await desk.eventually(decided, lambda found: found[1] != before[1])
        stored = [record.offset for record in await desk.directory() if record.key == b"breakdown"]
    assert "PRIORITY_LINE" == before[0]
    assert [("CDAP_FORM", offset + 1) for offset in stored] == [after]
