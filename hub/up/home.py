"""The folder of a local hub: its data, its logs, its secrets, and the lock that lets one run at a time use it."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.embedded.engine import ProcessId, check_room, until
from hub.errors import StartError

NAME = ".hub"
ROOM_MEBIBYTES = 1024
LEFTOVER_SECONDS = 25.0
_MARKS = ("dev", "pyproject.toml", "hub")  # what a checkout has at its top


@dataclass(frozen=True, slots=True)
class Home:
    """Where one local hub keeps everything: nothing of it lies elsewhere."""

    root: Path

    @property
    def kafka(self) -> Path:
        """Kafka's data."""
        return self.root / "kafka"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.root / "postgres"

    @property
    def mails(self) -> Path:
        """The mails caught."""
        return self.root / "mail"

    @property
    def logs(self) -> Path:
        """One log per role."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Tokens, certificate and key; for the owner only."""
        return self.root / "secrets"

    @property
    def endpoints(self) -> Path:
        """Every address while the hub is up; absent otherwise."""
        return self.root / "endpoints.json"

    @property
    def processes(self) -> Path:
        """The processes of the run under way, for the next one should it crash."""
        return self.root / "processes.json"

    def prepare(self) -> None:
        """Make the folders. Raises StartError where that is not possible or the disk is nearly full."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
        except OSError as fault:
            msg = f"The hub cannot keep its data in {self.root}: {fault.strerror}."
            raise StartError(msg, "Choose a folder that you may write: `--home DIR` or HUB_HOME.") from fault
        check_room(self.root, ROOM_MEBIBYTES)

    def forget_data(self) -> None:
        """Delete what `--fresh` is meant to delete: events, ledger, mails and logs; secrets and tools stay."""
        for folder in (self.kafka, self.postgres, self.mails, self.logs):
            if folder.exists():
                shutil.rmtree(folder)
        self.logs.mkdir()


def find_home(environment: dict[str, str] | None = None) -> Home:
    """The home that HUB_HOME names; else `.hub` of the checkout around the current folder, or of that folder."""
    named = (os.environ if environment is None else environment).get("HUB_HOME")
    if named:
        return Home(Path(named).expanduser().absolute())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / NAME).is_dir() or all((folder / mark).exists() for mark in _MARKS):
            return Home(folder / NAME)
    return Home(here / NAME)


@contextlib.contextmanager
def only_run(home: Home) -> Iterator[None]:
    """Hold the home's lock; the kernel frees it when this process ends, in whatever way.

    Raises StartError naming the process that holds it.
    """
    path = home.root / "lock"
    with path.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            msg = f"A hub is already up in {home.root} (process {holder})."
            way_out = (
                f"Use that one, stop it with Ctrl-C or « kill {holder} », "
                "or start a second one beside it: `HUB_HOME=.hub-2 HUB_PORT_BASE=9350 ./dev up`."
            )
            raise StartError(msg, way_out) from fault
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def remember_processes(home: Home, pids: Iterable[int]) -> None:
    """Write down what runs now, so that a later run can end what a crash of this one leaves behind."""
    known = [process for pid in pids if (process := ProcessId.of(pid))]
    text = json.dumps([{"pid": process.pid, "started": process.started} for process in known])
    new = home.processes.with_suffix(".new")
    new.write_text(text, encoding="ascii")
    new.replace(home.processes)


async def end_leftovers(home: Home, patience: float = LEFTOVER_SECONDS) -> bool:
    """End the processes that a crashed earlier run of this home left behind; returns whether one had crashed.

    They end by themselves when their owner dies; this waits for that, `patience` seconds long, then insists. Only
    processes that the earlier run wrote down are touched, and only when number and start time are both the same.
    Raises StartError for one that stays.
    """
    crashed = home.processes.exists()  # a clean stop removes it
    left = [process for process in _noted(home) if process.alive]
    if left and not await until(lambda: not any(process.alive for process in left), patience):
        for process in left:
            process.send(signal.SIGKILL)
    if not await until(lambda: not any(process.alive for process in left), LEFTOVER_SECONDS):
        stubborn = ", ".join(str(process.pid) for process in left if process.alive)
        msg = f"An earlier run in {home.root} left processes that do not end: {stubborn}."
        raise StartError(msg, "End them by hand (« kill -9 »), then start again.")
    home.processes.unlink(missing_ok=True)
    home.endpoints.unlink(missing_ok=True)
    return crashed


def _noted(home: Home) -> list[ProcessId]:
    found: list[ProcessId] = []
    for path in (home.processes, home.kafka / "engine.json", home.postgres / "engine.json"):
        try:
            noted = json.loads(path.read_text(encoding="ascii"))
            rows = noted if isinstance(noted, list) else [noted]
            found += [ProcessId(int(row["pid"]), int(row["started"])) for row in rows]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            continue
    return found
