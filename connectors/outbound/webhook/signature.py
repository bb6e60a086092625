"""Keys and signatures of Standard Webhooks (https://www.standardwebhooks.com, version 1.0.0 of its specification).

The hub keeps no secret of any address. Each is derived (HKDF-SHA256, RFC 5869) from a master key of the settings, the
address's id and the key's number; the ledger holds the number, and the name of the master key.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.settings import Settings

_BYTES: Final = 32
_NAME_BYTES: Final = 8


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """One key of one address: a secret shared with the receiver, and a pair whose public half it may use instead."""

    shared: bytes
    private: Ed25519PrivateKey

    @property
    def secret(self) -> str:
        """The shared secret as receivers configure it: `whsec_…`."""
        return f"whsec_{_text(self.shared)}"

    @property
    def public(self) -> str:
        """The public key as receivers configure it: `whpk_…`."""
        return f"whpk_{_text(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}"

    def signatures(self, content: bytes) -> tuple[str, str]:
        """`v1` (HMAC-SHA256) and `v1a` (Ed25519) of a signed content."""
        shared = hmac.digest(self.shared, content, "sha256")
        return f"v1,{_text(shared)}", f"v1a,{_text(self.private.sign(content))}"


@dataclass(frozen=True, slots=True, repr=False)
class MasterKeys:
    """The master keys by name; new keys are derived from the one named `newest`."""

    newest: str
    by_name: dict[str, bytes]

    def signing_key(self, master: str, endpoint: UUID, number: int) -> SigningKey | None:
        """One key of an address, the same whenever it is derived; None without its master key."""
        found = self.by_name.get(master)
        if found is None:
            return None
        of = f"{endpoint} {number}".encode()
        private = Ed25519PrivateKey.from_private_bytes(_derived(found, b"ed25519 " + of, _BYTES))
        return SigningKey(_derived(found, b"hmac-sha256 " + of, _BYTES), private)


def master_keys(settings: Settings) -> MasterKeys | None:
    """The master keys of the settings; None where there are none: nothing is then sent to systems."""
    keys = [key.strip().encode() for key in settings.webhook_keys.get_secret_value().split(",") if key.strip()]
    if not keys:
        return None
    by_name = {_derived(key, b"name", _NAME_BYTES).hex(): key for key in keys}
    return MasterKeys(next(iter(by_name)), by_name)


def signed_headers(identifier: UUID, at: datetime, body: bytes, keys: Sequence[SigningKey]) -> dict[str, str]:
    """The headers of a message: its id, when it leaves (Unix seconds), and two signatures for each key."""
    timestamp = str(int(at.timestamp()))
    content = f"{identifier}.{timestamp}.".encode() + body
    return {
        "webhook-id": str(identifier),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(one for key in keys for one in key.signatures(content)),
    }


def _derived(master: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"hub-webhook-1 " + info).derive(master)


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")
