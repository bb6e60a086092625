"""An absence that is declared takes effect on the router that runs, over a real broker, and so does its end."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

from prometheus_client import Gauge

from hub import metrics
from hub.data import load_territory
from hub.router.directory import today_in_paris
from hub.router.lanes import Lane
from hub.wire.cloudevents import ReceivedEvent
from tests.integration.router.router_desk import Desk, example
from tests.integration.router.test_commands import hub

CAF = "urn:hub:caf35:annuaire"
NUMBERS = count()


def contact(reference: str, role: str, **data: Any) -> ReceivedEvent:
    """Give a contact of the CAF's social work service."""
    fields = {"service": "CAF_SOCIAL_WORK", "role": role, "communes": [], "epci": [], "deputy": None} | data
    changes = {f"data_{name}": value for name, value in fields.items()}
    return example(
        "contact.changed", "caf", id=f"{reference}-{next(NUMBERS)}", subject=reference, source=CAF, **changes
    )


def absence(
    identifier: str, reference: str, deputy: str | None, first: str = "2026-03-09", last: str = "2026-03-10"
) -> ReceivedEvent:
    """Give an absence."""
    days = {"data_from": first, "data_to": last}
    return example("absence.declared", id=identifier, subject=reference, source=CAF, data_deputy=deputy, **days)


async def reached(desk: Desk, time: str = "2026-03-10T10:00:00+01:00") -> tuple[list[str], list[str]]:
    """Publish an urgency of a household that a CAF social worker follows: its recipients there, and the flags."""
    name = f"urgency-{next(NUMBERS)}"
    support = {"by": "CAF", "cdas": None, "status": "OPEN", "closed_on": None, "same_event": False}
    worker = [support | {"worker_absent": False}]
    await desk.publish(
        example(
            "social_urgency.reported", id=name, subject=name, source="urn:hub:cd35:test", time=time, data_support=worker
        )
    )
    (row,) = await desk.decided(name)
    (routing,) = [r for r in row["decision"]["routings"] if r["role"] == "SOCIAL_WORKER"]
    return routing["recipients"], row["decision"]["flags"]


async def declared(desk: Desk, *events: ReceivedEvent) -> None:
    """Publish events of the directory, and wait until the router that runs has taken them in."""
    await desk.publish(*events)
    await desk.decided(*(event.envelope.id for event in events))


async def ended(desk: Desk, key: str) -> None:
    """Delete an absence as its institution does, and wait until the router has."""
    await desk.publish_raw(("caf.directory", key.encode(), None, []))

    async def deleted() -> list[bytes]:
        return [record.key for record in await desk.directory() if record.value is None]

    await desk.eventually(deleted, lambda keys: key.encode() in keys)


async def reaches(desk: Desk, *expected: str) -> list[str]:
    """Publish urgencies until one reaches these contacts, and give the flags of that decision."""
    _, flags = await desk.eventually(lambda: reached(desk), lambda found: found[0] == [*expected])
    return flags


async def test_an_urgency_goes_to_the_substitute_while_the_absence_stands_and_no_longer(desk: Desk) -> None:
    async with desk.routing(Lane.DIRECTORY, Lane.URGENCIES):
        await declared(desk, contact("worker", "SOCIAL_WORKER"), contact("manager", "MANAGER"))
        before = await reaches(desk, "worker")
        await declared(desk, absence("a-1", "worker", "manager"))
        during = await reaches(desk, "manager")
        day_after, _ = await reached(desk, "2026-03-11T00:00:00+01:00")
        await ended(desk, "absence:worker:a-1")
        restored = await reaches(desk, "worker")
    assert ["worker"] == day_after
    assert [False, True, False] == ["SUBSTITUTE_USED" in flags for flags in (before, during, restored)]


async def test_where_nobody_of_the_chain_is_there_the_mailbox_takes_the_case(desk: Desk) -> None:
    box, second = contact("box", "GENERIC_MAILBOX"), contact("manager", "MANAGER", deputy="worker")
    async with desk.routing(Lane.DIRECTORY, Lane.URGENCIES):
        await declared(desk, contact("worker", "SOCIAL_WORKER", deputy="manager"), second, box)
        await declared(desk, absence("b-1", "worker", None), absence("b-2", "manager", None))
        flags = await reaches(desk, "box")
        for key in ("absence:worker:b-1", "absence:manager:b-2"):
            await ended(desk, key)
    assert "GENERIC_MAILBOX_USED" in flags


async def test_only_who_declared_an_absence_ends_it(desk: Desk) -> None:
    async with desk.routing(Lane.DIRECTORY):
        await declared(desk, contact("ours", "SOCIAL_WORKER"), absence("c-1", "ours", None))
        before = {reject.id for reject in await desk.rejects()}
        await desk.publish_raw(("cd35.directory", b"absence:ours:c-1", None, []))
        (reject,) = await desk.refused(1, lambda reject: reject.id not in before)
        stored = [record.value for record in await desk.directory() if record.key == b"absence:ours:c-1"]
    assert ("NOT_OWNER", 1, False) == (reject.reason, len(stored), None in stored)


def measured(metric: Gauge, *labels: str) -> float | None:
    """Read a gauge; None while it was never set with these labels."""
    samples = next(iter(metric.collect())).samples
    return next((sample.value for sample in samples if tuple(sample.labels.values()) == labels), None)


async def test_the_metrics_tell_who_is_not_reached_today_and_which_absences_do_not_hold(desk: Desk) -> None:
    everywhere = len(load_territory().communes) + 1  # and where the commune is not known
    today = today_in_paris()
    days = {"first": str(today - timedelta(1)), "last": str(today + timedelta(7))}

    async def told() -> tuple[float | None, float | None]:
        office = measured(metrics.DIRECTORY_UNREACHABLE, "CAF_BENEFITS", "FRONT_OFFICE")
        return office, measured(metrics.DIRECTORY_ABSENCES, "LOOP")

    async with desk.routing(Lane.DIRECTORY):
        await desk.eventually(told, lambda found: found == (everywhere, 0))
        await declared(
            desk,
            contact("front", "FRONT_OFFICE", service="CAF_BENEFITS", deputy="back"),
            contact("back", "PRIORITY_CONTACT", service="CAF_BENEFITS"),
        )
        await desk.eventually(told, lambda found: found == (0, 0))
        await declared(desk, absence("d-1", "front", None, **days), absence("d-2", "back", "front", **days))
        await desk.eventually(told, lambda found: found == (everywhere, 1))
        listed, linted = hub(desk, "directory", "absences", "--json"), hub(desk, "directory", "lint", "--json")
        await ended(desk, "absence:back:d-2")
        await desk.eventually(told, lambda found: found == (0, 0))
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [("back", "front"), ("front", None)] == [(row["contact"], row["deputy"]) for row in rows]
    loops = [row for row in map(json.loads, linted.stdout.splitlines()) if row.get("kind") == "LOOP"]
    assert (1, [["back", "front"]]) == (linted.returncode, [row["contacts"] for row in loops])
