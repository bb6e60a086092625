"""GET /metrics and /health: the same as every other role serves."""

import os
from typing import Any

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector


@get("/metrics", include_in_schema=False)
async def show_metrics() -> Response[bytes]:
    """The metrics of this gateway, of all its server processes together."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@get(["/health", "/health/ready"], include_in_schema=False)
async def show_ready(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """Whether the gateway can accept events now; 503 with the reasons when not."""
    health = request.app.state.parts.health
    return Response(health.report(), status_code=200 if health.ready else 503)


@get("/health/live", include_in_schema=False)
async def show_live(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """Whether every loop of the gateway makes progress."""
    health = request.app.state.parts.health
    return Response(health.report(), status_code=200 if health.live else 503)


ROUTES = [show_metrics, show_ready, show_live]
