"""Kafka's jars: exactly those of `deploy/kafka/jars.lock`, each checked by SHA-256 before every start.

A line of the lock is `group:artifact:version[:classifier] sha256`. Nothing else is resolved at install time, and the
lock holds no address: `jgo` knows the default Maven repository by itself. The jars are kept in the user's cache folder.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext

from hub.errors import StartError
from hub.paths import kafka_deploy_root

_PARALLEL_DOWNLOADS = 6
_NETWORK_TIMEOUT_SECONDS = 60

Fetch = Callable[["Jar", Path], Path]


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked artifact: its Maven coordinate and the SHA-256 of its file, in hexadecimal."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the file in the cache, as Maven names it: `artifact-version[-classifier].jar`."""
        return "-".join(self.coordinate.split(":")[1:]) + ".jar"


def cache_folder() -> Path:
    """Folder of this product in the user's cache (`$XDG_CACHE_HOME`, else `~/.cache`); it may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return root / "caf35-cd35-hub"


def read_lock(lock: Path | None = None) -> tuple[Jar, ...]:
    """Read the jars of the lock file, in its order.

    Raises StartError where a line is not `coordinate sha256`.
    """
    path = lock or kafka_deploy_root() / "jars.lock"
    jars = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split()
        if len(fields) != 2 or fields[0].count(":") not in {2, 3} or len(fields[1]) != 64:
            msg = f"Line {number} of {path} is not « group:artifact:version sha256 »."
            raise StartError(msg, "Restore the file from git.")
        jars.append(Jar(fields[0], fields[1]))
    return tuple(jars)


def fetch_with_jgo(jar: Jar, staging: Path) -> Path:
    """Download one artifact below `staging`, which stands for the local Maven repository; nothing lands elsewhere.

    Raises StartError when the network does not give it.
    """
    context = MavenContext(repo_cache=staging, timeout=_NETWORK_TIMEOUT_SECONDS)
    group, artifact, version, *classifier = jar.coordinate.split(":")
    wanted = context.project(group, artifact).at_version(version).artifact(classifier[0] if classifier else "", "jar")
    try:
        return Path(wanted.resolve())
    except (requests.RequestException, RuntimeError) as fault:
        msg = f"{jar.coordinate} could not be downloaded: {type(fault).__name__}."
        way_out = "Check the network (HTTPS_PROXY is honoured) and start again: what has arrived already is kept."
        raise StartError(msg, way_out) from fault


def ensure_jars(
    lock: Path | None = None,
    folder: Path | None = None,
    fetch: Fetch = fetch_with_jgo,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Path]:
    """Put every locked jar on disk with the right content; absent or altered files are downloaded, once.

    The whole content is hashed each time: 41 MB take less than a tenth of a second, and a stamp of size and time would
    not see an altered file. `progress(done, total)` is told as jars become ready. Several processes may do it at once.
    Raises StartError when a jar cannot be had, or differs from the lock even when downloaded afresh.
    """
    jars = read_lock(lock)
    home = folder or cache_folder() / "jars"
    if ":" in str(home):
        msg = f"The path {home} holds a colon, which Java's class path cannot express."
        raise StartError(msg, "Set XDG_CACHE_HOME to a folder without a colon.")
    missing = [jar for jar in jars if _sha256(home / jar.file_name) != jar.sha256]
    if missing:
        _download(missing, home, fetch, lambda done: progress(len(jars) - len(missing) + done, len(jars)))
    else:
        progress(len(jars), len(jars))
    return [home / jar.file_name for jar in jars]


def _download(jars: list[Jar], home: Path, fetch: Fetch, progress: Callable[[int], None]) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".staging-", dir=home) as staging,
            ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool,
        ):
            arrivals = [
                pool.submit(_install, jar, home, fetch, Path(staging) / str(place)) for place, jar in enumerate(jars)
            ]
            for done, arrival in enumerate(arrivals, start=1):
                arrival.result()
                progress(done)
    except OSError as fault:
        msg = f"Kafka's jars cannot be kept in {home}: {fault.strerror or fault}."
        raise StartError(msg, "Free 100 MB there, or set XDG_CACHE_HOME to a folder that you may write.") from fault


def _install(jar: Jar, home: Path, fetch: Fetch, staging: Path) -> None:
    staging.mkdir()
    arrived = fetch(jar, staging)
    found = _sha256(arrived)
    if found != jar.sha256:
        msg = f"{jar.coordinate} is not the file that was locked: SHA-256 {found}, expected {jar.sha256}."
        way_out = (
            "Nothing of it was kept or run. A mirror or proxy in between serves an altered file: tell its operator."
        )
        raise StartError(msg, way_out)
    arrived.replace(home / jar.file_name)
    shutil.rmtree(staging)


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
