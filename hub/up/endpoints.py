"""`.hub/endpoints.json`: every address and demo credential while a local hub is up, for scripts and our commands."""

import os
from pathlib import Path

import msgspec

from hub.errors import StartError


class GatewayAddresses(msgspec.Struct, frozen=True):
    """The gateway: `url` is its root, the others are whole addresses."""

    url: str
    events: str
    registry: str
    openapi: str
    health: str
    metrics: str


class RoleAddresses(msgspec.Struct, frozen=True):
    """/health and /metrics of one role."""

    health: str
    metrics: str


class MailAddresses(msgspec.Struct, frozen=True):
    """The mail catcher; both empty when mails leave through a server of one's own."""

    web: str = ""
    smtp: str = ""


class System(msgspec.Struct, frozen=True):
    """A demo system that may publish: its institution (CAF, CD35, PARTNER), its source URN and its bearer token."""

    name: str
    institution: str
    source: str
    token: str


class Endpoints(msgspec.Struct, frozen=True):
    """Everything a script needs to talk to the hub that is up. `pid` is the supervisor's."""

    pid: int
    started_at: str
    home: str
    gateway: GatewayAddresses
    roles: dict[str, RoleAddresses]
    mail: MailAddresses
    kafka: str
    database: str
    systems: list[System]


def write_endpoints(path: Path, endpoints: Endpoints) -> None:
    """Write the file at once (a reader sees all of it or none), readable by its owner only: it holds tokens."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(endpoints), indent=2) + b"\n")
    new.replace(path)


def read_endpoints(path: Path) -> Endpoints | None:
    """The addresses of the hub that is up; None when none is. Raises StartError for a file that cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Endpoints)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError) as fault:
        msg = f"{path} cannot be read: {fault}."
        raise StartError(msg, "It belongs to the hub that is up; stop that one and start it again.") from fault
