"""`hub topics` and `hub rejects`, as a person or a script runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hub.router.lanes import Lane
from hub.wire.cloudevents import to_kafka_record
from tests.integration.router.router_desk import Desk, example

UNSAFE = b"\x1b[31mno event"


def hub(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command against the broker of the test."""
    command = [str(Path(sys.executable).with_name("hub")), *arguments]
    environment = os.environ | {"HUB_KAFKA_BOOTSTRAP": desk.settings.kafka_bootstrap}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def test_a_reject_is_listed_shown_and_replayed_onto_the_topic_that_it_came_from(desk: Desk) -> None:
    async with desk.routing(Lane.STANDARD):
        await desk.publish_raw(("caf.notices", b"k", UNSAFE, [("ce_id", b"abc")]))
        (reject,) = await desk.refused(1, lambda reject: reject.topic == "caf.notices")
    listed = [json.loads(line) for line in hub(desk, "rejects", "list", "--json").stdout.splitlines()]
    shown = hub(desk, "rejects", "show", reject.id)
    assert [reject.id] == [row["id"] for row in listed]
    assert "\x1b" not in shown.stdout
    assert UNSAFE.hex(" ") in shown.stdout
    assert "NOT_FRAMED" in shown.stdout
    assert "--yes" in hub(desk, "rejects", "replay", reject.id).stdout
    assert 1 == len(await desk.records("caf.notices"))
    assert 0 == hub(desk, "rejects", "replay", reject.id, "--yes").returncode
    first, second = await desk.records("caf.notices")
    assert (first.key, first.value, first.headers) == (second.key, second.value, second.headers)


async def test_a_block_that_anybody_can_read_is_in_no_reject_and_cannot_be_replayed(desk: Desk) -> None:
    event = example("referral.requested", "recent-separation", source="urn:hub:cd35:si-social")
    key, value, headers = to_kafka_record(event)
    assert event.data is not None
    block = event.data["personal_block"].encode()
    phone = b"06.00.00.00.42".ljust(len(block), b".")
    readable = (value or b"").replace(block, phone)
    async with desk.routing(Lane.STANDARD):
        await desk.publish_raw(("cd35.referrals", key, readable, headers))
        (reject,) = await desk.refused(1, lambda reject: reject.reason == "PERSONAL_BLOCK_NOT_JWE")
    shown = hub(desk, "rejects", "show", reject.id)
    assert (0, False) == (shown.returncode, "06.00" in shown.stdout)
    replayed = hub(desk, "rejects", "replay", reject.id, "--yes")
    assert (1, 1) == (replayed.returncode, len(await desk.records("cd35.referrals")))


def test_an_unknown_reject_is_said_so_with_exit_code_1(desk: Desk) -> None:
    done = hub(desk, "rejects", "show", "caf.notices-0-999")
    assert 1 == done.returncode
    assert "caf.notices-0-999" in done.stderr


def test_topics_that_are_as_declared_give_exit_code_0_and_no_difference(desk: Desk) -> None:
    done = hub(desk, "topics", "diff", "--json")
    assert 0 == done.returncode
    assert {"differences": []} == json.loads(done.stdout)


def test_a_broker_that_is_away_is_one_sentence_and_a_way_out(desk: Desk) -> None:
    away = Desk(desk.settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"}))
    done = hub(away, "topics", "diff")
    assert 1 == done.returncode
    assert "HUB_KAFKA_BOOTSTRAP" in done.stderr
    assert "Traceback" not in done.stderr
