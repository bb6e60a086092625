# ruff: noqa: INP001 - scripts that run before anything is installed, not a package
"""System tools that only tests need: kcat, promtool, Chromium. Installed from Debian's packages where that is allowed.

kcat and Chromium start nothing and need libraries, so apt installs them. The package of promtool would also start a
Prometheus service: only its program, which needs no library, is taken out of the package, into .hub/tools. Where
nothing may be installed, the tests that need a tool are named at the end of the run.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from environment import STATE
from say import say

TOOLS = STATE / "tools"
_PACKAGES = {"kcat": "kcat", "chromium": "chromium"}
_APT = ("-q", "-y", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30")


def search_path() -> str:
    """Give PATH with the tools of this checkout in front."""
    return f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}{os.pathsep}/usr/bin{os.pathsep}/bin"


def install_tools() -> None:
    """Install what is missing, as far as possible; never a reason to stop."""
    packages = [package for tool, package in _PACKAGES.items() if not _found(tool)]
    promtool = not _found("promtool")
    if not packages and not promtool:
        return
    privilege = _privilege()
    if shutil.which("apt-get") is None or privilege is None:
        missing = ", ".join([*packages, *(["promtool"] if promtool else [])])
        say(f"Not installed here, and may not be: {missing}. The tests that need them are named at the end.")
        return
    if packages:
        say(f"Installing for the tests: {', '.join(packages)}")
        if not _apt(privilege, packages):
            _run([*privilege, "apt-get", "update", *_APT])
            for package in packages:
                if not _apt(privilege, [package]):
                    say(f"  {package} could not be installed; the tests that need it are named at the end.")
    if promtool:
        say("Taking promtool out of its Debian package")
        if not _promtool() and not (_run([*privilege, "apt-get", "update", *_APT]) and _promtool()):
            say("  promtool could not be had; the tests that need it are named at the end.")


def _found(tool: str) -> bool:
    return shutil.which(tool, path=search_path()) is not None


def _privilege() -> Sequence[str] | None:
    """Say what goes before a command of root's: nothing, sudo without a password, or None when neither is possible."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    return (sudo, "-n") if sudo and _run([sudo, "-n", "true"]) else None


def _apt(privilege: Sequence[str], packages: Sequence[str]) -> bool:
    keep = ["env", "DEBIAN_FRONTEND=noninteractive"]
    return _run([*privilege, *keep, "apt-get", "install", "--no-install-recommends", *_APT, *packages])


def _promtool() -> bool:
    with TemporaryDirectory(dir=STATE) as folder:
        if not _run(["apt-get", "download", "-q", "prometheus"], folder):
            return False
        (package,) = Path(folder).glob("*.deb")
        if not _run(["dpkg", "-x", str(package), folder]):
            return False
        TOOLS.mkdir(exist_ok=True)
        shutil.move(Path(folder) / "usr" / "bin" / "promtool", TOOLS / "promtool")
    return True


def _run(command: Sequence[str], folder: str | None = None) -> bool:
    """Run quietly; the log of all of it is .hub/tools.log."""
    with (STATE / "tools.log").open("ab") as log:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)  # noqa: S603 - ours
    return done.returncode == 0
