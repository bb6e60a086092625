"""Conditional answers (RFC 9110 §13): who has the newest already is told so, and nothing is sent twice."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from litestar import Request, Response

PRIVATE: Final = "private, no-cache"
"""Only for whom it was made for, and asked again each time: the answer is then 304 as long as nothing changed."""


def conditional(
    request: Request[Any, Any, Any],
    body: bytes,
    media_type: str,
    *,
    last_modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """200 with the body, or 304 without where the caller has the same already.

    The tag is strong, made of the body's bytes. If-Modified-Since counts only where If-None-Match is not given, in
    whole seconds.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    found = {"ETag": tag, "Cache-Control": PRIVATE, **(headers or {})}
    if last_modified is not None:
        found["Last-Modified"] = format_datetime(last_modified.astimezone(UTC), usegmt=True)
    if _has(request, tag, last_modified):
        return Response(b"", status_code=304, headers=found, media_type=media_type)
    return Response(body, status_code=200, headers=found, media_type=media_type)


def _has(request: Request[Any, Any, Any], tag: str, last_modified: datetime | None) -> bool:
    given = request.headers.get("if-none-match")
    if given is not None:
        return given.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in given.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or last_modified is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except ValueError:
        return False
    return last_modified.replace(microsecond=0) <= (known if known.tzinfo else known.replace(tzinfo=UTC))
