"""Short secrets that the ledger keeps and only the settings' key opens: AES-256-GCM under a key derived by HKDF.

A sealed value is bound to the row it belongs to; copied to another row, it does not open.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

_NONCE: Final = 12  # bytes, as NIST SP 800-38D asks
_KEY: Final = 32


@dataclass(frozen=True, slots=True, repr=False)
class SealingKeys:
    """The keys of one purpose: the first seals, all open."""

    keys: tuple[bytes, ...]

    def seal(self, text: str, row: str) -> str:
        """Seal a text for the row of this name."""
        nonce = os.urandom(_NONCE)
        return urlsafe_b64encode(nonce + AESGCM(self.keys[0]).encrypt(nonce, text.encode(), row.encode())).decode()

    def open(self, sealed: str, row: str) -> str | None:
        """The text that was sealed for this row; None when no key opens it."""
        raw = urlsafe_b64decode(sealed)
        for key in self.keys:
            try:
                return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], row.encode()).decode()
            except InvalidTag:
                continue
        return None


def sealing_keys(setting: SecretStr, purpose: str) -> SealingKeys | None:
    """The keys that a setting gives for a purpose, separated by commas; None for an empty setting."""
    keys = [key.strip() for key in setting.get_secret_value().split(",") if key.strip()]
    if not keys:
        return None
    return SealingKeys(tuple(HKDF(SHA256(), _KEY, None, purpose.encode()).derive(key.encode()) for key in keys))
