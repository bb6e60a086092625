"""The live count against the topics: equal to the unit, and every event named that one side lacks."""

import asyncio
import json
from collections import Counter

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.domain.indicators.periods import Period
from hub.ledger.indicators.periods import freeze
from hub.replay.comparing import Lack
from hub.settings import Settings
from tests.integration.replay.comparing_building import HISTORY, Hub
from tests.integration.replay.replay_building import NOW, cells_of, facts_of


@pytest.fixture
async def hub(settings: Settings, ledger: AsyncEngine) -> Hub:
    """Give a hub that counted 400 records of history, a hundred of which came twice; nothing is under way."""
    made = Hub(settings, ledger)
    await made.publish(0, 400)
    await made.publish(0, 100)
    await made.take_in()
    await made.count()
    await made.relay()
    return made


def command(hub: Hub, *arguments: str) -> Result:
    variables = {
        "HUB_KAFKA_BOOTSTRAP": hub.settings.kafka_bootstrap,
        "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
    }
    return CliRunner().invoke(app, ["indicators", "compare", *arguments], env=variables)


async def test_what_differs_is_named_and_what_is_under_way_or_removed_is_not(hub: Hub) -> None:
    """One hub through everything that may happen to it: topics and ledgers are dear."""
    found = await hub.compare()
    assert found.equal, (found.events, found.cells)
    counted = await hub.scalar("select count(*) from indicator_fact")
    assert counted == found.compared > 300
    assert 0 == found.under_way == found.removed.total()
    delivered = await hub.scalar("select count(*) from indicator_fact where type = 'delivery.status_changed'")
    facts = facts_of(value for _, value in HISTORY.records(0, 400))
    assert counted == len(facts) + delivered
    own = Counter({cell: n for cell, n in found.replayed.items() if not cell.measure.startswith("notice_")})
    assert own == Counter({cell: n for cell, n in cells_of(facts).items() if not cell.measure.startswith("notice_")})

    # A year is closed: what comes later counts beside it, and is compared with it.
    await freeze(hub.engine, Period("2025", "2025-01", "2025-12"), "test", lambda: NOW, [])

    # Decided and not taken in, then taken in and not counted: under way.
    more = facts_of(value for _, value in HISTORY.records(10_000, 60))
    await hub.publish(10_000, 60)
    found = await hub.compare()
    assert found.equal
    assert (len(more), counted) == (found.under_way, found.compared)
    await hub.take_in(commit=False)
    waiting = await hub.scalar("select count(*) from indicator_fact where counted_at is null")
    found = await hub.compare()
    assert found.equal
    assert (waiting, counted) == (found.under_way, found.compared)
    await hub.count()
    await hub.relay()
    found = await hub.compare()
    assert found.equal
    assert (0, counted + waiting) == (found.under_way, found.compared)

    assert 0 < await hub.scalar("select count(*) from indicator_cell where adjustment = '2025'")

    # Said to be taken in, and not in the ledger: lost.
    lost = facts_of(value for _, value in HISTORY.records(20_000, 5))
    await hub.publish(20_000, 5)
    await hub.commit(await hub.ends())
    found = await hub.compare()
    assert {(Lack.NOT_IN_LEDGER, fact.id) for fact in lost} == {(one.lack, one.id) for one in found.events}
    assert cells_of(lost) == Counter({one.cell: one.replayed - one.live for one in found.cells})
    await hub.take_in()
    await hub.count()
    await hub.relay()
    assert (await hub.compare()).equal

    # In the ledger, and in no topic.
    invented = facts_of(value for _, value in HISTORY.records(30_000, 5))
    await hub.take_in_values(value for _, value in HISTORY.records(30_000, 5))
    await hub.count()
    await hub.relay()
    found = await hub.compare()
    assert {(Lack.NOT_IN_TOPICS, fact.id) for fact in invented} == {(one.lack, one.id) for one in found.events}
    assert all(one.live - one.replayed == cells_of(invented)[one.cell] for one in found.cells)
    await hub.publish(30_000, 5)
    assert (await hub.compare()).equal

    # Another content behind the hub's back, another number in a cell.
    await hub.execute("update indicator_fact set digest = 'x' where id = 'bench-0000000.0'")
    await hub.execute("update indicator_cell set amount = amount + 1 where measure = 'referrals' and adjustment = ''")
    found = await hub.compare()
    assert [Lack.OTHER_CONTENT] == [one.lack for one in found.events]
    assert {(-1, "referrals")} == {(one.replayed - one.live, one.cell.measure) for one in found.cells}
    assert await hub.scalar(
        "select count(*) from indicator_cell where measure = 'referrals' and adjustment = ''"
    ) == len(found.cells)
    told = await asyncio.to_thread(command, hub, "--json")
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert 1 == told.exit_code
    assert ["OTHER_CONTENT", "bench-0000000.0"] == [rows[0]["difference"], rows[0]["id"]]
    assert {"CELL"} == {row["difference"] for row in rows[1:-1]}
    assert {(row["replayed"] + 1, "referrals") for row in rows[1:-1]} == {
        (row["live"], row["measure"]) for row in rows[1:-1]
    }
    assert not rows[-1]["equal"]
    told = await asyncio.to_thread(command, hub, "--period", "1999-01")
    assert (0, True) == (told.exit_code, "Aucun écart dans ces mois" in told.stdout)
    await hub.execute("update indicator_cell set amount = amount - 1 where measure = 'referrals' and adjustment = ''")

    # Retention removes half of the topic: the ledger's facts stand for it, and it is told.
    ends = await hub.ends()
    before = await hub.compare()
    await hub.remove({place: end // 2 for place, end in ends.items()})
    found = await hub.compare()
    assert not found.cells
    assert set(before.events) >= set(found.events)
    assert before.compared == found.compared + found.removed.total()
    assert 50 < found.removed.total() < before.compared
    assert found.read.cut
    # The fact that was changed is removed with the others: nothing is left to compare it with.
    await hub.remove(ends)
    found = await hub.compare()
    assert found.equal
    assert found.compared == await hub.scalar(
        "select count(*) from indicator_fact where type = 'delivery.status_changed'"
    )
