"""The ports of a local hub: one base, fixed places above it, each looked at before anything starts."""

import os
from dataclasses import dataclass
from pathlib import Path

from hub.embedded.engine import check_port_is_free
from hub.errors import SettingsError, StartError

DEFAULT_BASE = 8350
_HIGHEST_OFFSET = 13


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part of a local hub listens, on 127.0.0.1."""

    base: int

    @property
    def gateway(self) -> int:
        """HTTP: events, schema registry, OpenAPI, metrics and health of the gateway."""
        return self.base

    @property
    def operations(self) -> dict[str, int]:
        """/metrics and /health of each role beside the gateway."""
        return {
            role: self.base + place
            for place, role in enumerate(("router", "processors", "dispatcher", "connectors"), 1)
        }

    @property
    def mail_web(self) -> int:
        """The page that shows the mails caught."""
        return self.base + 5

    @property
    def kafka(self) -> int:
        """Kafka's clients."""
        return self.base + 10

    @property
    def kafka_controller(self) -> int:
        """Kafka's own controller."""
        return self.base + 11

    @property
    def postgres(self) -> int:
        """PostgreSQL."""
        return self.base + 12

    @property
    def smtp(self) -> int:
        """The mail catcher."""
        return self.base + 13


def read_ports() -> Ports:
    """The ports above HUB_PORT_BASE (8350 when unset). Raises SettingsError for a base that cannot be used."""
    text = os.environ.get("HUB_PORT_BASE", str(DEFAULT_BASE))
    if not text.isdecimal() or not 1024 <= int(text) <= 65535 - _HIGHEST_OFFSET:
        msg = "Unusable setting: HUB_PORT_BASE is not a port number between 1024 and 65522."
        raise SettingsError(msg, "Give the first of fourteen ports, for example HUB_PORT_BASE=9350.")
    return Ports(int(text))


def check_ports(wanted: dict[str, int]) -> None:
    """Raise StartError naming every port of `wanted` (what for → port) that is taken, by whom, and the way out."""
    taken: list[str] = []
    for what, port in wanted.items():
        try:
            check_port_is_free(port, what)
        except StartError:
            holder = holder_of(port)
            taken.append(
                f"127.0.0.1:{port} ({what}) is taken by {holder or 'a program that only its owner or root can name'}"
            )
    if taken:
        ends = "; ".join(taken)
        other = min(wanted.values()) // 1000 * 1000 + 1350
        msg = f"The hub cannot start: {ends}."
        way_out = f"Stop that program, or choose other ports: `HUB_PORT_BASE={other} ./dev up`."
        raise StartError(msg, way_out)


def holder_of(port: int) -> str:
    """Name the process that listens on a port, as « process 123 (java) »; empty when it cannot be known."""
    inodes = _listening_inodes(port)
    if not inodes:
        return ""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and _holds(process, inodes):
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
            return f"process {process.name} ({name})"
    return ""


def _listening_inodes(port: int) -> set[str]:
    listening = "0A"  # TCP_LISTEN, as the kernel prints it
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        except FileNotFoundError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in inodes for link in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or somebody else's
        return False
