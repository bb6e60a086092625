"""POST /events publishes; GET /events/{source}/{id} tells where an event stands."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from hub.gateway.openapi import PublishOperation
from hub.gateway.problems import refusal
from hub.gateway.requests import read_head
from hub.gateway.status import event_status

_SECURED: list[dict[str, list[str]]] = [{"token": []}]


@post("/events", operation_class=PublishOperation, status_code=202, security=_SECURED, tags=["events"])
async def publish(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Publish one event or a batch of events (CloudEvents 1.0: structured, batched or binary mode).

    202 comes only after Kafka's acknowledgement. The same `source` and `id` may be sent again at any time: the same
    content gets the same answer, another content 409. After 503 nothing was accepted: send the same events again.
    Immediate danger, and a hand-over without the person's agreement, get 422 with the instruction: nothing of such an
    event is kept anywhere, and a caller that looks at the status alone cannot take it for transmitted.
    """
    reply = await request.app.state.parts.intake.publish(request.scope["headers"], request.receive)
    return Response(reply.body, status_code=reply.status, media_type=reply.content_type, headers=reply.headers)


@get("/events/{source:str}/{event_id:str}", security=_SECURED, tags=["events"])
async def show(request: Request[Any, Any, Any], source: FromPath[str], event_id: FromPath[str]) -> Response[bytes]:
    """Tell where an event stands: accepted, decided, delivered (counts by state), or rejected, with the times.

    For events of the caller's own institution only: any other answers 404, as an unknown one does.
    """
    parts = request.app.state.parts
    system = parts.intake.authenticate(read_head(request.scope["headers"]))
    status = await event_status(parts.engine, source, event_id) if system.shares_institution(source) else None
    if status is None:
        raise refusal("NOT_FOUND", "No event of your institution is known under this source and id.")
    return Response(msgspec.json.encode(status), media_type="application/json")


ROUTES = [publish, show]
