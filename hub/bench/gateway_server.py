"""The gateway of `hub bench gateway`: the real one, with one more route that does nothing."""

from typing import Any

from litestar import Litestar, Request, Response, post

from hub.gateway.app import build_app
from hub.processes.gateway import run
from hub.settings import Settings, read_settings

NOOP_PATH = "/bench/noop"


@post(NOOP_PATH, include_in_schema=False, request_max_body_size=None)
async def noop(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Read the body and answer 202."""
    await request.body()
    return Response(b"{}", status_code=202, media_type="application/json")


def build(settings: Settings) -> Litestar:
    """Build the gateway with the route that does nothing beside its own."""
    return build_app(settings, [noop])


if __name__ == "__main__":
    run(read_settings(), build)
