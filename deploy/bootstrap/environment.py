# ruff: noqa: INP001 - scripts that run before anything is installed, not a package
"""`./dev setup`: the locked packages and this project in .venv, Kafka's jars in the user's cache. Nothing twice.

Debian's Python has neither pip nor ensurepip, so pip comes with the checkout, as a wheel with its SHA-256. What was
installed is noted in .venv/setup.json; while locks and project file stay the same, nothing is done and no network is
needed.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from say import Problem, say, say_moving

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = ROOT / ".hub"
LOCK = ROOT / "requirements" / "dev.lock"
JARS = ROOT / "deploy" / "kafka" / "jars.lock"
_ROOM_MEBIBYTES = 1200
_QUIET_SECONDS = 10
_KEPT_LINES = 12
# They would send the packages elsewhere than into .venv.
_MISLEADING = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV"}


def clean_environment() -> dict[str, str]:
    """Copy our environment without what would mislead Python or pip; the user's pip configuration stays in force."""
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def set_up() -> None:
    """Bring .venv and the jars to what the locks say. Raises Problem."""
    try:
        STATE.mkdir(exist_ok=True)
        with _alone():
            done = _noted()
            wanted = {"packages": _hash(LOCK, HERE / "pip.sha256"), "project": _hash(ROOT / "pyproject.toml")}
            usable = _venv_works()
            if usable and done == {**wanted, "root": str(ROOT)} and _jars_are_there():
                return
            _install(usable, done, wanted)
    except OSError as fault:
        if fault.errno == 28:
            raise Problem(f"The disk is full ({ROOT}).", f"Free {_ROOM_MEBIBYTES} MiB, then run it again.") from fault
        way_out = "Run it as the user who owns the checkout, or repair the permissions."
        raise Problem(f"{fault.filename or ROOT}: {fault.strerror}.", way_out) from fault


def _install(usable: bool, done: dict[str, str], wanted: dict[str, str]) -> None:  # noqa: FBT001 - internal
    moved = done.get("root", str(ROOT)) != str(ROOT)
    if not usable or moved or done.get("packages") != wanted["packages"]:
        left = shutil.disk_usage(ROOT).free // 2**20
        if left < _ROOM_MEBIBYTES:
            message = f"The disk has {left} MiB left; the installation takes up to {_ROOM_MEBIBYTES} MiB."
            raise Problem(message, "Free some room, then run it again.")
        _note({})
        if not usable or moved:
            say(f"Creating .venv with Python {sys.version.split()[0]}")
            venv.create(VENV, clear=True, symlinks=True, with_pip=False)
        _install_packages()
    say("Installing the project itself")
    # Everything that builds it was just installed: no isolation, no index, no network.
    _pip("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _fetch_jars()
    _note({**wanted, "root": str(ROOT)})


def _install_packages() -> None:
    pip_wheel = _pip_wheel()
    environment = clean_environment()
    command = [
        str(PYTHON),
        f"{pip_wheel}/pip",
        "install",
        "--quiet",
        "--no-user",
        "--no-index",
        "--no-deps",
        str(pip_wheel),
    ]
    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our pip
    if first.returncode != 0:
        raise Problem(f"pip could not be installed:\n{first.stderr.strip()}", "Remove .venv and run it again.")
    total = len(re.findall(r"^[A-Za-z0-9].*==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Installing {total} locked packages (about 400 MB; a few minutes the first time)")
    started, seen, last_said = time.monotonic(), 0, time.monotonic()

    def watch(line: str) -> None:
        nonlocal seen, last_said
        if match := re.match(r"\s*(Collecting|Requirement already satisfied:) ([^\s=;]+)", line):
            seen = min(seen + 1, total)
            say_moving(f"  {seen}/{total}  {match.group(2)}")
        elif line.startswith("Installing collected"):
            say_moving(f"  {total}/{total}  unpacking")
        else:
            return
        if not sys.stdout.isatty() and time.monotonic() - last_said > _QUIET_SECONDS:
            last_said = time.monotonic()
            say(f"  {seen}/{total} packages found")

    _pip("install", "--progress-bar=off", "--require-hashes", "--requirement", str(LOCK), watch=watch)
    say(f"  {total} packages installed in {time.monotonic() - started:.0f} s")


def _pip(*arguments: str, watch: Callable[[str], None] = lambda _line: None) -> None:
    """Run the environment's pip; `watch` sees each line. Raises Problem with pip's last lines and the way out."""
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    command = [str(PYTHON), "-m", "pip", *arguments]
    if arguments[0] == "install":
        command.append("--no-user")
    with subprocess.Popen(  # noqa: S603 - the pip that was just installed
        command, env=clean_environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None  # noqa: S101 - it was asked for
        for line in running.stdout:
            last.append(line.rstrip())
            watch(line)
    if running.returncode != 0:
        said = "\n".join(last)
        raise Problem(f"pip failed:\n\n{said}\n", _way_out(said))


def _way_out(said: str) -> str:
    if "No space left" in said:
        return f"Free {_ROOM_MEBIBYTES} MiB (also in the folder for temporary files), then run it again."
    if "DO NOT MATCH THE HASHES" in said:
        return "A package is not the one that was locked: a mirror or proxy serves another file. Nothing was installed."
    if re.search(r"name resolution|NewConnectionError|Max retries|timed out|No matching distribution|Connection", said):
        return "Packages could not be reached: check the network or pip's configuration, then run it again."
    return "The lines above say why; what was downloaded is kept for the next try."


def _pip_wheel() -> Path:
    expected, name = (HERE / "pip.sha256").read_text(encoding="ascii").split()
    wheel = HERE / name
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != expected:
        raise Problem(
            f"{wheel} is not the file that belongs here (SHA-256).", "Restore it from git, then run it again."
        )
    return wheel


def _fetch_jars() -> None:
    say("Fetching Kafka (41 MB, kept in your cache folder)")
    command = [str(PYTHON), "-m", "hub.embedded.fetch_jars"]
    if subprocess.run(command, env=clean_environment(), cwd=ROOT, check=False).returncode != 0:  # noqa: S603 - ours
        raise Problem("Kafka's jars are not complete.", "The lines above say why and what to do.")


def _jars_are_there() -> bool:
    """Say whether every jar file exists; its content is checked when Kafka starts."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    folder = (Path(cache) if cache.startswith("/") else Path.home() / ".cache") / "caf35-cd35-hub" / "jars"
    lines = JARS.read_text(encoding="utf-8").splitlines()
    coordinates = [line.split()[0].split(":") for line in lines if line and not line.startswith("#")]
    return all((folder / ("-".join(parts[1:]) + ".jar")).exists() for parts in coordinates)


def _venv_works() -> bool:
    # A Python that was asked for by name must be the one inside; otherwise any that is new enough stays.
    asked = f"!= {tuple(sys.version_info[:2])}" if os.environ.get("PYTHON") else "< (3, 11)"
    probe = f"import sys; sys.exit(sys.version_info[:2] {asked})"
    try:
        return subprocess.run([str(PYTHON), "-I", "-c", probe], capture_output=True, check=False).returncode == 0  # noqa: S603 - ours
    except OSError:
        return False


def _hash(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _noted() -> dict[str, str]:
    try:
        noted = json.loads((VENV / "setup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _note(done: dict[str, str]) -> None:
    if VENV.exists():
        (VENV / "setup.json").write_text(json.dumps(done), encoding="utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    with (STATE / "setup.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./dev is installing here; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
