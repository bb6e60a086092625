"""Under which user the embedded PostgreSQL runs, and with what it reaches its files. PostgreSQL refuses to run as root.

An ordinary user runs it as itself. Root runs it as `nobody`: no user is created and no folder of anybody is opened.
Where the way to the
program or its data is closed to others (a checkout below a 0700 home), the server gets one capability to pass:
CAP_DAC_READ_SEARCH, which reads and never writes, or else CAP_DAC_OVERRIDE, the only one that most containers grant.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.embedded.engine import setpriv
from hub.errors import StartError

_CAPABILITIES = ("", "dac_read_search", "dac_override")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A user and group id, and the `setpriv` options that make a command run as them (none for an ordinary user)."""

    uid: int
    gid: int
    options: tuple[str, ...]

    def command(self, arguments: Sequence[str], *, end_with_parent: bool = False) -> list[str]:
        """Wrap the command; `end_with_parent` has the kernel stop it (SIGINT, an orderly end) when its parent dies."""
        death = ("--pdeathsig", "INT") if end_with_parent else ()
        return [setpriv(), *self.options, *death, "--", *arguments]

    def own(self, path: Path) -> None:
        """Give the path to this user, and to nobody else."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def server_user(programs: Sequence[Path], folder: Path) -> ServerUser:
    """Find a user that can run the programs and enter `folder`, which exists and becomes its own.

    Raises StartError when root may neither change user nor hand on a capability that is needed.
    """
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), ())
    nobody = pwd.getpwnam("nobody")
    fault = ""
    for capability in _CAPABILITIES:
        user = ServerUser(nobody.pw_uid, nobody.pw_gid, _options(nobody.pw_uid, nobody.pw_gid, capability))
        user.own(folder)
        # The shell enters the folder as PostgreSQL will; the programs prove that they find their libraries.
        for check in (["sh", "-c", 'cd "$0"', str(folder)], *([str(program), "--version"] for program in programs)):
            tried = subprocess.run(user.command(check), capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 - our own command
            if tried.returncode != 0:
                fault = tried.stderr.strip() or f"no way into {folder}"
                break
        else:
            return user
    msg = f"PostgreSQL does not run as root, and could not be run as the user « nobody »: {fault}"
    way_out = "Start as an ordinary user, or give HUB_DATABASE_URL the address of an existing PostgreSQL."
    raise StartError(msg, way_out)


def _options(uid: int, gid: int, capability: str) -> tuple[str, ...]:
    change = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs")
    if not capability:
        return (*change, "--inh-caps=-all", "--ambient-caps=-all")
    passing = f"-all,+{capability}"
    # Without this bit access(2), with which PostgreSQL looks for its own programs, forgets the capability.
    return (*change, f"--inh-caps={passing}", f"--ambient-caps={passing}", "--securebits=+no_setuid_fixup")
