"""The addresses as the channel looks them up, at the moment that a message leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.webhooks import EndpointReason
from hub.errors import LedgerUnavailable
from hub.ledger.engine import unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.webhooks import Endpoint, disable, endpoint_of


class Endpoints(Protocol):
    """Where the addresses of contacts are."""

    async def of(self, contact: str) -> Endpoint | None:
        """The address of a contact, in whatever state. Raises LedgerUnavailable."""
        ...

    async def gone(self, endpoint: UUID) -> None:
        """Send nothing more to an address whose system says that it is no more. Raises LedgerUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class LedgerEndpoints:
    """The addresses of the ledger; implements `Endpoints`."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def of(self, contact: str) -> Endpoint | None:
        """The address of a contact, in whatever state. Raises LedgerUnavailable."""
        try:
            async with self.engine.connect() as connection:
                return await endpoint_of(connection, contact)
        except UNAVAILABLE as error:
            raise unavailable(self.engine, error) from error

    async def gone(self, endpoint: UUID) -> None:
        """Send nothing more to an address whose system says that it is no more. Raises LedgerUnavailable."""
        try:
            async with self.engine.begin() as connection:
                await disable(connection, endpoint, EndpointReason.GONE, self.clock())
        except UNAVAILABLE as error:
            raise unavailable(self.engine, error) from error


__all__ = ["Endpoints", "LedgerEndpoints", "LedgerUnavailable"]
