"""Who asks the API: a system by its token, or a signed-in person by the session of its browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.gateway.credentials import System
from hub.gateway.portal.cookies import comes_from_us, token_of
from hub.gateway.problems import refusal
from hub.gateway.requests import read_head
from hub.ledger.sessions import hash_of


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a system, or the browser of a signed-in contact, by the digest of its session's token."""

    system: System | None
    session: bytes | None


def caller_of(request: Request[Any, Any, Any], *, changes: bool = False) -> Caller:
    """Who asks. Raises Refusal; a system's request costs as much of its rate as an event.

    A session counts only where no token is given, and changes something only from a page of ours.
    """
    parts = request.app.state.parts
    head = read_head(request.scope["headers"])
    token = token_of(request, parts.settings) if head.authorization is None else None
    if token is not None and (not changes or comes_from_us(request, parts.settings)):
        return Caller(None, hash_of(token))
    system: System = parts.intake.authenticate(head)
    parts.intake.hold_rate(system)
    parts.intake.rate.spend(system.name, 1)
    return Caller(system, None)


@asynccontextmanager
async def ledger_of(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncConnection]:
    """A transaction of its own. Raises Refusal where PostgreSQL does not answer."""
    try:
        async with request.app.state.parts.engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, OSError, TimeoutError):
        raise refusal("LEDGER_AWAY", "Ask again in a moment.", Retry_After="2") from None
