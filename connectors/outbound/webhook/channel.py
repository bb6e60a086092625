"""The webhook channel: posts a signed, thin message to the system of a contact."""

import time
from collections.abc import Callable
from typing import Final

from connectors.outbound.channel import Message, Permanent, Result, Transient
from connectors.outbound.webhook.answers import GONE, meaning
from connectors.outbound.webhook.calls import Answer
from connectors.outbound.webhook.endpoints import Endpoints
from connectors.outbound.webhook.payload import payload
from connectors.outbound.webhook.receivers import Receivers
from connectors.outbound.webhook.sender import Sender
from hub import metrics
from hub.domain.delivery.states import DeliveryReason
from hub.domain.delivery.webhooks import EndpointState
from hub.errors import LedgerUnavailable
from hub.ledger.webhooks import Endpoint

# The system was not there, or did not answer: the next message would meet the same.
_NOT_REACHED: Final = frozenset(
    {
        DeliveryReason.UNREACHABLE,
        DeliveryReason.TIMED_OUT,
        DeliveryReason.UNCONFIRMED,
        DeliveryReason.ENCRYPTION_FAILED,
    }
)


class WebhookChannel:
    """Delivers messages to systems; implements `connectors.outbound.channel.Channel`.

    `Message.recipient` is the contact's reference: its address and keys are those of this very moment. At most `most`
    calls of a lane are under way to one system.
    """

    def __init__(
        self, sender: Sender, endpoints: Endpoints, *, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sender = sender
        self._endpoints = endpoints
        self._clock = clock
        self._receivers = Receivers(most, clock)

    async def deliver(self, message: Message) -> Result:
        """Deliver one message and say what became of it."""
        try:
            endpoint = await self._endpoints.of(message.recipient)
            if endpoint is None:
                return Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the contact has no webhook")
            result = await self._to(endpoint, message)
            if isinstance(result, Permanent) and result.detail == f"answer {GONE}":
                await self._endpoints.gone(endpoint.id)
        except LedgerUnavailable:
            return Transient(DeliveryReason.HUB_FAULT, "the ledger does not answer")
        return result

    async def close(self) -> None:
        """Close the kept connections."""
        await self._sender.close()

    async def _to(self, endpoint: Endpoint, message: Message) -> Result:
        match endpoint.state:
            case EndpointState.PENDING:
                return Transient(DeliveryReason.TEMPORARILY_REFUSED, "the webhook waits for its handshake")
            case EndpointState.DISABLED:
                return Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the webhook is out of service")
        target = self._sender.target(endpoint)
        if isinstance(target, Permanent):
            return target
        place = f"{message.lane} {target.receiver}"
        later = await self._receivers.enter(place)
        if later is not None:
            return Transient(DeliveryReason.TEMPORARILY_REFUSED, later.why, later.seconds, tried=False)
        began, reached, spare = self._clock(), True, 0.0
        try:
            answer = await self._sender.send(endpoint, message.delivery, payload(message), message.sent_at)
            result = meaning(answer, message.sent_at) if isinstance(answer, Answer) else answer
            if isinstance(result, Transient):
                reached, spare = result.reason not in _NOT_REACHED, result.retry_after or 0.0
        finally:
            await self._receivers.leave(place, began, reached=reached, spare=spare)
            metrics.WEBHOOK_RECEIVERS_SPARED.set(self._receivers.paused)
        return result
