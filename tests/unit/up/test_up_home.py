"""The folder of a local hub: one run at a time, nothing of anybody else's is touched, crashes leave nothing behind."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.embedded.engine import ProcessId
from hub.errors import StartError
from hub.up.home import Home, end_leftovers, find_home, only_run, remember_processes


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def test_a_second_run_is_told_who_holds_the_home_and_the_way_out(home: Home) -> None:
    with only_run(home), pytest.raises(StartError) as refused, only_run(home):
        pass
    assert f"process {os.getpid()}" in refused.value.message
    assert "HUB_PORT_BASE" in refused.value.way_out
    assert "HUB_HOME" in refused.value.way_out


def test_the_home_is_free_again_after_a_run(home: Home) -> None:
    with only_run(home):
        pass
    with only_run(home):
        pass


def test_fresh_deletes_data_and_keeps_secrets_and_whatever_else_is_there(home: Home) -> None:
    for folder in (home.kafka, home.postgres, home.mails, home.secrets, home.root / "tools"):
        folder.mkdir(exist_ok=True)
        (folder / "file").touch()
    home.forget_data()
    assert sorted(path.name for path in home.root.iterdir()) == ["logs", "secrets", "tools"]
    assert (home.root / "tools" / "file").exists()
    assert (home.secrets / "file").exists()


def test_secrets_are_for_the_owner_only(home: Home) -> None:
    assert home.secrets.stat().st_mode & 0o777 == 0o700


def test_processes_of_a_crashed_run_are_ended(home: Home) -> None:
    left = subprocess.Popen(["sleep", "600"])
    remember_processes(home, [left.pid])
    assert asyncio.run(end_leftovers(home, patience=0.2))
    assert left.wait() != 0
    assert not home.processes.exists()


def test_a_later_process_with_the_number_of_one_that_crashed_is_left_alone(home: Home) -> None:
    other = subprocess.Popen(["sleep", "600"])
    try:
        known = ProcessId.of(other.pid)
        assert known is not None
        home.processes.write_text(json.dumps([{"pid": other.pid, "started": known.started - 1}]))
        asyncio.run(end_leftovers(home))
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    "content", ["", "[", "[{}]", '{"pid": "x", "started": 1}'], ids=["empty", "cut", "bare", "odd"]
)
def test_a_note_that_cannot_be_read_holds_nobody_up(home: Home, content: str) -> None:
    home.processes.write_text(content)
    assert asyncio.run(end_leftovers(home))
    assert not home.processes.exists()


def test_a_home_that_was_left_cleanly_has_nothing_to_recover(home: Home) -> None:
    assert not asyncio.run(end_leftovers(home))


def test_the_home_of_a_folder_inside_a_checkout_is_that_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".hub").mkdir()
    (tmp_path / "docs" / "guides").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "docs" / "guides")
    monkeypatch.delenv("HUB_HOME", raising=False)
    assert find_home() == Home(tmp_path / ".hub")


def test_the_home_named_by_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "other"))
    assert find_home() == Home(tmp_path / "other")


def test_a_home_that_cannot_be_written_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="cannot keep its data") as refused:
        Home(tmp_path / "file" / "home").prepare()
    assert "HUB_HOME" in refused.value.way_out


def test_the_lock_of_a_killed_run_is_free(home: Home) -> None:
    script = (
        "import sys, time; from pathlib import Path; from hub.up.home import Home, only_run\n"
        "with only_run(Home(Path(sys.argv[1]))): print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(home.root)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(StartError), only_run(home):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with only_run(home):
        pass
