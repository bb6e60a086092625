"""A system that takes webhooks over HTTP or HTTPS on loopback, with every fault that a system may have.

Signatures are checked as the specification of Standard Webhooks says, without any code of the hub.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.guard.addresses import allowed_of
from connectors.guard.backend import Resolve
from connectors.outbound.webhook.calls import Caller
from connectors.outbound.webhook.channel import WebhookChannel
from connectors.outbound.webhook.sender import Sender
from connectors.outbound.webhook.signature import MasterKeys, SigningKey, master_keys
from hub.domain.delivery.webhooks import EndpointReason, EndpointState, endpoint_id
from hub.ledger.webhooks import Endpoint, Key
from hub.settings import Settings

MADE_AT = datetime(2024, 10, 1, 8, 0, tzinfo=UTC)
NAME = "hub.caf.test"  # a name that no resolver knows but the tests' own


class Fault(Enum):
    """What a system does instead of answering."""

    HANG = auto()  # takes the message and says nothing
    DROP = auto()  # takes the message and closes
    DRIP_HEAD = auto()  # answers a byte at a time, for ever
    DRIP_BODY = auto()  # answers 200 and sends its body a byte at a time, for ever
    FLOOD = auto()  # answers 200 and sends a body without end
    NONSENSE = auto()  # answers what is not HTTP


@dataclass(frozen=True, slots=True)
class Call:
    """What a system received: the request line, its headers in lower case, the body."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class WebhookSystem:
    """A server on 127.0.0.1; answers 204 until told otherwise, after `seconds`; `echoes`: as a handshake wants it.

    `held`: no answer leaves before it is set. `peak` counts the calls under way at once.
    """

    tls: ssl.SSLContext | None = None
    port: int = 0
    fault: Fault | None = None
    calls: list[Call] = field(default_factory=list)
    flooded: int = 0
    under_way: int = 0
    peak: int = 0
    echoes: bool = False
    seconds: float = 0.0
    held: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://127.0.0.1:{self.port}/hub?system=1" if self.tls is None else f"https://{NAME}:{self.port}/hub"

    def answers(self, status: int, *headers: str, body: bytes = b"") -> None:
        """Answer every call so from now on."""
        self.fault = None
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
        self._answer = "\r\n".join(lines).encode() + body

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        if self._server is not None:
            await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                try:
                    call = await _read(reader)
                except _SpeaksTls:
                    writer.write(b"HTTP/1.1 400 The plain HTTP request was expected\r\n\r\n")
                    break
                self.calls.append(call)
                self.arrived.set()
                self.under_way += 1
                self.peak = max(self.peak, self.under_way)
                try:
                    if not await self._reply(call, reader, writer):
                        break
                finally:
                    self.under_way -= 1
        self._open.discard(writer)
        writer.close()

    async def _reply(self, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer, or do what the fault wants; False: the connection is over."""
        match self.fault:
            case None:
                await asyncio.sleep(self.seconds)
                if self.held is not None:
                    await self.held.wait()
                writer.write(self._echo(call) if self.echoes else self._answer)
            case Fault.HANG:
                await reader.read()
                return False
            case Fault.DROP:
                return False
            case Fault.NONSENSE:
                writer.write(b"what?\r\n\r\n")
                await writer.drain()
                return False
            case Fault.DRIP_HEAD:
                await _drip(writer, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000)
            case Fault.DRIP_BODY:
                await _drip(writer, b"x" * 10_000, before=b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
            case Fault.FLOOD:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while self.flooded < 100_000_000:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    self.flooded += 65_536
                return False
        await writer.drain()
        return True

    def _echo(self, call: Call) -> bytes:
        body = json.dumps({"challenge": call.data["data"]["challenge"]}).encode()
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _SpeaksTls(ConnectionError):
    """A client began a TLS handshake."""


async def _read(reader: asyncio.StreamReader) -> Call:
    first = await reader.readexactly(1)
    if first == b"\x16":  # TLS, where this server speaks none
        raise _SpeaksTls
    line, *rest = (first + await reader.readuntil(b"\r\n\r\n")).decode("ascii").rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    return Call(line, headers, await reader.readexactly(int(headers["content-length"])))


async def _drip(writer: asyncio.StreamWriter, text: bytes, before: bytes = b"") -> None:
    writer.write(before)
    for byte in text:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)  # slowness itself is what is tested


class FixedEndpoints:
    """The addresses of contacts, for a channel without a ledger; implements `Endpoints`."""

    def __init__(self, *known: Endpoint) -> None:
        self._known = {endpoint.contact: endpoint for endpoint in known}
        self.ended: list[UUID] = []

    async def of(self, contact: str) -> Endpoint | None:
        return self._known.get(contact)

    async def gone(self, endpoint: UUID) -> None:
        self.ended.append(endpoint)


def masters(*keys: str) -> MasterKeys:
    """Master keys of a test."""
    found = master_keys(Settings(webhook_keys=",".join(keys or ("m" * 40,))))
    assert found is not None
    return found


def endpoint_at(
    url: str,
    *,
    contact: str = "cdas-01@cdas.example",
    state: EndpointState = EndpointState.ACTIVE,
    keys: Sequence[Key] | None = None,
) -> Endpoint:
    """An address in service, with one key."""
    return Endpoint(
        id=endpoint_id(contact, url),
        contact=contact,
        url=url,
        state=state,
        reason=EndpointReason.OPERATOR if state is EndpointState.DISABLED else None,
        handshakes=0,
        next_handshake_at=MADE_AT if state is EndpointState.PENDING else None,
        created_at=MADE_AT,
        activated_at=MADE_AT,
        disabled_at=None,
        keys=(Key(1, masters().newest, MADE_AT, None),) if keys is None else tuple(keys),
    )


def sender_to(
    *allowed: str,
    seconds: float = 20.0,
    tls: ssl.SSLContext | None = None,
    resolves: Sequence[str] | None = None,
    resolve: Resolve | None = None,
) -> Sender:
    """A sender that may call these; `resolves`: what every name resolves to, unless `resolve` says it."""

    async def always(host: str, _: int) -> Sequence[str]:
        return [host] if resolves is None else resolves

    context = tls or ssl.create_default_context()
    caller = Caller(
        allowed=allowed_of(allowed or ("127.0.0.1",)),
        tls=context,
        seconds=seconds,
        connections=40,
        resolve=resolve or always,
    )
    return Sender(caller, masters())


def webhook_channel_to(system: WebhookSystem, *, most: int = 4, seconds: float = 20.0) -> WebhookChannel:
    """A webhook channel before a system without TLS, for the contact of the tests' messages."""
    return WebhookChannel(sender_to(seconds=seconds), FixedEndpoints(endpoint_at(system.url)), most=most)


def key_of(endpoint: Endpoint, number: int = 1) -> SigningKey:
    """A key of an address, as its receiver got it."""
    found = masters().signing_key(masters().newest, endpoint.id, number)
    assert found is not None
    return found


def is_signed(call: Call, *, secret: str = "", public: str = "") -> bool:
    """Whether one of the signatures of a message is good (Standard Webhooks, « Verifying signatures »)."""
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    for each in call.headers["webhook-signature"].split(" "):
        version, _, text = each.partition(",")
        signature = base64.b64decode(text)
        if version == "v1" and secret:
            key = base64.b64decode(secret.removeprefix("whsec_"))
            if hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), signature):
                return True
        if version == "v1a" and public:
            raw = base64.b64decode(public.removeprefix("whpk_"))
            with contextlib.suppress(InvalidSignature):
                Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed)
                return True
    return False
