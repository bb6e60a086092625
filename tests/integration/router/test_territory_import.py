"""`hub territory import` against a router that runs: the map changes by contacts, as everything in the directory."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from hub.data import load_territory
from hub.domain.paris import paris
from hub.router.lanes import Lane
from hub.wire.directory_topic import read_directory
from tests.integration.router.router_desk import CATALOGUE, Desk, example

MAP = "Commune du CDAS;commune;cdas\nBetton;35024;CDAS-07\nRennes centre;352380101;CDAS-08\nNulle part;35999;CDAS-07\n"


async def imported(desk: Desk, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the import against the broker of the test."""
    command = [str(Path(sys.executable).with_name("hub")), "territory", "import", str(file), "--institution", "cd35"]
    environment = os.environ | {"HUB_KAFKA_BOOTSTRAP": desk.settings.kafka_bootstrap}
    return await asyncio.to_thread(
        subprocess.run, [*command, *options], env=environment, capture_output=True, text=True, check=False
    )


async def test_a_map_moves_communes_between_cdas_without_a_restart(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "carte.csv"
    file.write_text(MAP, encoding="utf-8")
    today = example("contact.changed", "cdas").envelope.time.astimezone(paris()).date()
    contacts = [
        example(
            "contact.changed",
            "cdas",
            id=f"map-{number}",
            subject=f"map-{number}",
            source="urn:hub:cd35:test",
            data_institution="CD35",
            data_cdas=f"CDAS-{number}",
            data_communes=communes,
            data_epci=[],
            data_valid_from=today.isoformat(),
            data_valid_to=None,
        )
        for number, communes in (("07", ["35236"]), ("08", ["35024", "35238"]))
    ]
    async with desk.routing(Lane.DIRECTORY):
        await desk.publish(*contacts)
        await desk.eventually(desk.directory, lambda records: len(records) >= 2)
        planned = await imported(desk, file)
        assert 2 == len(await desk.directory())
        applied = await imported(desk, file, "--apply", "--json")
        again = await imported(desk, file, "--apply", "--json")
    assert (1, "") == (planned.returncode, planned.stderr)
    assert "jusqu’ici\u00a0: CDAS-08" in planned.stdout
    assert "Relancez avec --apply pour modifier 2\u00a0contacts." in planned.stdout
    *receipts, summary = [json.loads(line) for line in applied.stdout.splitlines()]
    assert ["MOVED", "ADDED", "REFUSED"] == [receipt["status"] for receipt in receipts]
    assert (["map-07", "map-08"], True) == (summary["contacts"], summary["applied"])
    assert [] == json.loads(again.stdout.splitlines()[-1])["contacts"]
    directory = (await read_directory(desk.settings, CATALOGUE, load_territory())).directory
    homes = [directory.home_cdas(code, today) for code in ("35024", "352380101", "352380102", "35236")]
    assert ["CDAS-07", "CDAS-08", "CDAS-08", "CDAS-07"] == homes
