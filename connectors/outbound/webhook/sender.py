"""Signs a body for an address and posts it there: deliveries, handshakes and trials leave the same way."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.guard.addresses import AddressRefused, Target, allowed_of
from connectors.guard.backend import Resolve, resolve_by_system
from connectors.outbound.channel import Permanent, Transient
from connectors.outbound.webhook.calls import Answer, Caller
from connectors.outbound.webhook.signature import MasterKeys, SigningKey, master_keys, signed_headers
from hub.domain.delivery.states import DeliveryReason
from hub.errors import SettingsError
from hub.ledger.webhooks import Endpoint
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs: the calls, and the master keys (None: nothing can be signed, so nothing leaves)."""

    caller: Caller
    masters: MasterKeys | None

    def target(self, endpoint: Endpoint) -> Target | Permanent:
        """Where an address leads, or why it is not called."""
        try:
            return self.caller.target(endpoint.url)
        except AddressRefused as error:
            return Permanent(DeliveryReason.NO_USABLE_CHANNEL, f"connect {error}")

    def keys(self, endpoint: Endpoint, at: datetime) -> list[SigningKey] | Transient:
        """The keys that sign for an address at `at`: one, or two while receivers change over."""
        signing = endpoint.signing(at)
        if not signing:
            return Transient(DeliveryReason.HUB_FAULT, "no key was made for this webhook")
        if self.masters is None:
            return Transient(DeliveryReason.HUB_FAULT, "HUB_WEBHOOK_KEYS is empty: nothing can be signed")
        keys = [self.masters.signing_key(key.master, endpoint.id, key.number) for key in signing]
        found = [key for key in keys if key is not None]
        if len(found) < len(keys):
            return Transient(DeliveryReason.HUB_FAULT, "HUB_WEBHOOK_KEYS lacks the master key of a key that signs")
        return found

    async def send(
        self, endpoint: Endpoint, identifier: UUID, body: bytes, at: datetime
    ) -> Answer | Transient | Permanent:
        """Post a signed body to an address, whatever its state, and give the answer or what went wrong."""
        target = self.target(endpoint)
        if isinstance(target, Permanent):
            return target
        keys = self.keys(endpoint, at)
        if isinstance(keys, Transient):
            return keys
        return await self.caller.post(target, signed_headers(identifier, at, body, keys), body)

    async def close(self) -> None:
        """Close the kept connections."""
        await self.caller.close()


def webhook_sender(settings: Settings, *, connections: int, resolve: Resolve = resolve_by_system) -> Sender:
    """The sender of the settings. Opens nothing yet.

    Raises SettingsError when the certificate authority cannot be read, or what is allowed is unreadable.
    """
    entries = [entry.strip() for entry in settings.webhook_allowed.split(",") if entry.strip()]
    try:
        allowed = allowed_of(entries)
    except ValueError as error:
        message = f"Unusable setting: HUB_WEBHOOK_ALLOWED: {error}."
        raise SettingsError(message, "Write hosts, host:port, addresses or networks, separated by commas.") from error
    caller = Caller(
        allowed=allowed,
        tls=_tls(settings),
        seconds=settings.webhook_timeout_seconds,
        connections=connections,
        resolve=resolve,
    )
    return Sender(caller, master_keys(settings))


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.webhook_ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(settings.webhook_ca_file))
        except OSError as error:
            message = f"The certificate authority of webhooks cannot be read: {settings.webhook_ca_file}."
            raise SettingsError(message, "HUB_WEBHOOK_CA_FILE names a readable PEM file.") from error
    return context
