"""Makes the handshakes of webhooks that wait for one, and counts the webhooks by state."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.webhook.handshake import verify
from connectors.outbound.webhook.sender import Sender
from hub import metrics
from hub.dispatcher.patience import patiently
from hub.domain.delivery.webhooks import EndpointReason, EndpointState
from hub.health import Health
from hub.ledger.webhook_handshakes import activate, claim_handshake, handshake_failed
from hub.ledger.webhooks import Endpoint, count_endpoints

log = structlog.get_logger()

_TURN_SECONDS: Final = 5.0
_LEASE: Final = timedelta(minutes=5)  # longer than a call may take
_AT_ONCE: Final = 8  # handshakes in one turn


class Handshakes:
    """Tries what is due, several addresses at once, each by one dispatcher; `identify` and `challenge` are random."""

    def __init__(
        self,
        sender: Sender,
        *,
        engine: AsyncEngine,
        health: Health,
        clock: Callable[[], datetime],
        identify: Callable[[], UUID] = uuid4,
        challenge: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._sender = sender
        self._engine = engine
        self._health = health
        self._clock = clock
        self._identify = identify
        self._challenge = challenge

    async def run(self) -> None:
        """Go on until cancelled."""
        progress = self._health.loop("handshakes", 180.0)
        while True:
            tried = await self.turn(progress)
            if not tried:
                await asyncio.sleep(_TURN_SECONDS)

    async def turn(self, progress: Callable[[], None]) -> int:
        """Make the handshakes that are due, at most some, and count the webhooks; returns how many were made."""
        due: list[Endpoint] = []
        while len(due) < _AT_ONCE:
            found = await patiently(self._claim, self._health, progress)
            if found is None:
                break
            due.append(found)
        results = await asyncio.gather(*(self._verify(endpoint) for endpoint in due))
        for endpoint, result in zip(due, results, strict=True):
            await self._record(endpoint, result, progress)
        for state, number in (await patiently(self._count, self._health, progress)).items():
            metrics.WEBHOOK_ENDPOINTS.labels(state).set(number)
        return len(due)

    async def _claim(self) -> Endpoint | None:
        async with self._engine.begin() as connection:
            return await claim_handshake(connection, self._clock(), _LEASE)

    async def _verify(self, endpoint: Endpoint) -> EndpointReason | None:
        return await verify(
            self._sender,
            endpoint,
            identifier=self._identify(),
            challenge=self._challenge(),
            at=self._clock(),
        )

    async def _record(self, endpoint: Endpoint, failure: EndpointReason | None, progress: Callable[[], None]) -> None:
        async def transaction() -> None:
            async with self._engine.begin() as connection:
                if failure is None:
                    await activate(connection, endpoint.id, self._clock(), before={EndpointState.PENDING})
                else:
                    await handshake_failed(connection, endpoint.id, failure, self._clock())

        await patiently(transaction, self._health, progress)
        result = (failure or EndpointState.ACTIVE).value
        metrics.WEBHOOK_HANDSHAKES.labels(result).inc()
        log.info("webhook_handshake", webhook=str(endpoint.id), result=result)

    async def _count(self) -> dict[str, int]:
        async with self._engine.connect() as connection:
            return await count_endpoints(connection)
