"""The role `connectors`: pollers that fetch events from elsewhere. None is configured in this version."""

import asyncio

import structlog

from hub.processes.service import Service, run_service
from hub.settings import Settings

log = structlog.get_logger()

_TURN_SECONDS = 5.0


def run(settings: Settings) -> None:
    """Run until SIGTERM: healthy, and saying that it has nothing to fetch."""
    run_service("connectors", settings, _work)


async def _work(service: Service) -> None:
    progress = service.health.loop("idle", 6 * _TURN_SECONDS)
    log.info("nothing_to_do", reason="no inbound connector is configured")
    while not service.stop.is_set():
        progress()
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await service.stop.wait()
        except TimeoutError:
            continue
