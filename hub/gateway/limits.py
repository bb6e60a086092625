"""How much one caller may send: body size and time, nesting of the JSON, events per second."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from hub.gateway.problems import refusal

BODY_SECONDS: Final = 10.0  # longest wait for a whole body


class RateLimit:
    """A bucket of tokens per system: `per_second` flow in, up to `burst`.

    An event costs one token. A batch is let through whole when any token is left, and its debt is paid before the next
    request: so the largest batch never has to fit into what is left.
    """

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_seconds(self, system: str) -> float:
        """Seconds until the system may send again; 0 when it may now."""
        tokens = self._tokens(system)
        return 0.0 if tokens > 0 else (1.0 - tokens) / self._per_second

    def spend(self, system: str, events: int) -> None:
        """Take the tokens of `events` events."""
        self._buckets[system] = (self._tokens(system) - events, self._clock())

    def _tokens(self, system: str) -> float:
        tokens, at = self._buckets.get(system, (self._burst, 0.0))
        return min(self._burst, tokens + (self._clock() - at) * self._per_second)


async def read_body(receive: Callable[[], Awaitable[Any]], announced: bytes | None, most: int) -> bytes:
    """Read the body of an ASGI request, at most `most` bytes and BODY_SECONDS.

    Raises Refusal: BODY_TOO_LARGE without reading on (at once when Content-Length already says so), BODY_TOO_SLOW,
    REQUEST_INVALID when the caller hung up.
    """
    if announced is not None and announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive, most)
    except TimeoutError:
        detail = f"Send the whole body within {BODY_SECONDS:.0f} seconds."
        raise refusal("BODY_TOO_SLOW", detail, Connection="close") from None


async def _read(receive: Callable[[], Awaitable[Any]], most: int) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False) and len(body) <= most:
        return body
    parts, size = [body], len(body)
    while message.get("more_body", False) and size <= most:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if message["type"] == "http.disconnect":
        raise refusal("REQUEST_INVALID", "The caller hung up before the end of the body.")
    if size > most:
        raise _too_large(most)
    return b"".join(parts)


def _too_large(most: int) -> Exception:
    return refusal("BODY_TOO_LARGE", f"Send at most {most} bytes at once; split a batch.", Connection="close")


def too_deep(document: bytes, value: object, most: int) -> bool:
    """Whether a JSON value is nested deeper than `most` levels; `document` is its text.

    A text with no more brackets than that cannot be: this spares the walk for nearly every event.
    """
    return document.count(b"{") + document.count(b"[") > most and _deeper_than(value, most)


def _deeper_than(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_deeper_than(item, levels - 1) for item in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_deeper_than(item, levels - 1) for item in value)
    return False
