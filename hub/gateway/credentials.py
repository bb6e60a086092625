"""Which systems may publish, and act for whom: a TOML file of tokens, kept as digests and read again when it changes.

A token is 32 random bytes, so a plain SHA-256 digest protects it: there is nothing to guess. docs/guides/credentials.md
shows the file.
"""

import hashlib
import hmac
import secrets
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from hub.domain.events import EVENT_TYPES, Source, SourceInvalid, may_emit, parse_source
from hub.domain.vocabulary import Kind, Service
from hub.errors import HubError

log = structlog.get_logger()

KINDS: Final = tuple(kind.value for kind in Kind if kind is not Kind.EMITTED)
TOKEN_PREFIX: Final = "hub_"  # noqa: S105 -- lets a secret scanner recognise a token
_CHECK_SECONDS: Final = 1.0
_KEYS: Final = frozenset({"name", "source", "token_sha256", "kinds", "inboxes"})
_CONTACT: Final = "contact:"


class CredentialsInvalid(HubError):
    """The credentials file cannot be used; nothing of it was taken over."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Contacts for whom a system may act: one by its reference, or those of a service, of one CDAS where named."""

    contact: str | None = None
    service: str | None = None
    cdas: str | None = None

    def __str__(self) -> str:
        """As in the file."""
        if self.contact is not None:
            return f"{_CONTACT}{self.contact}"
        return "/".join(part for part in (self.service, self.cdas) if part)


@dataclass(frozen=True, slots=True)
class System:
    """A system that may publish: under `source` exactly, events of `kinds`, with any of its tokens.

    It may act for the contacts of its institution that `inboxes` names: reading their inboxes, taking in charge.
    """

    name: str
    source: str
    kinds: frozenset[str]
    digests: tuple[bytes, ...] = field(repr=False)
    inboxes: tuple[Acting, ...] = ()

    @property
    def institution(self) -> Source:
        """The parsed source."""
        return parse_source(self.source)

    def may_publish(self, event_type: str) -> bool:
        """Whether both the file and the event catalogue allow this type; False for an unknown type."""
        row = EVENT_TYPES.get(event_type)
        return row is not None and row.kind.value in self.kinds and may_emit(self.institution.institution, event_type)

    def shares_institution(self, source: str) -> bool:
        """Whether `source` is of the same institution (for a partner: of the same partner)."""
        try:
            other = parse_source(source)
        except SourceInvalid:
            return False
        own = self.institution
        return (own.institution, own.partner) == (other.institution, other.partner)


def new_token() -> str:
    """A fresh token: 256 random bits, URL-safe."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """SHA-256 of a token in hexadecimal, as the file holds it."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_credentials(text: str) -> tuple[System, ...]:
    """Read the systems of a credentials file. Raises CredentialsInvalid naming every fault; never shows a digest."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"The credentials file is not TOML: {error}."
        raise CredentialsInvalid(message, "docs/guides/credentials.md shows the file.") from None
    tables = document.get("system", [])
    faults = [f"unknown key `{key}`" for key in document if key != "system"]
    systems = []
    for number, table in enumerate(tables if isinstance(tables, list) else [], 1):
        found = _table_faults(table)
        faults += [f"system {number}: {fault}" for fault in found]
        if not found:
            digests = table["token_sha256"]
            digests = [digests] if isinstance(digests, str) else digests
            kinds = frozenset(table["kinds"])
            inboxes = tuple(one for text in table.get("inboxes", []) if (one := acting_for(text)) is not None)
            systems.append(
                System(table["name"], table["source"], kinds, tuple(bytes.fromhex(d) for d in digests), inboxes)
            )
    names = [system.name for system in systems]
    faults += [f"two systems are named `{name}`" for name in sorted({n for n in names if names.count(n) > 1})]
    every = [digest for system in systems for digest in system.digests]
    if len(set(every)) < len(every):
        faults.append("one token is given twice")
    if faults:
        message = f"The credentials file cannot be used: {'; '.join(faults)}."
        raise CredentialsInvalid(message, "`hub credentials new` writes correct entries.")
    return tuple(systems)


def _table_faults(table: Any) -> list[str]:
    if not isinstance(table, dict):
        return ["it must be a table"]
    faults = [f"unknown key `{key}`" for key in table if key not in _KEYS]
    if not isinstance(table.get("name"), str) or not table["name"]:
        faults.append("`name` must be a text")
    try:
        parse_source(table.get("source", ""))
    except (SourceInvalid, AttributeError):
        faults.append("`source` must be the URN of a system")
    digests = table.get("token_sha256")
    digests = [digests] if isinstance(digests, str) else digests
    if not isinstance(digests, list) or not digests or not all(map(_is_digest, digests)):
        faults.append("`token_sha256` must hold one or more SHA-256 digests in hexadecimal")
    inboxes = table.get("inboxes", [])
    if not isinstance(inboxes, list) or None in map(acting_for, inboxes):
        faults.append("`inboxes` must hold services (CDAS, CDAS/CDAS-07, CAF_SOCIAL_WORK …) or `contact:` references")
    elif not isinstance(kinds := table.get("kinds"), list) or not (kinds or inboxes):
        faults.append(f"`kinds` must hold one or more of {', '.join(KINDS)}")
    elif not set(map(str, kinds)) <= set(KINDS):
        faults.append(f"`kinds` may hold {', '.join(KINDS)}")
    return faults


def acting_for(text: object) -> Acting | None:
    """For whom an entry of `inboxes` lets a system act; None where it cannot be read."""
    if not isinstance(text, str):
        return None
    if text.startswith(_CONTACT):
        return Acting(contact=text.removeprefix(_CONTACT)) if len(text) > len(_CONTACT) else None
    service, slash, cdas = text.partition("/")
    if service not in Service.__members__ or (slash and (not cdas or service != Service.CDAS.value)):
        return None
    return Acting(service=service, cdas=cdas or None)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value)


class Credentials:
    """The systems of a file, read again within a second of its change.

    A file that became unreadable or wrong leaves the last good content in force, with a log line.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._systems: tuple[System, ...] = ()
        self._digests: list[tuple[bytes, System]] = []
        self._seen: tuple[int, int, int] | None = None
        self._checked = float("-inf")
        self._refresh()

    @property
    def systems(self) -> tuple[System, ...]:
        """The systems in force."""
        return self._systems

    def authenticate(self, token: bytes) -> System | None:
        """The system of a token, or None. Compares with every digest, each in constant time."""
        if self._clock() - self._checked > _CHECK_SECONDS:
            self._refresh()
        presented = hashlib.sha256(token).digest()
        found = None
        for digest, system in self._digests:
            if hmac.compare_digest(presented, digest):
                found = system
        return found

    def _refresh(self) -> None:
        self._checked = self._clock()
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if mark == self._seen:
                return
            systems = read_credentials(self._path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, CredentialsInvalid) as error:
            if self._seen is not None or not self._systems:
                log.error("credentials_unusable", reason=str(error))
            self._seen = None
            return
        self._seen, self._systems = mark, systems
        self._digests = [(digest, system) for system in systems for digest in system.digests]
        log.info("credentials_read", systems=len(systems))
