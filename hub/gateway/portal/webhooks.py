"""« Mon webhook »: the address of a system to which messages go, as the directory gives it, and how it stands.

The address belongs to the directory and its keys to the hub's operators: this page tells, and changes nothing.
"""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.webhooks import EndpointState
from hub.gateway.portal.visits import Visitor, shown, visit
from hub.gateway.wording import moment_of
from hub.ledger.webhooks import Endpoint, endpoint_of


@get("/portal/webhooks", include_in_schema=False)
async def show_webhook(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Whether a system of the contact takes messages, and what it waits for if it does not."""

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        found = await endpoint_of(connection, visitor.reference)
        return shown(
            request,
            visitor,
            "webhooks",
            heading="Mon webhook",
            current="webhooks",
            address=visitor.contact.webhook,
            endpoint=None if found is None else _row(found),
        )

    return await visit(request, view)


def _row(found: Endpoint) -> dict[str, object]:
    return {
        "state": found.state.label,
        "active": found.state is EndpointState.ACTIVE,
        "reason": None if found.reason is None else found.reason.label,
        "since": None if found.activated_at is None else moment_of(found.activated_at),
        "next": None if found.next_handshake_at is None else moment_of(found.next_handshake_at),
        "keys": len(found.keys),
    }


ROUTES = [show_webhook]
