"""`hub territory import` against a router that runs: the map changes by contacts, as everything in the directory."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from hub.router.lanes import Lane
from hub.wire.cloudevents import ReceivedEvent
from tests.integration.router.router_desk import Desk, example

MAP = "Commune du CDAS;commune;cdas\nBetton;35024;CDAS-07\nRennes centre;352380101;CDAS-07\nNulle part;35999;CDAS-07\n"


async def imported(desk: Desk, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the import against the broker of the test."""
    command = [str(Path(sys.executable).with_name("hub")), "territory", "import", str(file), "--institution", "cd35"]
    environment = os.environ | {"HUB_KAFKA_BOOTSTRAP": desk.settings.kafka_bootstrap}
    return await asyncio.to_thread(
        subprocess.run, [*command, *options], env=environment, capture_output=True, text=True, check=False
    )


def mailbox(number: str, *communes: str) -> ReceivedEvent:
    """The contact that carries the territory of a CDAS, valid since long."""
    return example(
        "contact.changed",
        "cdas",
        id=f"map-{number}",
        subject=f"map-{number}",
        source="urn:hub:cd35:test",
        data_institution="CD35",
        data_cdas=f"CDAS-{number}",
        data_communes=list(communes),
        data_epci=[],
        data_valid_from="2020-01-01",
        data_valid_to=None,
    )


def demand(identifier: str, commune: str) -> ReceivedEvent:
    """Someone of this commune asks for an aid of the Département, which is for the CDAS of the home (R04)."""
    household = {"caf_beneficiary": "NO", "scheme": "OTHER", "dependent_child": "NO", "commune": commune}
    return example(
        "referral.requested",
        "nothing",
        id=identifier,
        subject=f"S-{identifier}",
        data_need="DEPARTMENT_AID",
        data_household=household,
        data_support=[],
    )


async def homes(desk: Desk, name: str, *communes: str) -> list[tuple[str, list[str]]]:
    """Where the running router sends demands of these communes, in their order: the CDAS, and the recipients."""
    identifiers = [f"{name}-{commune}" for commune in communes]
    await desk.publish(
        *(demand(identifier, commune) for identifier, commune in zip(identifiers, communes, strict=True))
    )
    decided = await desk.decided(*identifiers)
    return [(r["cdas"], r["recipients"]) for row in decided for r in row["decision"]["routings"]]


async def test_a_map_moves_communes_on_the_running_router(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "carte.csv"
    file.write_text(MAP, encoding="utf-8")
    places = ("35024", "352380101", "352380102", "35236")
    north, south = ("CDAS-07", ["map-07"]), ("CDAS-08", ["map-08"])
    async with desk.routing(Lane.DIRECTORY, Lane.STANDARD):
        await desk.publish(mailbox("07", "35236"), mailbox("08", "35024", "35238"))
        await desk.eventually(desk.directory, lambda records: len(records) >= 2)
        before = await homes(desk, "before", *places)
        planned = await imported(desk, file)
        assert 2 == len(await desk.directory())
        applied = await imported(desk, file, "--apply", "--json")
        after = await homes(desk, "after", *places)
        again = await imported(desk, file, "--apply", "--json")
    assert ([south, south, south, north], [north, north, south, north]) == (before, after)
    assert (1, "") == (planned.returncode, planned.stderr)
    assert "jusqu’ici\u00a0: CDAS-08" in planned.stdout
    assert "Relancez avec --apply pour modifier 2\u00a0contacts." in planned.stdout
    *receipts, summary = [json.loads(line) for line in applied.stdout.splitlines()]
    assert ["MOVED", "ADDED", "REFUSED"] == [receipt["status"] for receipt in receipts]
    assert (["map-07", "map-08"], True) == (summary["contacts"], summary["applied"])
    assert [] == json.loads(again.stdout.splitlines()[-1])["contacts"]
