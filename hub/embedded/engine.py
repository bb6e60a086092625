"""What the embedded engines share: one owner per data directory, a guarded process, ports, crash leftovers."""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hub.errors import StartError

_GUARD = Path(__file__).with_name("guard.py")
_POLL_SECONDS = 0.03
_LEFTOVER_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process, told apart from a later one with the same number by its start time (clock ticks since boot)."""

    pid: int
    started: int

    @staticmethod
    def of(pid: int) -> "ProcessId | None":
        """Look up the live process with this number; None when there is none, or only its zombie."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in {"Z", "X"} else ProcessId(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        """Whether this very process still runs (stopped by SIGSTOP counts as running)."""
        return ProcessId.of(self.pid) == self

    def send(self, signal_number: signal.Signals) -> None:
        """Signal it, if it still runs."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal_number)


def check_port_is_free(port: int, what: str) -> None:
    """Raise StartError where something listens on 127.0.0.1:`port` already, or where the port may not be opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as fault:
            msg = f"{what} cannot listen on 127.0.0.1:{port}: {fault.strerror}."
            way_out = "Stop the program that uses it (« ss -ltnp » names it), or choose other ports with HUB_PORT_BASE."
            raise StartError(msg, way_out) from fault


def free_port() -> int:
    """Find a port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_room(folder: Path, mebibytes: int) -> None:
    """Raise StartError where the disk below `folder` has less than `mebibytes` left."""
    left = shutil.disk_usage(folder).free // 2**20
    if left < mebibytes:
        msg = f"The disk that holds {folder} has {left} MiB left; {mebibytes} MiB are needed to start."
        raise StartError(msg, "Free some room, then start again; nothing was changed.")


class DataDirectory:
    """A folder that one owner at a time may use; the kernel gives it back when the owner dies, in whatever way."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self._what = what
        self._lock: IO[str] | None = None

    async def take(self) -> None:
        """Become the owner, after an engine that a crashed run left behind has ended.

        Raises StartError when another live process owns the folder, or the folder cannot be written.
        """
        if self._lock is not None:
            msg = f"{self._what} in {self.path} is started already."
            raise StartError(msg, "Stop it first.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "owner").open("a+", encoding="ascii")
        except OSError as fault:
            msg = f"{self._what} cannot keep its data in {self.path}: {fault.strerror}."
            raise StartError(msg, "Choose a folder that you may write, or repair its permissions.") from fault
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            msg = f"{self._what} in {self.path} is in use by another run (process {owner})."
            raise StartError(msg, "Stop that run first, or give this one another folder.") from fault
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        await self._end_leftover()

    def remember(self, process: ProcessId) -> None:
        """Write down the engine that runs on this folder, for the next owner should this one crash."""
        text = json.dumps({"pid": process.pid, "started": process.started})
        (self.path / "engine.json").write_text(text, encoding="ascii")

    def release(self) -> None:
        """Stop being the owner. Harmless when it is not."""
        if self._lock is not None:
            (self.path / "engine.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    async def _end_leftover(self) -> None:
        try:
            noted = json.loads((self.path / "engine.json").read_text(encoding="ascii"))
            leftover = ProcessId(int(noted["pid"]), int(noted["started"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return
        # Its guard is stopping it already: give a clean stop its time, then insist.
        if not await until(lambda: not leftover.alive, _LEFTOVER_PATIENCE_SECONDS):
            leftover.send(signal.SIGKILL)
        if not await until(lambda: not leftover.alive, _LEFTOVER_PATIENCE_SECONDS):
            msg = f"Process {leftover.pid}, left behind by an earlier run in {self.path}, does not end."
            raise StartError(msg, f"End it by hand (« kill -9 {leftover.pid} »), then start again.")


class GuardedProcess:
    """An engine run by `guard.py`: it ends when it is told to, or when this process ends, whatever the way."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
        stop_signal: signal.Signals,
        grace_seconds: float,
    ) -> None:
        self._grace_seconds = grace_seconds
        self._stop_signal = stop_signal
        prefix = [sys.executable, "-I", str(_GUARD), stop_signal.name, str(grace_seconds)]
        with log.open("ab") as output:
            self._guard = subprocess.Popen(  # noqa: S603 - our own script and our own engines
                [*prefix, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,  # Ctrl-C reaches the owner only, which then stops its engines in order
            )
        first_line = self._guard.stdout.readline() if self._guard.stdout else b""
        process = ProcessId.of(int(first_line)) if first_line.strip() else None
        self.engine = process or ProcessId(-1, -1)

    @property
    def alive(self) -> bool:
        """Whether the engine runs."""
        return self.engine.alive

    @property
    def exit_code(self) -> int:
        """Exit code of an engine that has ended and was reaped; the signal's number when one ended it."""
        return self._guard.returncode or 0

    async def stop(self) -> None:
        """Ask for an orderly end and wait for it; after the grace, SIGKILL."""
        self.engine.send(signal.SIGCONT)
        self.engine.send(self._stop_signal)
        if not await until(lambda: not self.alive, self._grace_seconds):
            self.engine.send(signal.SIGKILL)
        await self.reap()

    async def kill(self) -> None:
        """SIGKILL, as a crash would; returns when the process is gone."""
        self.engine.send(signal.SIGKILL)
        await self.reap()

    async def reap(self) -> None:
        """Wait for the engine's end and free what watched it."""
        await until(lambda: self._guard.poll() is not None, self._grace_seconds)
        for pipe in (self._guard.stdin, self._guard.stdout):
            if pipe is not None:
                pipe.close()
        self._guard.wait()


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look every few hundredths of a second until the condition holds; False when `seconds` went by first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


def last_lines(log: Path, count: int = 8) -> str:
    """Read the end of a log, for an error message: without Java's stack frames; empty when there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join([line for line in lines if line.strip() and not line.startswith(("\tat ", "WARNING:"))][-count:])


def setpriv() -> str:
    """Path of `setpriv` (util-linux, essential on Debian). Raises StartError where it is missing."""
    found = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin:/usr/sbin")
    if found is None:
        msg = "The command « setpriv » is missing: the embedded engines are started through it."
        raise StartError(msg, "Install the package util-linux.")
    return found
