"""`hub publish` and `hub credentials`: files in every form, answers per event, exit codes that a script can use."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.embedded.kafka import EmbeddedKafka
from hub.paths import schemas_root
from tests.integration.gateway.gateway_setup import CAF, TOKENS, Gateway, ids_of, new_notice

HUB = [sys.executable, "-c", "from hub.cli import main; main()"]


def hub(folder: Path, *arguments: str, given: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"HUB_HOME": str(folder / "home")} | settings
    return subprocess.run(
        [*HUB, *arguments], cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False
    )


def publish(gateway: Gateway, folder: Path, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return hub(folder, "publish", "--url", gateway.url, "--token", TOKENS["caf"], *arguments, given=given)


def test_objects_arrays_and_lines_are_published_in_order(
    gateway: Gateway, kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    events = [new_notice() for _ in range(5)]
    (tmp_path / "one.json").write_text(json.dumps(events[0], indent=2))
    (tmp_path / "array.json").write_text(json.dumps(events[1:3]))
    lines = "\n".join(json.dumps(event) for event in events[3:])
    done = publish(gateway, tmp_path, "--json", "one.json", "array.json", "-", given=lines)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(event["id"], "accepted") for event in events] == [(a["id"], a["status"]) for a in answers]
    assert {event["id"] for event in events} <= set(ids_of(kafka, "caf.notices"))


def test_a_refused_event_is_named_with_its_faults_and_the_exit_code_is_1(gateway: Gateway, tmp_path: Path) -> None:
    wrong: dict[str, Any] = new_notice()
    wrong["data"]["effective_on"] = "soon"
    done = publish(gateway, tmp_path, "-", given=json.dumps([new_notice(), wrong]))
    assert done.returncode == 1
    assert "/data/effective_on" in done.stdout
    assert "1 accepted, 1 refused" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("no-such-file.json",), ("-",), ("--kafka", "-")], ids=["no-file", "not-json", "contradiction"]
)
def test_what_cannot_be_read_is_exit_code_2(gateway: Gateway, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = publish(gateway, tmp_path, *arguments, given="{nonsense")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_a_hub_the_way_out_is_named(tmp_path: Path) -> None:
    done = hub(tmp_path, "publish", "-", given=json.dumps(new_notice()))
    assert done.returncode == 2
    assert "--url" in done.stderr


@pytest.mark.usefixtures("gateway")
def test_kafka_mode_publishes_the_same_records_and_keeps_danger_off_it(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    event, wrong = new_notice(), new_notice() | {"type": "no.such"}
    danger = json.loads(min((schemas_root() / "referral.requested").glob("*.json")).read_text())
    danger["data"]["child_protection"] = "IMMEDIATE_DANGER"
    given = json.dumps([event, wrong, danger])
    done = hub(tmp_path, "publish", "--kafka", "--json", "-", given=given, HUB_KAFKA_BOOTSTRAP=kafka.bootstrap)
    codes = [json.loads(line)["code"] for line in done.stdout.splitlines()]
    assert [None, "EVENT_INVALID", "PROSECUTOR_DIRECT"] == codes, done.stderr
    assert done.returncode == 1
    assert ids_of(kafka, "caf.notices").count(event["id"]) == 1
    assert danger["id"] not in ids_of(kafka, "caf.referrals", "cd35.referrals", "partner.referrals")


@pytest.mark.usefixtures("gateway")
def test_a_long_file_goes_to_kafka_in_order_and_can_be_continued(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    before = len(ids_of(kafka, "caf.notices"))
    events = [new_notice() for _ in range(2_500)]  # more than may be under way at once
    events[1_200] |= {"type": "no.such"}
    (tmp_path / "history.jsonl").write_text("\n".join(json.dumps(event) for event in events))
    arguments = ("publish", "--kafka", "--quiet", "history.jsonl", "--skip", "100")
    done = hub(tmp_path, *arguments, HUB_KAFKA_BOOTSTRAP=kafka.bootstrap)
    assert "2399 accepted, 1 refused" in done.stderr
    assert [events[1_200]["id"]] == [line.split("\t")[2] for line in done.stdout.splitlines()]
    assert before + 2_399 == len(found := ids_of(kafka, "caf.notices"))
    assert {event["id"] for event in events[100:] if event is not events[1_200]} <= set(found)
    away = hub(tmp_path, *arguments, HUB_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert away.returncode == 1
    assert "does not answer" in away.stderr
    assert "Traceback" not in away.stderr


def test_a_new_credential_opens_the_running_gateway(gateway: Gateway, tmp_path: Path) -> None:
    done = hub(tmp_path, "credentials", "new", "fresh", CAF, "--kind", "notices", "--file", str(gateway.credentials))
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    assert token not in gateway.credentials.read_text()
    answer = hub(tmp_path, "publish", "--url", gateway.url, "-", given=json.dumps(new_notice()), HUB_TOKEN=token)
    for _ in range(20):
        if answer.returncode == 0:
            break
        answer = hub(tmp_path, "publish", "--url", gateway.url, "-", given=json.dumps(new_notice()), HUB_TOKEN=token)
    assert answer.returncode == 0, answer.stdout
    listed = hub(tmp_path, "credentials", "list", "--json", "--file", str(gateway.credentials))
    assert "fresh" in [json.loads(line)["name"] for line in listed.stdout.splitlines()]
    assert hub(tmp_path, "credentials", "check", "--file", str(gateway.credentials)).returncode == 0
