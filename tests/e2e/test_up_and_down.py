"""The life of a local hub: started, found, disturbed, killed, started again. Each test goes on from the last one."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.demo import demo_directory_rows
from hub.up.ports import Ports
from tests.e2e.e2e_hub import HubUp, free_base, query, wait


@pytest.fixture(scope="module")
def base() -> int:
    return free_base()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the whole module, with a space in its path."""
    return tmp_path_factory.mktemp("e2e") / "hub home"


@pytest.fixture(scope="module")
def runs() -> Iterator[list[HubUp]]:
    """Every run of this module; none outlives it."""
    started: list[HubUp] = []
    yield started
    for run in started:
        run.end()


@pytest.fixture
def life(home: Path, base: int, runs: list[HubUp]) -> HubUp:
    """A hub that is up with its demo: the one of the test before where that left it running, else the next start."""
    if not runs or runs[-1].process.poll() is not None:
        runs.append(HubUp(home, base))
    runs[-1].wait_until_up()
    return runs[-1]


def test_the_first_start_shows_the_demo_down_to_the_mails(life: HubUp) -> None:
    endpoints = life.wait_until_up()
    wait(lambda: bool(query(endpoints, "select 1 from event where kind = 'notices' having count(*) = 5")))
    unsent = "select 1 from delivery having count(*) > 0 and count(*) filter (where state <> 'ACCEPTED') = 0"
    wait(lambda: bool(query(endpoints, unsent)))
    [row] = query(endpoints, "select count(*) as n from delivery")
    assert row["n"] == len(list(life.home.mails.glob("*.eml")))
    wait(lambda: f"ACCEPTED {row['n']}" in life.output)


def test_every_address_that_is_written_down_answers(life: HubUp) -> None:
    endpoints = life.wait_until_up()
    pages = [endpoints.gateway.health, endpoints.gateway.metrics, endpoints.gateway.openapi, endpoints.mail.web]
    pages += [f"{endpoints.gateway.registry}/subjects"]
    pages += [page for role in endpoints.roles.values() for page in (role.health, role.metrics)]
    answers = {page: httpx.get(page, trust_env=False, timeout=60).status_code for page in pages}
    assert dict.fromkeys(pages, 200) == answers


def test_addresses_and_tokens_are_for_their_owner_only(life: HubUp) -> None:
    assert life.home.endpoints.stat().st_mode & 0o777 == 0o600
    assert {system["institution"] for system in json.loads(life.home.endpoints.read_text())["systems"]} == {
        "CAF",
        "CD35",
        "PARTNER",
    }


def test_a_second_run_beside_it_is_refused_with_the_way_out(life: HubUp, base: int) -> None:
    endpoints = life.wait_until_up()
    second = HubUp(life.home.root, base)
    assert second.process.wait() == 1
    assert f"A hub is already up in {life.home.root} (process {endpoints.pid})" in second.output
    assert "HUB_PORT_BASE=" in second.output
    assert httpx.get(endpoints.gateway.health, trust_env=False, timeout=60).status_code == 200


def test_a_role_that_is_killed_is_started_again(life: HubUp) -> None:
    endpoints = life.wait_until_up()
    router = next(p for p in life.processes() if b"run\0router" in Path(f"/proc/{p.pid}/cmdline").read_bytes()[-20:])
    router.send(signal.SIGKILL)
    wait(lambda: "Role router ended" in life.output)

    def answers() -> bool:
        try:
            return httpx.get(endpoints.roles["router"].health, trust_env=False, timeout=60).status_code == 200
        except httpx.HTTPError:
            return False

    wait(answers)


def test_an_engine_that_is_killed_is_started_again_on_its_data(life: HubUp) -> None:
    endpoints = life.wait_until_up()
    [before] = query(endpoints, "select count(*) as n from event")
    postgres = json.loads((life.home.postgres / "engine.json").read_text())["pid"]
    os.kill(postgres, signal.SIGKILL)
    wait(lambda: "PostgreSQL is back." in life.output)
    [after] = query(endpoints, "select count(*) as n from event")
    assert before["n"] == after["n"]


def test_a_stop_leaves_no_process_and_no_address(life: HubUp) -> None:
    processes = life.processes()
    assert len(processes) > 10
    assert life.end(signal.SIGTERM) == 0
    assert [process for process in processes if process.alive] == []
    assert not life.home.endpoints.exists()
    assert "Stopped. The data stays" in life.output


def test_a_second_start_finds_its_data_and_publishes_nothing_twice(life: HubUp) -> None:
    endpoints = life.wait_until_up()
    wait(lambda: "demo notices were published before" in life.output, lambda: life.output)
    [before] = query(endpoints, "select count(*) as n, count(distinct (source, id)) as ids from event")
    assert f"The directory is there already: {len(demo_directory_rows())} contacts." in life.output
    [notices] = query(endpoints, "select count(*) as n from event where kind = 'notices'")
    assert (notices["n"], before["n"]) == (5, before["ids"])
    [sent] = query(endpoints, "select count(*) as n from delivery")
    assert sent["n"] == len(list(life.home.mails.glob("*.eml")))


def test_ctrl_c_stops_it_as_well(life: HubUp) -> None:
    processes = life.processes()
    assert life.end(signal.SIGINT) == 0
    assert [process for process in processes if process.alive] == []


def test_after_a_crash_the_next_start_recovers(life: HubUp, home: Path, base: int, runs: list[HubUp]) -> None:
    [before] = query(life.wait_until_up(), "select count(*) as n from event")
    life.end(signal.SIGKILL)
    # At once: engines and roles of the crashed run are still ending.
    runs.append(HubUp(home, base))
    [after] = query(runs[-1].wait_until_up(), "select count(*) as n from event")
    assert "An earlier run did not end cleanly" in runs[-1].output
    assert before["n"] == after["n"]


def test_a_killed_supervisor_leaves_no_process(life: HubUp) -> None:
    processes = life.processes()
    life.end(signal.SIGKILL)
    wait(lambda: not any(process.alive for process in processes))


def test_a_taken_port_is_named_with_its_holder_before_anything_starts(home: Path, base: int, runs: list[HubUp]) -> None:
    for run in runs:
        run.end()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the run before linger
        listener.bind(("127.0.0.1", Ports(base).kafka))
        listener.listen()
        run = HubUp(home, base)
        assert run.process.wait() == 1
    assert f"127.0.0.1:{Ports(base).kafka} (Kafka) is taken by process {os.getpid()}" in run.output
    assert "HUB_PORT_BASE=" in run.output
    assert not (home / "endpoints.json").exists()


def test_a_fresh_start_without_demo_begins_with_nothing_and_keeps_its_tokens(
    home: Path, base: int, runs: list[HubUp]
) -> None:
    for run in runs:
        run.end()
    tokens = (home / "secrets" / "tokens.json").read_bytes()
    run = HubUp(home, base, "--fresh", "--no-demo")
    try:
        endpoints = run.wait_until_up()
        assert query(endpoints, "select 1 from event") == []
        assert list(run.home.mails.glob("*.eml")) == []
        assert tokens == (home / "secrets" / "tokens.json").read_bytes()
    finally:
        assert run.end() == 0
