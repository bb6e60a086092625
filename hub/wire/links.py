"""Signed links: who holds one may do the one thing that it was made for, with one delivery, until it expires.

A link says the delivery's id, when it expires and a signature; nothing of a person. The signature is HMAC-SHA256 (RFC
2104) over what the link is for, the delivery and the expiry, so that nobody makes, changes or reuses one.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from hub.settings import Settings

_DELIVERY: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXPIRY: Final = re.compile(r"[1-9][0-9]{0,10}")
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Purpose(StrEnum):
    """What a link is for; one made for something else opens nothing."""

    TAKE_IN_CHARGE = "take-in-charge"
    SIGN_IN = "sign-in"


class LinkForged(Exception):
    """No key of ours signed this link for this purpose."""


class LinkExpired(Exception):
    """The link is ours, and its time is over."""


@dataclass(frozen=True, slots=True, repr=False)
class LinkKeys:
    """The keys of the links, the newest first: it signs, and every one of them opens."""

    keys: tuple[bytes, ...]

    def sign(self, purpose: Purpose, delivery: UUID, expires: datetime) -> str:
        """The end of a link's path: delivery, expiry in Unix seconds, signature."""
        until = str(int(expires.timestamp()))
        return f"{delivery}/{until}/{_signature(self.keys[0], purpose, str(delivery), until)}"

    def open(self, purpose: Purpose, parts: Sequence[str], now: datetime) -> UUID:
        """The delivery of the link with these three parts, written exactly as they were made.

        Raises LinkForged, or LinkExpired for a link of ours from its expiry on.
        """
        forms = (_DELIVERY, _EXPIRY, _SIGNATURE)
        if len(parts) != len(forms) or not all(f.fullmatch(p) for f, p in zip(forms, parts, strict=True)):
            raise LinkForged
        delivery, until, given = parts
        # Every key is compared, each in constant time: how long it takes says nothing of the signature nor of the key.
        found = [hmac.compare_digest(_signature(key, purpose, delivery, until), given) for key in self.keys]
        if not any(found):
            raise LinkForged
        if now.timestamp() >= int(until):
            raise LinkExpired
        return UUID(delivery)


def link_keys(settings: Settings) -> LinkKeys | None:
    """The keys of the settings; None where there are none, and mails then carry no such link."""
    keys = settings.link_keys.get_secret_value().split(",")
    return LinkKeys(tuple(key.strip().encode() for key in keys)) if any(keys) else None


def _signature(key: bytes, purpose: Purpose, delivery: str, until: str) -> str:
    signed = f"hub-link-1\n{purpose}\n{delivery}\n{until}".encode()
    return urlsafe_b64encode(hmac.digest(key, signed, "sha256")).rstrip(b"=").decode()
