"""One HTTP call to a system: to the very address that was checked, without redirects, proxies or patience.

httpcore, the engine of httpx, is used as it is: it follows nothing, keeps no cookies, decompresses nothing, and lets
the connection be made here.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from connectors.guard.addresses import AddressRefused, Allowed, Target, target_of
from connectors.guard.backend import CheckedBackend, Resolve, authority, resolve_by_system
from connectors.outbound.channel import Permanent, Transient
from hub.domain.delivery.states import DeliveryReason

LONGEST_ANSWER: Final = 4096  # bytes of a body that are read; the rest is left, and the connection given up
_BODY_SECONDS: Final = 2.0  # for the body, once the status is known
_KEPT_SECONDS: Final = 5.0  # a connection is kept for the next call; its address was checked when it was made


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system answered: the status, how long it asks to be left alone, and the beginning of the body."""

    status: int
    retry_after: str | None
    body: bytes


class Caller:
    """Calls systems; `seconds` is the longest for one call, from the name's resolution to the answer's status."""

    def __init__(
        self,
        *,
        allowed: Allowed,
        tls: ssl.SSLContext,
        seconds: float,
        connections: int,
        resolve: Resolve = resolve_by_system,
    ) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=CheckedBackend(allowed, resolve),
        )

    def target(self, url: str) -> Target:
        """Read an address. Raises AddressRefused."""
        return target_of(url, self._allowed)

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer | Transient | Permanent:
        """Post JSON and give the answer, whatever its status; or say at which step it failed."""
        step = _Step()
        sent = {"Host": authority(target), "Content-Length": str(len(body)), **_HEADERS, **headers}
        request = httpcore.Request(
            "POST",
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target),
            headers=list(sent.items()),
            content=body,
            extensions={"trace": step.note},
        )
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._pool.handle_async_request(request)
        except TimeoutError:
            return step.out_of_time()
        except AddressRefused as error:
            return Permanent(DeliveryReason.NO_USABLE_CHANNEL, f"connect {error}")
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            return step.failure(error)
        beginning = b""
        with contextlib.suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
            async with asyncio.timeout(_BODY_SECONDS):
                beginning = await _beginning(response)
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError):
            await response.aclose()
        return Answer(response.status, _header(response, b"retry-after"), beginning)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._pool.aclose()


_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "caf35-cd35-hub", "Accept": "application/json"}


class _Step:
    """How far a call came, as httpcore tells it: what it means that it failed depends on it."""

    def __init__(self) -> None:
        self._last = "resolve"

    async def note(self, event: str, _: Mapping[str, Any]) -> None:
        if event.startswith(("connection.", "http11.")):
            self._last = event.partition(".")[2]

    @property
    def _sent(self) -> bool:
        return self._last.startswith(("send_request", "receive_response", "response"))

    def out_of_time(self) -> Transient:
        if self._sent:
            return Transient(DeliveryReason.UNCONFIRMED, "answer not in time: it may have been accepted")
        return Transient(DeliveryReason.TIMED_OUT, "connect no answer in time")

    def failure(self, error: Exception) -> Transient:
        if self._sent:
            kind = "unreadable" if isinstance(error, httpcore.ProtocolError) else "connection lost"
            return Transient(DeliveryReason.UNCONFIRMED, f"answer {kind}: it may have been accepted")
        match _tls_fault(error):
            case ssl.SSLCertVerificationError() as cause:
                return Transient(DeliveryReason.ENCRYPTION_FAILED, f"connect certificate: {_unnamed(cause)}")
            case ssl.SSLError() as cause:
                return Transient(DeliveryReason.ENCRYPTION_FAILED, f"connect TLS: {cause.reason}")
        if "start_tls" in self._last:
            return Transient(DeliveryReason.ENCRYPTION_FAILED, "connect connection lost during the TLS handshake")
        return Transient(DeliveryReason.UNREACHABLE, f"connect {type(error.__cause__ or error).__name__}")


def _tls_fault(error: BaseException | None) -> ssl.SSLError | None:
    """The fault of TLS behind an error: each library wraps it in one of its own."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _unnamed(error: ssl.SSLCertVerificationError) -> str:
    """Why a certificate is refused, without the host's name that OpenSSL's text may quote."""
    return f"code {error.verify_code}" if "'" in error.verify_message else error.verify_message


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)


async def _beginning(response: httpcore.Response) -> bytes:
    """The body up to the longest that is read; read to its end, its connection can be kept."""
    beginning = b""
    async for part in response.aiter_stream():
        beginning += part
        if len(beginning) > LONGEST_ANSWER:
            return beginning[:LONGEST_ANSWER]
    return beginning
