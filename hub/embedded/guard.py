"""Runs one engine and outlives its owner just long enough to stop it. Standard library only: it is started as a script.

    python -I guard.py STOP_SIGNAL GRACE_SECONDS COMMAND…

Standard input is a pipe that only the owner holds. When it closes, because the owner closed it or died in whatever
way, the engine gets STOP_SIGNAL, and SIGKILL after the grace. The command is expected to begin with `setpriv
--pdeathsig`, which covers the guard's own sudden death. (Asking for that signal in the owner would not do: it follows
the owner's *thread*, and a change of user clears it.)
The first line printed is the engine's pid; the guard exits when the engine has.
"""

import os
import signal
import subprocess
import sys
import threading


def main(arguments: list[str]) -> int:
    """Start the command, say its pid, wait for its end or the owner's."""
    stop_signal, grace = signal.Signals[arguments[0]], float(arguments[1])
    engine = subprocess.Popen(arguments[2:], stdin=subprocess.DEVNULL, stdout=2)  # noqa: S603 - the owner's own command
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    os.write(1, f"{engine.pid}\n".encode())
    threading.Thread(target=_stop_when_the_owner_is_gone, args=(engine, stop_signal, grace), daemon=True).start()
    return abs(engine.wait())


def _stop_when_the_owner_is_gone(engine: "subprocess.Popen[bytes]", stop_signal: signal.Signals, grace: float) -> None:
    while os.read(0, 1):
        pass
    engine.send_signal(stop_signal)
    try:
        engine.wait(grace)
    except subprocess.TimeoutExpired:
        engine.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
