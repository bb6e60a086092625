"""What a system has to answer before the hub sends it anything."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from connectors.outbound.webhook.handshake import verify
from hub.domain.delivery.webhooks import EndpointReason, EndpointState
from hub.ledger.webhooks import Endpoint
from tests.contract.webhook_system import (
    WebhookSystem,
    endpoint_at,
    is_signed,
    key_of,
    sender_to,
)

SENT_AT = datetime(2024, 10, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
async def system() -> AsyncIterator[WebhookSystem]:
    """A system without TLS that takes everything."""
    async with WebhookSystem() as ready:
        yield ready


class TestHandshake:
    """Only a system that sends the challenge back wants the hub's messages."""

    async def test_a_system_that_sends_it_back_is_verified_by_a_signed_call(self, system: WebhookSystem) -> None:
        system.echoes = True
        endpoint = endpoint_at(system.url, state=EndpointState.PENDING)
        assert None is await _verified(endpoint)
        assert "webhook.verification" == system.calls[0].data["type"]
        assert is_signed(system.calls[0], secret=key_of(endpoint).secret)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'{"challenge": 1}',
            b'{"challenge": "another"}',
            json.dumps({"challenge": "é"}).encode(),
            b'{"challenge": "\\ud800"}',
            b"[" * 4000,
            b"\xff",
            b" " * 5000 + b'{"challenge": "the-challenge"}',
        ],
        ids=["empty", "null", "list", "number", "another", "accents", "surrogate", "deep", "no text", "too long"],
    )
    async def test_any_other_answer_verifies_nothing(self, system: WebhookSystem, body: bytes) -> None:
        system.answers(200, body=body)
        assert EndpointReason.CHALLENGE_NOT_ECHOED == await _verified(endpoint_at(system.url))

    async def test_a_refusal_an_absence_and_a_forbidden_address_are_told_apart(self, system: WebhookSystem) -> None:
        system.answers(403)
        assert EndpointReason.REFUSED == await _verified(endpoint_at(system.url))
        assert EndpointReason.ADDRESS_NOT_ALLOWED == await _verified(endpoint_at("http://10.0.0.1/"))
        assert EndpointReason.NOT_SIGNED == await _verified(endpoint_at(system.url, keys=[]))
        await system.stop()
        assert EndpointReason.UNREACHABLE == await _verified(endpoint_at(system.url))


async def _verified(endpoint: Endpoint) -> EndpointReason | None:
    sender = sender_to()
    try:
        identifier = endpoint.id
        return await verify(sender, endpoint, identifier=identifier, challenge="the-challenge", at=SENT_AT)
    finally:
        await sender.close()
