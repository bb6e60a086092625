"""One GET of a calendar's address: to the address that was checked, without redirects, bounded in time and size."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpcore

from connectors.guard.addresses import AddressRefused, Allowed, allowed_of, target_of
from connectors.guard.backend import CheckedBackend, Resolve, authority, resolve_by_system
from hub.domain.directory.absence_calendar import CalendarFault
from hub.errors import SettingsError
from hub.settings import Settings

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the largest calendar that is read."""

_HEADERS: Final = {"User-Agent": "caf35-cd35-hub", "Accept": "text/calendar", "Accept-Encoding": "identity"}
_LONGEST_TAG: Final = 512


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave; `body` None when it says that nothing changed."""

    body: bytes | None = field(repr=False)
    etag: str | None = field(default=None, repr=False)
    modified: str | None = field(default=None, repr=False)


class Fetcher:
    """Fetches calendars; `seconds` is the longest for one, from the name's resolution to the last byte."""

    def __init__(
        self, allowed: Allowed, tls: ssl.SSLContext, seconds: float, resolve: Resolve = resolve_by_system
    ) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_keepalive_connections=0, network_backend=CheckedBackend(allowed, resolve)
        )

    async def fetch(self, address: str, etag: str | None, modified: str | None) -> Fetched | CalendarFault:
        """Get a calendar, unless it is the one that had this tag or date."""
        url = "https:" + address.removeprefix("webcal:") if address.startswith("webcal:") else address
        try:
            target = target_of(url, self._allowed)
        except AddressRefused:
            return CalendarFault.ADDRESS_REFUSED
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {"Host": authority(target), **_HEADERS, **{k: v for k, v in known.items() if v is not None}}
        request = httpcore.Request(
            "GET",
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target),
            headers=list(headers.items()),
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(request)
        except TimeoutError:
            return CalendarFault.TIMED_OUT
        except AddressRefused:
            return CalendarFault.ADDRESS_REFUSED
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            return CalendarFault.ENCRYPTION_FAILED if _is_tls(error) else CalendarFault.UNREACHABLE

    async def _answer(self, request: httpcore.Request) -> Fetched | CalendarFault:
        response = await self._pool.handle_async_request(request)
        try:
            fault = _fault_of(response.status)
            if fault is not None:
                return fault
            if response.status == 304:
                return Fetched(None)
            body = bytearray()
            async for part in response.aiter_stream():
                body += part
                if len(body) > LARGEST:
                    return CalendarFault.TOO_LARGE
            found = {key.lower(): value for key, value in response.headers}
            return Fetched(bytes(body), _tag(found, b"etag"), _tag(found, b"last-modified"))
        finally:
            with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError):
                await response.aclose()

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.aclose()


def calendar_fetcher(settings: Settings, resolve: Resolve = resolve_by_system) -> Fetcher:
    """The fetcher of the settings. Opens nothing yet. Raises SettingsError."""
    try:
        allowed = allowed_of([entry.strip() for entry in settings.calendar_allowed.split(",") if entry.strip()])
    except ValueError as error:
        message = f"Unusable setting: HUB_CALENDAR_ALLOWED: {error}."
        raise SettingsError(message, "Write hosts, host:port, addresses or networks, separated by commas.") from error
    tls = ssl.create_default_context()
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.calendar_ca_file is not None:
        try:
            tls.load_verify_locations(cafile=str(settings.calendar_ca_file))
        except OSError as error:
            message = f"The certificate authority of calendars cannot be read: {settings.calendar_ca_file}."
            raise SettingsError(message, "HUB_CALENDAR_CA_FILE names a readable PEM file.") from error
    return Fetcher(allowed, tls, settings.calendar_timeout_seconds, resolve)


def _fault_of(status: int) -> CalendarFault | None:
    if status in {200, 304}:
        return None
    if 300 <= status < 400:
        return CalendarFault.REDIRECTED
    if status in {401, 403, 404, 410}:
        return CalendarFault.REFUSED
    return CalendarFault.ANSWERED_ERROR


def _tag(headers: Mapping[bytes, Any], name: bytes) -> str | None:
    """A validator as it goes back to the server; one that is odd is not kept."""
    value = headers.get(name, b"").decode("latin-1")
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_TAG else None


def _is_tls(error: BaseException | None) -> bool:
    """Whether TLS failed: each library wraps its error in one of its own."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None
