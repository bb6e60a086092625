"""What the tests of the channels send, and the receivers that they send it to."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from connectors.outbound.channel import Channel, Message, NoticeContent
from connectors.outbound.mail.channel import MailChannel
from connectors.outbound.mail.render import Letterhead
from connectors.outbound.mail.session import Server
from hub.embedded.mail import MailCatcher, MailFault
from tests.contract.webhook_system import Fault, WebhookSystem, webhook_channel_to

PATIENCE = 20.0  # seconds for a receiver that answers, however slow the machine
IMPATIENCE = 0.5  # for one that hangs


def message(**more: object) -> Message:
    """A message about a notice, for one recipient."""
    content = NoticeContent(
        notice="notice-fsl",
        version=1,
        status="PUBLISHED",
        issuer="CD35",
        title="Transfert du FSL au Département",
        summary="Les demandes sont instruites par le Département.",
        published_on=date(2024, 10, 1),
        effective_on=date(2024, 12, 1),
        not_prior=False,
        decided_at=datetime(2024, 10, 1, 8, 59, tzinfo=UTC),
    )
    values: dict[str, object] = {
        "delivery": uuid4(),
        "recipient": "cdas-01@cdas.example",
        "service": "CDAS",
        "role": "GENERIC_MAILBOX",
        "lane": "standard",
        "content": content,
        "link": "https://hub.example/notices/notice-fsl",
        "sent_at": datetime(2024, 10, 1, 9, 0, tzinfo=UTC),
        "thread": "notice notice-fsl",
    }
    return Message(**(values | more))  # type: ignore[arg-type]  # the values above, each of its field's type


class Receiver(Protocol):
    """The other side of a channel, which a test puts into the state that it wants."""

    @property
    def channel(self) -> Channel:
        """The channel under test."""
        ...

    async def is_busy(self) -> None:
        """Refuse for now."""

    async def refuses(self) -> None:
        """Refuse for good."""

    async def is_away(self) -> None:
        """Take no connection."""

    async def hangs(self) -> None:
        """Take a message and never answer."""

    async def drops(self) -> None:
        """Take a message and close without an answer."""

    async def restarts(self) -> None:
        """Close every connection and be there again."""

    def received(self) -> list[UUID]:
        """The deliveries that arrived, in their order."""
        ...


class MailReceiver:
    """A mail server and the mail channel before it."""

    def __init__(self, catcher: MailCatcher) -> None:
        self.catcher = catcher
        self.channel = mail_channel_to(catcher.port)

    async def is_busy(self) -> None:
        self.catcher.reply = "451 4.7.1 Greylisted, mail for cdas-01@cdas.example comes later"
        self.catcher.fail_with(MailFault.REPLY)

    async def refuses(self) -> None:
        self.catcher.reply = "550 5.1.1 cdas-01@cdas.example: no such mailbox"
        self.catcher.fail_with(MailFault.REPLY)

    async def is_away(self) -> None:
        await self.catcher.refuse_connections()

    async def hangs(self) -> None:
        self.catcher.fail_with(MailFault.HANG)
        self.channel = mail_channel_to(self.catcher.port, seconds=IMPATIENCE)

    async def drops(self) -> None:
        self.catcher.fail_with(MailFault.DROP_KEPT)

    async def restarts(self) -> None:
        await self.catcher.refuse_connections()
        await self.catcher.accept_connections()

    def received(self) -> list[UUID]:
        return [UUID(str(mail.message()["X-Hub-Delivery"])) for mail in self.catcher.messages()]


def mail_channel_to(
    port: int,
    *,
    tls: ssl.SSLContext | None = None,
    username: str = "",
    password: str = "",
    host: str = "127.0.0.1",
    seconds: float = PATIENCE,
) -> MailChannel:
    """A mail channel that waits so long for each answer."""
    server = Server(host, port, tls, username, password, seconds)
    return MailChannel(server, Letterhead("hub@hub.example", "hub.example"), kept=2)


@contextlib.asynccontextmanager
async def mail_receiver(folder: Path) -> AsyncIterator[Receiver]:
    """A mail server that takes everything."""
    async with MailCatcher(folder) as catcher:
        yield MailReceiver(catcher)


class WebhookReceiver:
    """A system and the webhook channel before it."""

    def __init__(self, system: WebhookSystem) -> None:
        self.system = system
        self.channel = webhook_channel_to(system, most=20, seconds=PATIENCE)

    async def is_busy(self) -> None:
        self.system.answers(503, body=b"cdas-01@cdas.example comes later")

    async def refuses(self) -> None:
        self.system.answers(404, body=b"cdas-01@cdas.example: no such system")

    async def is_away(self) -> None:
        await self.system.stop()

    async def hangs(self) -> None:
        self.system.fault = Fault.HANG
        self.channel = webhook_channel_to(self.system, most=20, seconds=IMPATIENCE)

    async def drops(self) -> None:
        self.system.fault = Fault.DROP

    async def restarts(self) -> None:
        await self.system.stop()
        await self.system.start()

    def received(self) -> list[UUID]:
        return [UUID(call.headers["webhook-id"]) for call in self.system.calls]


@contextlib.asynccontextmanager
async def webhook_receiver(_: Path) -> AsyncIterator[Receiver]:
    """A system that takes everything."""
    async with WebhookSystem() as system:
        yield WebhookReceiver(system)
