"""Key pairs and encryption of the personal block: P-256, ECDH-ES+A256KW, A256GCM (RFC 7516, 7517, 7518).

Nothing here stores, logs or prints a key; what is wrong with one is said without repeating it.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.errors import HubError

CURVE: Final = "P-256"
ALGORITHM: Final = "ECDH-ES+A256KW"
ENCRYPTION: Final = "A256GCM"
_PUBLIC: Final = ("kty", "crv", "x", "y")
_NUMBERS: Final = ("x", "y", "d")
_COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 octets in base64url
_ALLOWED: Final = [ALGORITHM, ENCRYPTION]

Jwk = dict[str, str]
"""A JSON Web Key (RFC 7517) of the curve P-256; a private one holds `d`."""


class KeyUnusable(HubError):
    """A text is no key of the kind that is asked for."""

    exit_code = 2


class Unreadable(HubError):
    """A JWE cannot be opened with this key: it was made for another one, or was changed."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair under its id; `private` goes to one place only, and is not in `repr`."""

    kid: str
    public: Jwk
    private: Jwk = field(repr=False)


def new_pair(prefix: str) -> KeyPair:
    """Make a key pair; its id is the prefix and the thumbprint (RFC 7638) of the public key."""
    key = ECKey.generate_key(CURVE)
    public = _published(key, prefix)
    return KeyPair(public["kid"], public, public | {"d": str(key.as_dict(private=True)["d"])})


def read_public(text: str | bytes, prefix: str) -> Jwk:
    """Read a public JWK as somebody else made it; it gets our id. Raises KeyUnusable, also for a private key."""
    document = _document(text)
    if "d" in document:
        msg = "This is a private key: the hub must never see it."
        raise KeyUnusable(msg, "Give the public key alone: the same JWK without its member `d`.")
    return _published(_imported({name: document.get(name) for name in _PUBLIC}), prefix)


def read_private(text: str | bytes) -> Jwk:
    """Read a private JWK. Raises KeyUnusable."""
    document = _document(text)
    if "d" not in document:
        msg = "This is no private key: its member `d` is not there."
        raise KeyUnusable(msg, _WAY_OUT)
    _imported({name: document.get(name) for name in (*_PUBLIC, "d")})
    return document


def encrypt(content: bytes, public: Jwk, content_type: str | None = None) -> str:
    """Encrypt for the owner of a public key: a JWE in compact form, with the key's id in the header."""
    header: dict[str, Any] = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": public["kid"]}
    if content_type is not None:
        header["cty"] = content_type
    return jwe.encrypt_compact(header, content, _imported({name: public[name] for name in _PUBLIC}))


def decrypt(token: str, private: Jwk) -> bytes:
    """Open a JWE in compact form with a private key. Raises Unreadable."""
    key = _imported({name: private.get(name) for name in (*_PUBLIC, "d")})
    try:
        content = jwe.decrypt_compact(token, key, algorithms=_ALLOWED).plaintext
    except (JoseError, ValueError):
        content = None  # the messages of the library do not say what to do
    if content is None:
        msg = "This cannot be opened with this key: it was encrypted for another key, or was changed."
        raise Unreadable(msg, "Compare the `kid` in its header with that of the key.")
    return content


def wrap(pair: KeyPair, public: Jwk) -> str:
    """Encrypt the private key of a pair for the owner of another public key."""
    return encrypt(json.dumps(pair.private).encode(), public, "jwk+json")


def unwrap(wrapped: str, private: Jwk) -> Jwk:
    """Open a wrapped private key. Raises Unreadable, and KeyUnusable where there is no key in it."""
    return read_private(decrypt(wrapped, private))


_WAY_OUT: Final = f"A key is a JSON Web Key (RFC 7517) of type EC and curve {CURVE}."


def _published(key: ECKey, prefix: str) -> Jwk:
    held = key.as_dict(private=False)
    members = {name: str(held[name]) for name in _PUBLIC}
    return members | {"kid": f"{prefix}-{key.thumbprint()}", "use": "enc", "alg": ALGORITHM}


def _document(text: str | bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        msg = "This is no JSON object."
        raise KeyUnusable(msg, _WAY_OUT)
    return document


def _imported(members: dict[str, Any]) -> ECKey:
    """The key of these members, built at once: its point must be on the curve, and `d` must be its own."""
    try:
        if members["crv"] == CURVE and all(_is_coordinate(members[name]) for name in members if name in _NUMBERS):
            key = ECKey.import_key(members)
            _ = key.raw_value  # joserfc builds the key when it is first used
            return key
    except (JoseError, ValueError):
        pass  # their messages may hold what was given
    msg = f"This is no usable key of the curve {CURVE}."
    raise KeyUnusable(msg, _WAY_OUT)


def _is_coordinate(value: object) -> bool:
    return isinstance(value, str) and _COORDINATE.fullmatch(value) is not None
