# ruff: noqa: INP001 - scripts that run before anything is installed, not a package
"""What `./dev` does. Standard library only: nothing is installed yet when it starts."""

import os
import sys

import environment
import verify
from say import Problem, say, say_problem
from tools import install_tools

HELP = """\
./dev up [options]    install what is locked, then start the whole hub on this machine (options: ./dev up --help)
./dev test            install, run every check and every test; names at the end what could not be run here
./dev test ARGS…      install, run pytest with these arguments only
./dev check           install, run the checks only: style, types, imports, schemas, docs, the built wheel
./dev setup           install only; the command line is .venv/bin/hub afterwards
./dev help            this text

Everything lands in .venv/ and .hub/ of this checkout and in your cache folder.
PYTHON=… chooses the Python (3.11 or later).
"""


def main(arguments: list[str]) -> int:
    """Carry out one command; its exit status."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in {"help", "-h", "--help"}:
        sys.stdout.write(HELP)
        return 0
    if command not in {"setup", "up", "check", "test"}:
        raise Problem(f"« {command} » is not a command of ./dev.", "./dev help lists them.", status=2)
    if command in {"setup", "check"} and rest:
        raise Problem(f"./dev {command} takes no arguments.", "./dev help says what each command takes.", status=2)
    environment.set_up()
    if command == "up":
        hub = environment.VENV / "bin" / "hub"
        os.execv(hub, [str(hub), "up", *rest])  # noqa: S606 - this process becomes the hub: signals reach it directly
    if command == "check":
        return verify.run_checks()
    if command == "test":
        install_tools()
        return verify.run_all() if not rest else verify.run_tests(rest)
    say("Ready: .venv/bin/hub --help, or ./dev up")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        say_problem(problem)
        sys.exit(problem.status)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the same command goes on from here.\n")
        sys.exit(130)
