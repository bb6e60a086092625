"""The example year by the real way: topics, router, ledger, count and replay come to the figures counted by hand.

No contact is in the directory here, so nothing is delivered: acknowledgements are left to the pure function.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.periods import Period
from hub.ledger.indicators.cells import cells_of
from hub.ledger.indicators.snapshot import LeftOut
from hub.replay.counting import replay
from hub.settings import Settings
from tests.indicators.comparing import differences, months_of
from tests.indicators.example_year.building import DELIVERY, NOT_STORED, counted_elsewhere, year_events
from tests.indicators.example_year.counting import PERIODS, expected_of
from tests.indicators.hub_reading import hub_reading
from tests.integration.engines.roles import command, running
from tests.integration.processors.processors_process import until
from tests.integration.replay.replay_building import CATALOGUE

ALL_MONTHS = Period("asked", "2025-01", "2027-12")
_WAITS = """
select (select count(*) from indicator_fact), (select count(*) from indicator_fact where counted_at is null)
"""


def _sent() -> Iterator[dict[str, Any]]:
    """Every event as often as it is sent, those that the hub refuses to keep too; not the directory's own."""
    for row in year_events():
        if row.type != DELIVERY:
            yield from [dict(row.event)] * row.sent
    directory = ("contact.changed", "absence.declared", "calendar.changed")
    yield from (dict(event) for event in counted_elsewhere() if event["type"] not in directory)


def _in_any_order(folder: Path) -> Path:
    events = list(_sent())
    Random(35).shuffle(events)
    file = folder / "year.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    return file


def _facts_expected() -> int:
    """One for each kept event of a type that counts."""
    silent = (DELIVERY, "social_urgency.taken_in_charge")
    kept = [row for row in year_events() if row.type not in silent and row.outcome != NOT_STORED]
    modified = [row for row in kept if row.type != "referral.confirmed" or row.event["data"]["decision"] == "MODIFIED"]
    return len(modified)


async def test_the_year_is_counted_live_and_again_from_the_topics_as_it_was_by_hand(
    settings: Settings, ledger: AsyncEngine, tmp_path: Path
) -> None:
    variables = {
        "HUB_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "HUB_DATABASE_URL": settings.database_url.get_secret_value(),
    }

    async def all_is_counted() -> bool:
        async with ledger.connect() as connection:
            facts, waiting = (await connection.execute(text(_WAITS))).one()
        return bool(facts == _facts_expected() and waiting == 0)

    with running(variables, tmp_path, "run", "router"), running(variables, tmp_path, "run", "processors"):
        published = command(variables, tmp_path, "publish", "--kafka", "--quiet", str(_in_any_order(tmp_path)))
        # Nothing of what has no agreement may be stored: the command does not even send it.
        refused = [line.split("\t") for line in published.stdout.splitlines() if "refused" in line]
        assert ["AGREEMENT_MISSING"] * 2 == [line[-2] for line in refused], published.stdout
        await until(all_is_counted, 120)
    async with ledger.connect() as connection:
        live = await cells_of(connection, ALL_MONTHS)
    _assert_the_figures(live)
    again, read = await replay(settings, CATALOGUE, LeftOut(), lambda *_: None)
    assert not read.unreadable
    assert live == again


def _assert_the_figures(cells: Counter[Cell]) -> None:
    for period in PERIODS:
        wanted = {name: value for name, value in expected_of(period).items() if not name[1].startswith("acknowledged")}
        assert not differences(wanted, hub_reading(cells, *months_of(period))), period
