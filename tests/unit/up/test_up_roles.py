"""How the roles are kept: started again when they end, left alone when that would not help, ended with their owner."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from hub.embedded.engine import ProcessId, until
from hub.up.roles import Role, keep_running


def a_role(tmp_path: Path, script: str) -> Role:
    return Role("router", [sys.executable, "-c", script], os.environ, tmp_path / "router.log", "http://127.0.0.1:9/")


async def test_a_role_that_ends_is_started_again_and_each_end_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    role = a_role(tmp_path, "import sys; sys.exit(1)")
    keeper = asyncio.create_task(keep_running(role, told.append, lambda: None))
    assert await until(lambda: role.ends >= 2, 60)
    keeper.cancel()
    await role.stop()
    assert "exit code 1" in told[0]
    assert str(role.log) in told[0]


async def test_a_router_that_its_rejects_stopped_is_not_started_again(tmp_path: Path) -> None:
    told: list[str] = []
    role = a_role(tmp_path, "import sys; sys.exit(3)")
    await keep_running(role, told.append, lambda: None)
    assert (True, 1) == (role.gave_up, role.ends)
    assert "not started again" in told[0]


async def test_a_stop_gives_the_role_the_time_to_end_by_itself(tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    script = (
        "import pathlib, signal, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(mark)!r}).touch(), exit(0)))\n"
        "print('on', flush=True); time.sleep(600)"
    )
    role = a_role(tmp_path, script)
    role.start()
    assert await until(lambda: "on" in role.log.read_text(), 60)
    await role.stop()
    assert mark.exists()
    assert role.pids == []


@pytest.mark.parametrize("word", ["stop", "kill"], ids=["told to end", "killed"])
async def test_nothing_of_a_role_is_left_when_its_process_ends(tmp_path: Path, word: str) -> None:
    role = a_role(tmp_path, "import time; time.sleep(600)")
    role.start()
    assert role.process is not None
    engine = ProcessId.of(role.pids[0])
    assert engine is not None
    await (role.process.kill() if word == "kill" else role.stop())
    assert not engine.alive
