"""GET /keys: the public key of a situation for its senders, the wrapped private one for the receiving service."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, get
from litestar.openapi.spec import Operation
from litestar.params import FromPath, FromQuery
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.personal_block import PERSON_KINDS, KeyReason, Receiver, ReceiverInvalid, receiver_of
from hub.gateway.credentials import System
from hub.gateway.openapi import problem_responses
from hub.gateway.problems import refusal
from hub.gateway.requests import read_head
from hub.ledger.key_audit import Actor
from hub.ledger.situation_keys import KeyDestroyed, MadeKey, NoServiceKey, SituationKey, demand_key, wrapped_key
from hub.wire.jwe import ALGORITHM, ENCRYPTION, Jwk, new_pair, wrap

_Found = TypeVar("_Found", SituationKey, SituationKey | None)

_SECURED: Final[list[dict[str, list[str]]]] = [{"token": []}]
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~+=-]{0,127}")  # as an event's subject


class PublicKeyAnswer(msgspec.Struct, frozen=True):
    """What a sender encrypts the personal block with: a JWE in compact form, `kid`, `alg` and `enc` in its header."""

    situation: str
    service: str
    cdas: str | None
    kid: str
    alg: str
    enc: str
    jwk: Jwk


class WrappedKeyAnswer(msgspec.Struct, frozen=True):
    """The situation's private JWK, as a JWE that the service's own key `service_kid` opens."""

    situation: str
    service: str
    cdas: str | None
    kid: str
    service_kid: str
    wrapped: str


@dataclass
class KeyOperation(Operation):
    """The refusals of both addresses, beside the answer that the signature says."""

    def __post_init__(self) -> None:
        """Add what the handler's signature does not say."""
        self.responses = {**(self.responses or {}), **problem_responses(400, 401, 403, 404, 410, 429, 503)}


@get("/keys/{situation:str}", operation_class=KeyOperation, security=_SECURED, tags=["keys"])
async def show_public_key(
    request: Request[Any, Any, Any],
    situation: FromPath[str],
    service: FromQuery[str],
    cdas: FromQuery[str | None] = None,
) -> PublicKeyAnswer:
    """Give the public key of a situation for a receiving service, made on the first demand: then always the same.

    For every system that may publish events with a personal block. 410 when the situation's key was destroyed: it gets
    no new one unless an operator of the hub asks for it.
    """
    system, receiver = _checked(request, situation, service, cdas)
    actor = Actor(system.source, datetime.now(UTC), KeyReason.FIRST_DEMAND)
    found = await _asked(request, lambda connection: demand_key(connection, situation, receiver, _make, actor))
    assert found.public is not None  # noqa: S101 -- a live key
    return PublicKeyAnswer(situation, service, cdas, found.kid, ALGORITHM, ENCRYPTION, found.public)


@get("/keys/{situation:str}/wrapped", operation_class=KeyOperation, security=_SECURED, tags=["keys"])
async def show_wrapped_key(
    request: Request[Any, Any, Any],
    situation: FromPath[str],
    service: FromQuery[str],
    cdas: FromQuery[str | None] = None,
) -> WrappedKeyAnswer:
    """Give the private key of a situation, wrapped for the receiving service: only its own private key opens it.

    For systems of the service's institution. 410 when the key was destroyed: nobody can read the block any more.
    """
    system, receiver = _checked(request, situation, service, cdas)
    if system.institution.institution is not receiver.institution:
        raise refusal("KEY_FORBIDDEN", "Wrapped keys are for systems of the receiving service's institution.")
    found = await _asked(request, lambda connection: wrapped_key(connection, situation, receiver))
    if found is None:
        raise refusal("NOT_FOUND", "No key was ever asked for this situation and service.")
    assert found.wrapped is not None  # noqa: S101 -- a live key
    return WrappedKeyAnswer(situation, service, cdas, found.kid, found.service_kid, found.wrapped)


def _checked(
    request: Request[Any, Any, Any], situation: str, service: str, cdas: str | None
) -> tuple[System, Receiver]:
    """The system that asks, and the receiver. Raises Refusal; a request costs as much of the rate as an event."""
    intake = request.app.state.parts.intake
    system: System = intake.authenticate(read_head(request.scope["headers"]))
    intake.hold_rate(system)
    intake.rate.spend(system.name, 1)
    if system.kinds.isdisjoint(PERSON_KINDS):
        raise refusal("KEY_FORBIDDEN", "Keys are for systems that may publish referrals or urgencies.")
    if _REFERENCE.fullmatch(situation) is None:
        raise refusal("REQUEST_INVALID", "The situation is an opaque reference, as the subject of its events.")
    try:
        return system, receiver_of(service, cdas)
    except ReceiverInvalid as error:
        raise refusal("REQUEST_INVALID", f"{error}.") from None


async def _asked(request: Request[Any, Any, Any], ask: Callable[[AsyncConnection], Awaitable[_Found]]) -> _Found:
    """What the ledger answers, in a transaction of its own. Raises Refusal."""
    try:
        async with request.app.state.parts.engine.begin() as connection:
            return await ask(connection)
    except KeyDestroyed:
        detail = "Keys are destroyed to erase. For a new request of this situation, ask an operator to reopen it."
        raise refusal("KEY_DESTROYED", detail) from None
    except NoServiceKey:
        detail = "Ask an operator of the hub to create its key; publish without personal_block until then."
        raise refusal("SERVICE_KEY_MISSING", detail) from None
    except (SQLAlchemyError, OSError, TimeoutError):
        raise refusal("LEDGER_AWAY", "Ask again in a moment.", Retry_After="2") from None


def _make(service_key: Jwk) -> MadeKey:
    pair = new_pair("sit")
    return MadeKey(pair.public, wrap(pair, service_key))


ROUTES = [show_public_key, show_wrapped_key]
