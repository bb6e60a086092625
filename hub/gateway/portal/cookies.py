"""The cookie of a session, and what proves that a form was sent from one of our own pages.

The token in the cookie is known to the browser only; its digest is in the ledger. Every form of a session carries a
proof made of that token, and a browser says itself from which site a POST comes: both must be right.
"""

import hashlib
import hmac
import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie

from hub.settings import Settings

_PLAIN: Final = "hub-session"
_HOST_ONLY: Final = "__Host-hub-session"
_LONGEST_TOKEN: Final = 64


def new_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def is_secure(settings: Settings) -> bool:
    """Whether people reach the gateway over https."""
    return settings.public_url.startswith("https://")


def cookie_of(settings: Settings, token: str) -> Cookie:
    """The cookie that carries a token until the browser is closed; an empty token removes it.

    `__Host-` binds it to this very host, over https only (RFC 6265bis §4.1.3).
    """
    secure = is_secure(settings)
    return Cookie(
        key=_HOST_ONLY if secure else _PLAIN,
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
        max_age=None if token else 0,
    )


def token_of(request: Request[Any, Any, Any], settings: Settings) -> str | None:
    """The token that the browser sent, or None."""
    token = request.cookies.get(_HOST_ONLY if is_secure(settings) else _PLAIN)
    return token if token and len(token) <= _LONGEST_TOKEN else None


def proof_of(token: str) -> str:
    """What every form of a session carries; the token cannot be found from it."""
    return hashlib.sha256(f"hub-form-1\n{token}".encode()).hexdigest()


def is_proof(given: str, token: str) -> bool:
    """Whether a form carries the proof of this session, in constant time."""
    return hmac.compare_digest(given.encode(), proof_of(token).encode())


def comes_from_us(request: Request[Any, Any, Any], settings: Settings) -> bool:
    """Whether the browser says that a POST comes from a page of this gateway.

    Browsers send Origin with every POST; a program that sends none is no browser, and holds nobody's cookie.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    here = {_origin(settings.public_url), f"{'https' if is_secure(settings) else 'http'}://{request.headers['host']}"}
    return origin in here


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
