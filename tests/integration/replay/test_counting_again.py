"""What the topics hold, counted again: as the domain counts it, whatever lies between and however often."""

from datetime import timedelta

import pytest

from hub.bench.history import History
from hub.bench.replay import write
from hub.ledger.indicators.snapshot import LeftOut
from hub.replay.counting import replay
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import encode
from hub.wire.topics import DECISIONS
from tests.integration.replay.replay_building import (
    CATALOGUE,
    NOW,
    cells_of,
    decided_fact,
    facts_of,
    publish_statuses,
    status_change,
    status_fact,
)

HISTORY = History(CATALOGUE)
VALUES = [value for _, value in HISTORY.records(0, 1_200)]


@pytest.fixture
async def written(settings: Settings) -> Settings:
    """Give a broker with a history, a part of it twice, records of nobody, and statuses that count and do not."""
    await write(settings, HISTORY, 0, 1_200)
    await write(settings, HISTORY, 0, 300)
    async with kafka_client.producer(settings) as producer:
        await producer.send_and_wait(DECISIONS, b"no frame", b"key")
        await producer.send_and_wait(DECISIONS, encode(CATALOGUE.latest("heartbeat.sent"), {"sequence": 1}), b"key")
    return settings


async def test_a_replay_counts_each_event_once_and_tells_what_it_could_not_read(written: Settings) -> None:
    facts = facts_of(VALUES)
    notice = next(fact for fact in facts if fact.type == "notice.published")
    due = NOW + timedelta(days=2)
    changes = [
        status_change(notice, "c-1", "SCHEDULED", NOW, due),
        status_change(notice, "c-1", "ACCEPTED", NOW, None),
        status_change(notice, "c-1", "TAKEN_IN_CHARGE", NOW + timedelta(hours=1), due),
        status_change(notice, "c-2", "SCHEDULED", NOW, due),
    ]
    await publish_statuses(written, [*changes, *changes])
    statuses = [fact for fact in map(status_fact, changes) if fact is not None]
    assert 3 == len(statuses)
    steps: list[tuple[str, int, int]] = []
    cells, read = await replay(written, CATALOGUE, LeftOut(), lambda *step: steps.append(step))
    assert cells_of([*facts, *statuses]) == cells
    assert 2 == sum(amount for cell, amount in cells.items() if cell.measure == "notice_asked")
    assert 1_500 + 2 + 8 == read.records
    assert 2 == read.unreadable
    assert not read.cut
    assert {"reading", "counting"} == {step for step, _, _ in steps}
    assert all(last[1] == last[2] for last in {step[0]: step for step in steps}.values())

    refused = next(fact for fact in facts if fact.type == "referral.requested")
    left_out = LeftOut(keys=frozenset({refused.key}))
    fewer, read = await replay(written, CATALOGUE, left_out, lambda *_: None)
    assert cells_of([*(fact for fact in facts if fact.key != refused.key), *statuses]) == fewer
    assert read.left_out in {1, 2}  # once for each time that it was read


def test_a_history_is_the_same_each_time_and_all_of_it_can_be_read() -> None:
    assert VALUES == [value for _, value in History(CATALOGUE).records(0, 1_200)]
    assert len({fact.month for value in VALUES if (fact := decided_fact(value))}) > 50
