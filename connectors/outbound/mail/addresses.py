"""E-mail addresses as SMTP carries them (RFC 5321 §4.1.2, RFC 6531)."""

import re
from functools import lru_cache
from typing import Final

_LOCAL: Final = re.compile(r"[^\s@<>()\[\],;:\\\".\x00-\x1f\x7f]+(?:\.[^\s@<>()\[\],;:\\\".\x00-\x1f\x7f]+)*")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_LONGEST: Final = 254  # octets of a whole address
_LONGEST_LOCAL: Final = 64


def transport_address(address: str) -> str | None:
    """The address with its host in ASCII (IDNA); None when SMTP cannot carry it.

    A local part outside ASCII stays as it is: it takes a server that knows SMTPUTF8. Quoted local parts and address
    literals are not taken: no professional mailbox has them.
    """
    local, at, host = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > _LONGEST_LOCAL:
        return None
    ascii_host = _ascii_host(host)
    if ascii_host is None:
        return None
    whole = f"{local}@{ascii_host}"
    return whole if len(whole.encode()) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _ascii_host(host: str) -> str | None:
    """A host in ASCII; None for what is none."""
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return ascii_host if _HOST.fullmatch(ascii_host) else None
