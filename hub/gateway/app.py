"""The gateway's application: its parts, its routes, and what every answer carries."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data import load_territory
from hub.gateway import portal
from hub.gateway.acceptance import Acceptor
from hub.gateway.credentials import Credentials
from hub.gateway.intake import Intake
from hub.gateway.limits import RateLimit
from hub.gateway.openapi import openapi_config
from hub.gateway.pages import refusal_page
from hub.gateway.portal.cookies import is_secure
from hub.gateway.portal.directory_events import DirectoryEvents
from hub.gateway.problems import PROBLEM_JSON, Refusal, refusal
from hub.gateway.publisher import Publisher
from hub.gateway.recently_refused import RecentlyRefused
from hub.gateway.refused import AgreementRefusals
from hub.gateway.routes import (
    acknowledge,
    events,
    feeds,
    inbox,
    indicators,
    keys,
    notices,
    operations,
    pages,
    registry,
    situations,
)
from hub.health import Health
from hub.ledger.engine import ledger_engine
from hub.settings import Settings
from hub.wire.cloudevents import EventReader
from hub.wire.links import LinkKeys, link_keys
from hub.wire.schemas import Catalogue, load_catalogue

log = structlog.get_logger()

_NO_REFERRER: Final = (b"referrer-policy", b"no-referrer")
# Under no-referrer a browser would say « Origin: null » of a form, and the pages could not tell their own.
_OWN_REFERRER: Final = (b"referrer-policy", b"same-origin")
_PORTAL: Final = "/portal"
_FOR_PEOPLE: Final = frozenset({"portal", "acknowledge", "notices", "situations", "accessibility", "privacy"})
"""First parts of the addresses that people open: a fault there is told by a page in French."""
_SECURITY: Final = (
    (b"server", b"hub"),
    (b"x-content-type-options", b"nosniff"),
    _NO_REFERRER,
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
_STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE: Final = (b"cache-control", b"no-store")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes use; `links` are the keys of signed links, None without any."""

    settings: Settings
    health: Health
    catalogue: Catalogue
    intake: Intake
    engine: AsyncEngine
    links: LinkKeys | None
    directory_events: DirectoryEvents


def build_app(settings: Settings, further_routes: Sequence[HTTPRouteHandler] = ()) -> Litestar:
    """Build the application. It connects when the server starts it, and answers 503 until its parts are there.

    `further_routes` is for measurements: routes of the same server beside the gateway's own.
    """
    health = Health("gateway")

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        publisher = Publisher(settings, health)
        acceptor = Acceptor(settings.database_url.get_secret_value(), publisher, health, lambda: datetime.now(UTC))
        catalogue = load_catalogue()
        engine = ledger_engine(settings)
        refusals = AgreementRefusals(engine, lambda: datetime.now(UTC))
        reader = EventReader(catalogue, load_territory())
        intake = Intake(
            settings,
            Credentials(settings.credentials_file),
            RateLimit(settings.rate_per_second / settings.gateway_workers, settings.rate_burst),
            reader,
            acceptor,
            refusals,
            RecentlyRefused(time.monotonic, secrets.token_bytes(32)),
        )
        directory_events = DirectoryEvents(reader, acceptor, publisher, engine)
        app.state.parts = Parts(settings, health, catalogue, intake, engine, link_keys(settings), directory_events)
        publisher.start()
        acceptor.start()
        refusals.start()
        log.info("started", address=f"{settings.gateway_host}:{settings.gateway_port}")
        try:
            yield
        finally:
            log.info("stopping")
            async with asyncio.timeout(8):
                await acceptor.stop()
                await publisher.stop()
                await refusals.stop()
                await engine.dispose()
            log.info("stopped")

    return Litestar(
        route_handlers=[
            *events.ROUTES,
            *keys.ROUTES,
            *inbox.ROUTES,
            *indicators.ROUTES,
            *feeds.ROUTES,
            *registry.ROUTES,
            *notices.ROUTES,
            *situations.ROUTES,
            *acknowledge.ROUTES,
            *pages.ROUTES,
            *portal.ROUTES,
            *operations.ROUTES,
            *further_routes,
        ],
        lifespan=[lifespan],
        openapi_config=openapi_config(),
        exception_handlers={Refusal: _refused, HTTPException: _http_error, Exception: _failed},
        before_request=_readable,
        before_send=[_headers(settings)],
        on_app_init=[_quiet],
        request_max_body_size=None,
        debug=False,
        state=State({"parts": None}),
    )


def _quiet(config: AppConfig) -> AppConfig:
    config.logging_config = None  # hub.log has set up the logs
    return config


async def _readable(request: Request[Any, Any, Any]) -> None:
    """Refuse a NUL in an address: PostgreSQL holds none in a text (manual §8.3), and would seem to be away."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise refusal("REQUEST_INVALID", "The address holds a NUL character.")


def _headers(settings: Settings) -> Callable[[Message, Scope], Awaitable[None]]:
    """What adds the headers of every answer; over https also that the next visit begins with https (RFC 6797)."""
    security = (*_SECURITY, _STRICT_TRANSPORT) if is_secure(settings) else _SECURITY

    async def secure(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = [*message.get("headers", ()), *security]
        if not any(name == b"cache-control" for name, _ in headers):
            headers.append(_NO_STORE)
        if scope["path"].startswith(_PORTAL):
            headers[headers.index(_NO_REFERRER)] = _OWN_REFERRER
        message["headers"] = headers

    return secure


def _refused(request: Request[Any, Any, Any], found: Refusal) -> Response[bytes]:
    if _room(request) in _FOR_PEOPLE:
        answer = refusal_page(found.problem.status, str(found.document()["instance"]))
        answer.headers.update(found.headers)
        return answer
    return Response(found.body(), status_code=found.problem.status, media_type=PROBLEM_JSON, headers=found.headers)


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    if error.status_code == 404:
        found = refusal("NOT_FOUND", "docs and /openapi.json list the addresses of the gateway.")
    elif error.status_code == 405:
        found = refusal("METHOD_NOT_ALLOWED", "/openapi.json lists the methods of this address.")
    elif error.status_code < 500:
        found = refusal("REQUEST_INVALID", "A parameter of the address is missing or of the wrong form.")
    else:
        return _failed(request, error)
    found.headers.update(error.headers or {})
    return _refused(request, found)


def _room(request: Request[Any, Any, Any]) -> str:
    """First part of the address: enough for a log, and never a secret."""
    return str(request.scope["path"].split("/")[1])


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    found = refusal("INTERNAL", "This is a fault of the hub; its operators find it in the log by `instance`.")
    document = found.document()
    # The exception's text could hold what the caller sent: its type and place are enough.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "" if frame is None else f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}"
    log.error(
        "request_failed",
        path=_room(request),
        kind=type(error).__name__,
        place=place,
        instance=document["instance"],
    )
    if _room(request) in _FOR_PEOPLE:
        return refusal_page(500, str(document["instance"]))
    return Response(msgspec.json.encode(document), status_code=500, media_type=PROBLEM_JSON)
