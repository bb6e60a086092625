"""What every role beside the gateway does around its work: logs, /metrics and /health, signals, a clean end."""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
import uvloop
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hub.errors import HubError, StartError
from hub.health import Health
from hub.log import configure_logging
from hub.settings import Settings

log = structlog.get_logger()

STOP_SECONDS = 9.0  # a role that has not ended by then is ended: a graceful stop takes ten seconds at most


@dataclass(frozen=True, slots=True)
class Service:
    """What a role gets to run with: its settings, its health, and the event that asks it to stop."""

    settings: Settings
    health: Health
    stop: asyncio.Event


def run_service(role: str, settings: Settings, work: Callable[[Service], Awaitable[None]]) -> None:
    """Run `work` until it ends or a SIGTERM or SIGINT sets `stop`; then it has STOP_SECONDS to end by itself.

    An exception that leaves `work` ends the process with exit code 1, so that a supervisor starts it again.
    """
    configure_logging(settings, role)
    gc.freeze()  # what was imported stays: the collector need not walk through it while an urgency waits
    uvloop.run(_run(role, settings, work))


async def _run(role: str, settings: Settings, work: Callable[[Service], Awaitable[None]]) -> None:
    service = Service(settings, Health(role), asyncio.Event())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop.set)
    async with _operations_server(service):
        task = asyncio.ensure_future(work(service))
        stopping = asyncio.create_task(service.stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not task.done():
            log.info("stopping")
            await asyncio.wait({task}, timeout=STOP_SECONDS)
        if not task.done():
            log.error("stop_took_too_long", seconds=STOP_SECONDS)
            os._exit(1)
        try:
            task.result()
        except HubError as error:
            log.error("role_failed", reason=error.message, way_out=error.way_out)
            raise
        log.info("stopped")


@contextlib.asynccontextmanager
async def _operations_server(service: Service):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- contextlib's shape
    runner = web.AppRunner(operations_app(service.health), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, service.settings.metrics_host, service.settings.metrics_port)
    try:
        await site.start()
    except OSError as error:
        address = f"{service.settings.metrics_host}:{service.settings.metrics_port}"
        message = f"Cannot listen on {address} for /metrics: {error.strerror}."
        raise StartError(message, "Stop what uses the port, or set HUB_METRICS_PORT to a free one.") from error
    log.info("started", operations=site.name)
    try:
        yield
    finally:
        await runner.cleanup()


def operations_app(health: Health) -> web.Application:
    """The HTTP application of operations: GET /metrics, /health, /health/live and /health/ready."""

    async def metrics_page(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def answer(good: bool) -> web.Response:  # noqa: FBT001 -- one use, next to its definition
        return web.json_response(health.report(), status=200 if good else 503)

    async def live(_: web.Request) -> web.Response:
        return answer(health.live)

    async def ready(_: web.Request) -> web.Response:
        return answer(health.ready)

    app = web.Application()
    app.add_routes(
        [
            web.get("/metrics", metrics_page),
            web.get("/health/live", live),
            web.get("/health/ready", ready),
            web.get("/health", ready),
        ]
    )
    return app
