# ruff: noqa: INP001 - scripts that run before anything is installed, not a package
"""`./dev check` and `./dev test`: every check, the built wheel in an environment of its own, then every test."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from environment import PYTHON, ROOT, STATE, VENV, clean_environment
from say import Problem, say, say_moving
from tools import search_path

BIN = VENV / "bin"
_TEST_DATA = STATE / "test-data"
_CAMPAIGNS = "tests/faults"
_TWO_AT_A_TIME = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # most tests wait: for engines, for kills


def run_checks() -> int:
    """Run every check to its end, also after one failed; exit status."""
    failed = _failed_checks()
    _say_failed(failed)
    return 1 if failed else 0


def run_all() -> int:
    """Run every check, then every test; what failed is said last but pytest's own summary."""
    failed = _failed_checks()
    status = run_tests((*_TWO_AT_A_TIME, f"--ignore={_CAMPAIGNS}"))
    status = run_tests((*_TWO_AT_A_TIME, _CAMPAIGNS)) or status  # apart: they kill and freeze
    _say_failed(failed)
    return status or (1 if failed else 0)


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest; its data lies in .hub/test-data and is removed when all went well."""
    say("Running the tests")
    command = [str(PYTHON), "-m", "pytest", f"--basetemp={_TEST_DATA}", *arguments]
    status = subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode  # noqa: S603 - ours
    if status == 0:
        shutil.rmtree(_TEST_DATA, ignore_errors=True)
    return status


def _failed_checks() -> list[str]:
    checks: dict[str, Callable[[], str | None]] = {
        "style (ruff check)": lambda: _complaint([BIN / "ruff", "check", "."]),
        "layout (ruff format)": lambda: _complaint([BIN / "ruff", "format", "--check", "."]),
        "types (mypy)": lambda: _complaint([BIN / "mypy"]),
        "import directions (import-linter)": lambda: _complaint([BIN / "lint-imports"]),
        "schemas": lambda: _complaint([BIN / "hub", "schemas", "check"]),
        "generated documentation": lambda: _complaint([PYTHON, "docs/generate.py", "--check"]),
        "the built wheel": _wheel_complaint,
    }
    failed = []
    for name, check in checks.items():
        say_moving(f"  … {name}")
        started = time.monotonic()
        complaint = check()
        if complaint is None:
            say(f"  ok    {name} ({time.monotonic() - started:.1f} s)")
        else:
            say(f"  FAIL  {name}\n{complaint}")
            failed.append(name)
    return failed


def _say_failed(failed: Sequence[str]) -> None:
    if failed:
        say(f"Checks that failed: {'; '.join(failed)}")


def _environment() -> dict[str, str]:
    return {**clean_environment(), "PATH": f"{BIN}{os.pathsep}{search_path()}"}


def _complaint(command: Sequence[str | Path], folder: Path = ROOT) -> str | None:
    """Run a command; None when it succeeds, else everything that it said."""
    done = subprocess.run(  # noqa: S603 - our own tools
        [str(part) for part in command],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else done.stdout


def _wheel_complaint() -> str | None:
    """Build the wheel, install it apart from the checkout and use it: what users get must work, not what we edit."""
    folder = STATE / "wheel-check"
    shutil.rmtree(folder, ignore_errors=True)
    own = folder / "venv"
    examples = sorted((ROOT / "schemas" / "notice.published").glob("*.json"))
    if not examples:
        raise Problem("There is no example in schemas/notice.published.", "Restore it from git.")
    offline = ("--quiet", "--no-index", "--no-deps")
    build: list[list[str | Path]] = [
        [PYTHON, "-m", "pip", "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, ROOT],
        [PYTHON, "-m", "venv", "--without-pip", own],
    ]
    for step in build:
        if (said := _complaint(step)) is not None:
            return said
    # The libraries come from .venv, by path: a .pth file there, such as the editable project's, is not read then.
    (packages,) = (own / "lib").glob("python3.*/site-packages")
    (libraries,) = (VENV / "lib").glob("python3.*/site-packages")
    (packages / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    (wheel,) = folder.glob("*.whl")
    elsewhere = "import hub, sys; sys.exit(0 if hub.__file__.startswith(sys.prefix) else hub.__file__)"
    use: list[list[str | Path]] = [
        [PYTHON, "-m", "pip", "--python", own / "bin" / "python", "install", *offline, wheel],
        [own / "bin" / "python", "-c", elsewhere],
        [own / "bin" / "hub", "--version"],
        [own / "bin" / "hub", "schemas", "check"],
        [own / "bin" / "hub", "route", examples[0]],
    ]
    for step in use:
        if (said := _complaint(step, folder)) is not None:
            return f"{' '.join(str(part) for part in step)}\n{said}"
    shutil.rmtree(folder)
    return None
