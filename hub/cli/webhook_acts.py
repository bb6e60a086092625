"""What `hub webhooks` does: the steps behind its commands, each in a transaction of its own, audited."""

import asyncio
import getpass
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.outbound.channel import Accepted
from connectors.outbound.webhook.answers import meaning
from connectors.outbound.webhook.calls import Answer
from connectors.outbound.webhook.handshake import verify
from connectors.outbound.webhook.payload import trial
from connectors.outbound.webhook.sender import Sender, webhook_sender
from connectors.outbound.webhook.signature import MasterKeys, SigningKey, master_keys
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_endpoints, local_settings
from hub.domain.delivery.webhooks import FROM_DIRECTORY, EndpointReason, EndpointState, WebhookAct, WebhookReason
from hub.errors import HubError, SettingsError
from hub.ledger.webhook_handshakes import activate, handshake_failed
from hub.ledger.webhook_keys import (
    EndpointOperator,
    EndpointRefused,
    EndpointUnknown,
    endpoint_to_act_on,
    make_key,
    note,
)
from hub.ledger.webhooks import Endpoint, disable, read_endpoint
from hub.settings import Settings
from hub.up.home import find_home
from hub.up.link_key import local_webhook_key

T = TypeVar("T")


class HandshakeFailed(HubError):
    """The system did not answer as one that wants the hub's messages."""


class TrialFailed(HubError):
    """The system did not take the trial message."""


@dataclass(frozen=True, slots=True, repr=False)
class MadeKey:
    """A key as its receiver gets it, and until when the one before goes on."""

    number: int
    key: SigningKey
    old_until: datetime


def webhook_settings() -> Settings:
    """The settings; beside a local hub that is up, with its master key unless a variable gives one."""
    settings = local_settings()
    if "webhook_keys" in settings.model_fields_set or local_endpoints() is None:
        return settings
    key = local_webhook_key(find_home().secrets)
    return settings.model_copy(update={"webhook_keys": SecretStr(key)})


def operator(by: str | None, reason: WebhookReason) -> EndpointOperator:
    """Who acts, now: the name given, or the user of this machine."""
    return EndpointOperator(f"operator:{by or getpass.getuser()}", datetime.now(UTC), reason)


def read(of: UUID) -> Endpoint:
    """One webhook. Raises EndpointUnknown."""
    found = in_ledger(lambda connection: read_endpoint(connection, of))
    if found is None:
        msg = f"There is no webhook {of}."
        raise EndpointUnknown(msg, "`hub webhooks list` shows the ids.")
    return found


def rotate(of: UUID, acting: EndpointOperator, old_until: datetime) -> MadeKey:
    """Make the next key of a webhook. Raises SettingsError without a master key, and what `make_key` raises."""
    masters = _masters()

    async def act(connection: AsyncConnection) -> int:
        return await make_key(connection, of, masters.newest, acting, old_until=old_until)

    number = in_ledger(act)
    key = masters.signing_key(masters.newest, of, number)
    assert key is not None  # noqa: S101 -- the newest master key is one of them
    return MadeKey(number, key, old_until)


def public_keys(endpoint: Endpoint) -> dict[int, str]:
    """The public halves of a webhook's keys, those whose master key is at hand."""
    masters = master_keys(webhook_settings())
    if masters is None:
        return {}
    found = {key.number: masters.signing_key(key.master, endpoint.id, key.number) for key in endpoint.keys}
    return {number: key.public for number, key in found.items() if key is not None}


def handshake(of: UUID, acting: EndpointOperator) -> None:
    """Make the handshake now, and put the webhook into service. Raises HandshakeFailed, EndpointRefused."""
    endpoint = read(of)
    if endpoint.state is EndpointState.DISABLED and endpoint.reason in FROM_DIRECTORY:
        msg = f"Webhook {of} is out of service: {endpoint.reason.value}."
        raise EndpointRefused(msg, "The directory decides: give the contact this address again.")

    async def shake(sender: Sender) -> EndpointReason | None:
        challenge = secrets.token_urlsafe()
        return await verify(sender, endpoint, identifier=uuid4(), challenge=challenge, at=datetime.now(UTC))

    failure = _with_sender(shake)

    async def record(connection: AsyncConnection) -> bool:
        await note(connection, of, WebhookAct.VERIFIED, acting)
        if failure is None:
            return await activate(connection, of, datetime.now(UTC), before=set(EndpointState))
        await handshake_failed(connection, of, failure, datetime.now(UTC))
        return False

    done = in_ledger(record)
    if failure is not None:
        msg = f"Webhook {of} is not verified: {failure.value}."
        raise HandshakeFailed(msg, _WAYS_OUT[failure])
    if not done:
        msg = f"Webhook {of} answered, but the directory gives another address by now."
        raise EndpointRefused(msg, "`hub webhooks list` shows it.")


_WAYS_OUT = {
    EndpointReason.ADDRESS_NOT_ALLOWED: "It must be https on a public address, or stand in HUB_WEBHOOK_ALLOWED.",
    EndpointReason.UNREACHABLE: "Does the system run, and does its certificate name it? HUB_WEBHOOK_CA_FILE trusts "
    "another authority.",
    EndpointReason.REFUSED: "It answered with another status than 2xx.",
    EndpointReason.CHALLENGE_NOT_ECHOED: 'It must answer {"challenge": "…"} with the value it got.',
    EndpointReason.NOT_SIGNED: "`hub webhooks rotate` makes its first key; HUB_WEBHOOK_KEYS must hold the master keys.",
}


def send_trial(of: UUID, acting: EndpointOperator) -> str:
    """Send a message that stands for nothing, and say what was answered. Raises TrialFailed."""
    endpoint = read(of)

    async def send(sender: Sender) -> object:
        at = datetime.now(UTC)
        answer = await sender.send(endpoint, uuid4(), trial(endpoint.id, at), at)
        return meaning(answer, at) if isinstance(answer, Answer) else answer

    result = _with_sender(send)
    in_ledger(lambda connection: note(connection, of, WebhookAct.TESTED, acting))
    if not isinstance(result, Accepted):
        msg = f"Webhook {of} did not take the message: {getattr(result, 'detail', '')}."
        raise TrialFailed(msg, "docs/guides/webhooks.md says what each answer means.")
    return result.detail


def put_out_of_service(of: UUID, acting: EndpointOperator) -> bool:
    """Send nothing more to a webhook; False when it was out of service already. Raises EndpointUnknown."""

    async def act(connection: AsyncConnection) -> bool:
        await endpoint_to_act_on(connection, of)
        await note(connection, of, WebhookAct.DISABLED, acting)
        return await disable(connection, of, EndpointReason.OPERATOR, acting.at)

    return in_ledger(act)


def _with_sender(act: Callable[[Sender], Awaitable[T]]) -> T:
    async def run() -> T:
        sender = webhook_sender(webhook_settings(), connections=1)
        try:
            return await act(sender)
        finally:
            await sender.close()

    return asyncio.run(run())


def _masters() -> MasterKeys:
    found = master_keys(webhook_settings())
    if found is None:
        msg = "HUB_WEBHOOK_KEYS is empty: no key can be derived."
        raise SettingsError(msg, "Give it the value that the dispatchers have.")
    return found
