"""The embedded PostgreSQL: real, restartable, alone on its data, under an ordinary user whoever starts it."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import asyncpg
import pytest

from hub.embedded.engine import ProcessId, until
from hub.embedded.postgres import EmbeddedPostgres
from hub.errors import StartError

OWNER = textwrap.dedent("""
    import asyncio, pathlib, sys
    from hub.embedded.postgres import EmbeddedPostgres
    async def main():
        server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
        await server.start()
        print(server.pid, flush=True)
        await asyncio.Event().wait()
    asyncio.run(main())
""")
ROOT = os.geteuid() == 0


async def _execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_data_survives_a_stop_and_a_sigkill_of_every_process(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "a folder, with é") as server:
        url = await server.create_database("kept")
        await _execute(url, "CREATE TABLE note (text text)")
        await _execute(url, "INSERT INTO note VALUES ('before the stop')")
        await server.restart()
        await _execute(url, "INSERT INTO note VALUES ('before the kill')")
        await server.kill()
        await server.restart()

        assert await _execute(url, "SELECT array_agg(text) FROM note") == ["before the stop", "before the kill"]


async def test_killing_it_leaves_none_of_its_processes(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    await server.start()
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    family = [process for child in children if (process := ProcessId.of(int(child)))]
    await server.kill()

    assert family
    assert [process for process in family if process.alive] == []
    await server.stop()


async def test_a_second_start_on_the_same_data_names_the_run_that_uses_it(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path):
        with pytest.raises(StartError, match=f"in use by another run \\(process {os.getpid()}\\)"):
            await EmbeddedPostgres(tmp_path).start()


async def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            await EmbeddedPostgres(tmp_path, port).start()
    assert "HUB_PORT_BASE" in caught.value.way_out


@pytest.mark.parametrize("killed", ["owner", "guard"])
async def test_no_server_is_left_when_something_is_killed_with_sigkill(tmp_path: Path, killed: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    server = ProcessId.of(int(await asyncio.to_thread(owner.stdout.readline)))
    assert server is not None
    guard = int(Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(owner.pid if killed == "owner" else guard, signal.SIGKILL)

    assert await until(lambda: not server.alive, 120)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    async with EmbeddedPostgres(tmp_path):
        pass


async def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "cluster" / "new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    async with EmbeddedPostgres(tmp_path) as server:
        assert await _execute(server.url(), "SELECT 1") == 1


async def test_the_password_is_demanded_and_only_its_owner_can_read_it(postgres: EmbeddedPostgres) -> None:
    secret = postgres.url().split(":")[2].split("@")[0]

    with pytest.raises(asyncpg.InvalidPasswordError):
        await _execute(postgres.url().replace(secret, "guessed"), "SELECT 1")
    assert stat.S_IMODE((postgres.data_dir / "password").stat().st_mode) == 0o600


async def test_dropping_a_database_ends_its_sessions(postgres: EmbeddedPostgres) -> None:
    url = await postgres.create_database("dropped")
    session = await asyncpg.connect(url)
    await postgres.drop_database("dropped")

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await _execute(url, "SELECT 1")
    session.terminate()


async def test_it_listens_on_the_loopback_address_only(postgres: EmbeddedPostgres) -> None:
    assert await _execute(postgres.url(), "SHOW listen_addresses") == "127.0.0.1"
    assert await _execute(postgres.url(), "SHOW unix_socket_directories") == ""
    assert await _execute(postgres.url(), "SHOW fsync") == "on"


@pytest.mark.skipif(not ROOT, reason="root only: an ordinary user runs the server as itself anyway")
async def test_root_runs_it_below_a_private_folder_as_nobody_and_opens_nothing(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    async with EmbeddedPostgres(private / "data") as server:
        owner = os.stat(f"/proc/{server.pid}").st_uid  # noqa: PTH116 - a process, not a file
        assert await _execute(server.url(), "SELECT 1") == 1

    assert owner != 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert private.stat().st_uid == 0


@pytest.mark.skipif(not ROOT, reason="root only: it takes a capability away")
@pytest.mark.parametrize("withheld", ["dac_read_search", "dac_override,-dac_read_search"])
def test_root_without_every_capability_runs_it_or_says_what_to_do(tmp_path: Path, withheld: str) -> None:
    program = OWNER.replace("await asyncio.Event().wait()", "await server.stop()")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    done = subprocess.run(
        ["setpriv", f"--bounding-set=-{withheld}", sys.executable, "-c", program, str(private / "data")],
        capture_output=True,
        text=True,
        check=False,
    )

    if "override" in withheld:
        assert "HUB_DATABASE_URL" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not ROOT, reason="root only: it becomes another user")
def test_an_ordinary_user_runs_it_as_itself() -> None:
    home = Path(tempfile.mkdtemp(prefix="hub-test-"))  # the folders of pytest are closed to other users
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(sys.path)}
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all"]
    runs = "import subprocess, sys, hub.embedded.postgres; subprocess.run([sys.executable, '-c', ''], check=True)"
    program = OWNER.replace("await asyncio.Event().wait()", "await server.stop()")
    try:
        shutil.chown(home, "nobody", "nogroup")
        # The Python of this environment may lie in a private folder of root; Debian's own is everybody's.
        for python in (sys.executable, "/usr/bin/python3"):
            tried = subprocess.run([*as_nobody, python, "-c", runs], env=environment, check=False, capture_output=True)
            if tried.returncode == 0:
                break
        done = subprocess.run(
            [*as_nobody, python, "-c", program, str(home / "data")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (home / "data" / "cluster" / "pg").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    finally:
        shutil.rmtree(home)
