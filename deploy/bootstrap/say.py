# ruff: noqa: INP001 - scripts that run before anything is installed, not a package
"""How ./dev talks: plain lines, one moving line on a terminal, problems with their way out."""

import shutil
import sys


class Problem(Exception):
    """Something that a person can act on: what happened, and the way out."""

    def __init__(self, message: str, way_out: str, status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
        self.status = status


def say(line: str) -> None:
    """Print one line at once, over the moving line if there is one."""
    clear = "\r\x1b[K" if sys.stdout.isatty() else ""
    sys.stdout.write(f"{clear}{line}\n")
    sys.stdout.flush()


def say_moving(line: str) -> None:
    """Replace the moving line; nothing where the output is no terminal."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write(f"\r\x1b[K{line[:width]}")
        sys.stdout.flush()


def say_problem(problem: Problem) -> None:
    """Print what happened and the way out."""
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{clear}\n{problem.message}\n→ {problem.way_out}\n")
