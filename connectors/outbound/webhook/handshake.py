"""The handshake of an address: a challenge that only a system which wants the hub's messages sends back."""

import hmac
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from connectors.outbound.channel import Permanent, Transient
from connectors.outbound.webhook.payload import verification
from connectors.outbound.webhook.sender import Sender
from hub.domain.delivery.states import DeliveryReason
from hub.domain.delivery.webhooks import EndpointReason
from hub.ledger.webhooks import Endpoint


async def verify(
    sender: Sender, endpoint: Endpoint, *, identifier: UUID, challenge: str, at: datetime
) -> EndpointReason | None:
    """Post a signed challenge and wait for it as `{"challenge": "…"}` in a 2xx answer; None when it came back.

    It keeps the hub from sending to whom the directory names by mistake, or by malice.
    """
    answer = await sender.send(endpoint, identifier, verification(endpoint.id, challenge, at), at)
    match answer:
        case Permanent():
            return EndpointReason.ADDRESS_NOT_ALLOWED
        case Transient(reason=DeliveryReason.HUB_FAULT):
            return EndpointReason.NOT_SIGNED
        case Transient():
            return EndpointReason.UNREACHABLE
    if not 200 <= answer.status < 300:
        return EndpointReason.REFUSED
    echoed = _challenge(answer.body)
    if echoed is None or not hmac.compare_digest(challenge.encode(), echoed.encode()):
        return EndpointReason.CHALLENGE_NOT_ECHOED
    return None


def _challenge(body: bytes) -> str | None:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = found.get("challenge") if isinstance(found, dict) else None
    return value if isinstance(value, str) and value.isprintable() else None
