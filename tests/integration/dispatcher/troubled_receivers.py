"""A mail server and a system with a webhook, each with the troubles that it may have and how it gets well again."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

import trustme

from hub.embedded.mail import MailCatcher, MailFault
from tests.contract.webhook_system import Fault, WebhookSystem
from tests.integration.dispatcher.dispatcher_ledger import caught_deliveries

START: Final = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)
HOST: Final = "127.0.0.1"


@dataclass
class Receivers:
    """Both receivers; with TLS only where a test wants it."""

    mails: MailCatcher
    system: WebhookSystem
    known: ssl.SSLContext
    unknown: ssl.SSLContext
    silent: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where the system is called: an address, since no resolver knows the name of the other tests' certificate."""
        return f"{'http' if self.system.tls is None else 'https'}://{HOST}:{self.system.port}/hub"

    def received(self, medium: str) -> Counter[str]:
        """How often each delivery arrived."""
        if medium == "MAIL":
            return Counter(caught_deliveries(self.mails.folder))
        return Counter(call.headers["webhook-id"] for call in self.system.calls)

    async def heal(self) -> None:
        """Be well again, whatever it was."""
        if self.silent is not None:
            self.silent.close()
            self.silent = None
        self.mails.fail_with(MailFault.NONE)
        if self.mails._tls is not None:
            await self.secure_mail(self.known)
        await self.mails.accept_connections()
        self.system.answers(204)
        if self.system.tls is not None:
            await self.secure_system(self.known)
        elif self.system._server is None:
            await self.system.start()

    async def secure_mail(self, tls: ssl.SSLContext) -> None:
        """Offer STARTTLS with the certificate of this context from now on."""
        await self.mails.refuse_connections()
        self.mails._tls = tls
        await self.mails.accept_connections()

    async def secure_system(self, tls: ssl.SSLContext) -> None:
        """Speak TLS with the certificate of this context from now on."""
        await self.system.stop()
        self.system.tls = tls
        await self.system.start()

    async def take_connections_and_say_nothing(self, port: int) -> None:
        """Let a server on this port take connections and never greet or answer."""

        async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()

        self.silent = await asyncio.start_server(say_nothing, HOST, port)


@contextlib.asynccontextmanager
async def receivers(mails: MailCatcher, folder: Path) -> AsyncIterator[tuple[Receivers, dict[str, Any]]]:
    """Give both receivers, well, and the settings of a dispatcher that trusts the authority of their certificates."""
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    async with WebhookSystem() as system:
        found = Receivers(mails, system, _context(authority), _context(stranger))
        yield found, {"smtp_ca_file": folder / "ca.pem", "webhook_ca_file": folder / "ca.pem"}
        if found.silent is not None:
            found.silent.close()


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a receiver does, and what must become of the first attempt.

    `again`: seconds until the next try, None when there is none; `arrived`: how many messages the receiver has kept by
    then; `tls`: the dispatcher reaches it over TLS; `times_out`: it ends with the dispatcher's patience.
    """

    begin: Callable[[Receivers], Awaitable[None]]
    state: str
    reason: str | None
    detail: str
    again: float | None = 25.0
    arrived: int = 0
    tls: bool = False
    times_out: bool = False


def _replies(reply: str, *, times: int | None = None) -> Callable[[Receivers], Awaitable[None]]:
    async def begin(to: Receivers) -> None:
        to.mails.reply = reply
        to.mails.fail_with(MailFault.REPLY, times)

    return begin


def _mail_fault(fault: MailFault) -> Callable[[Receivers], Awaitable[None]]:
    async def begin(to: Receivers) -> None:
        to.mails.delay_seconds = 0.3
        to.mails.fail_with(fault)

    return begin


def _answers(status: int, *headers: str) -> Callable[[Receivers], Awaitable[None]]:
    async def begin(to: Receivers) -> None:
        to.system.answers(status, *headers)

    return begin


def _system_fault(fault: Fault) -> Callable[[Receivers], Awaitable[None]]:
    async def begin(to: Receivers) -> None:
        to.system.fault = fault

    return begin


async def _mail_away(to: Receivers) -> None:
    await to.mails.refuse_connections()


async def _mail_silent(to: Receivers) -> None:
    await to.mails.refuse_connections()
    await to.take_connections_and_say_nothing(to.mails.port)


async def _mail_of_a_stranger(to: Receivers) -> None:
    await to.secure_mail(to.unknown)


async def _system_away(to: Receivers) -> None:
    await to.system.stop()


async def _system_slow(to: Receivers) -> None:
    to.system.seconds = 0.3


async def _system_of_a_stranger(to: Receivers) -> None:
    await to.secure_system(to.unknown)


_IN_TWO_MINUTES: Final = format_datetime(START + timedelta(minutes=2), usegmt=True)

MAIL: Final = {
    "is away": Trouble(_mail_away, "RETRYING", "UNREACHABLE", "connect ConnectionRefusedError"),
    "hangs before it greets": Trouble(
        _mail_silent, "RETRYING", "TIMED_OUT", "connect no answer in time", times_out=True
    ),
    "hangs with the mail": Trouble(
        _mail_fault(MailFault.HANG), "RETRYING", "UNCONFIRMED", "content no answer in time", times_out=True
    ),
    "is slow": Trouble(_mail_fault(MailFault.SLOW), "ACCEPTED", None, "content 250 2.0.0", None, 1),
    "hangs up and keeps the mail": Trouble(
        _mail_fault(MailFault.DROP_KEPT), "RETRYING", "UNCONFIRMED", "content connection lost", arrived=1
    ),
    "hangs up and loses the mail": Trouble(
        _mail_fault(MailFault.DROP_LOST), "RETRYING", "UNCONFIRMED", "content connection lost"
    ),
    "answers 451": Trouble(_replies("451 4.3.0 Later"), "RETRYING", "TEMPORARILY_REFUSED", "recipient 451 4.3.0"),
    "answers 452, its disk is full": Trouble(
        _replies("452 4.2.2 Over quota"), "RETRYING", "TEMPORARILY_REFUSED", "recipient 452 4.2.2"
    ),
    "greylists": Trouble(
        _replies("450 4.7.1 Greylisted, try again in 5 minutes", times=1),
        "RETRYING",
        "TEMPORARILY_REFUSED",
        "recipient 450 4.7.1",
    ),
    "answers 550": Trouble(
        _replies("550 5.1.1 No such mailbox"), "FAILED", "ADDRESS_REFUSED", "recipient 550 5.1.1", None
    ),
    "answers 554": Trouble(_replies("554 5.7.1 No"), "FAILED", "ADDRESS_REFUSED", "recipient 554 5.7.1", None),
    "shows a certificate that nobody knows": Trouble(
        _mail_of_a_stranger, "RETRYING", "ENCRYPTION_FAILED", "connect certificate", tls=True
    ),
}
"""The troubles of a mail server, which all mails leave by."""

WEBHOOK: Final = {
    "is away": Trouble(_system_away, "RETRYING", "UNREACHABLE", "connect"),
    "hangs with the message": Trouble(
        _system_fault(Fault.HANG), "RETRYING", "UNCONFIRMED", "answer not in time", arrived=1, times_out=True
    ),
    "answers a byte at a time": Trouble(
        _system_fault(Fault.DRIP_HEAD), "RETRYING", "UNCONFIRMED", "answer not in time", arrived=1, times_out=True
    ),
    "is slow": Trouble(_system_slow, "ACCEPTED", None, "answer 204", None, 1),
    "hangs up with the message": Trouble(_system_fault(Fault.DROP), "RETRYING", "UNCONFIRMED", "answer", arrived=1),
    "answers what is not HTTP": Trouble(
        _system_fault(Fault.NONSENSE), "RETRYING", "UNCONFIRMED", "answer unreadable", arrived=1
    ),
    "answers 500": Trouble(_answers(500), "RETRYING", "TEMPORARILY_REFUSED", "answer 500", arrived=1),
    "answers 429": Trouble(_answers(429), "RETRYING", "TEMPORARILY_REFUSED", "answer 429", arrived=1),
    "answers 429 and asks for less": Trouble(
        _answers(429, "Retry-After: 3"), "RETRYING", "TEMPORARILY_REFUSED", "answer 429", arrived=1
    ),
    "answers 429 and asks for more": Trouble(
        _answers(429, "Retry-After: 90"), "RETRYING", "TEMPORARILY_REFUSED", "answer 429", 90.0, 1
    ),
    "answers 503 and names the hour": Trouble(
        _answers(503, f"Retry-After: {_IN_TWO_MINUTES}"), "RETRYING", "TEMPORARILY_REFUSED", "answer 503", 120.0, 1
    ),
    "asks for a day": Trouble(
        _answers(429, "Retry-After: 86400"), "RETRYING", "TEMPORARILY_REFUSED", "answer 429", 3600.0, 1
    ),
    "answers 302": Trouble(
        _answers(302, "Location: http://127.0.0.1:9/"), "RETRYING", "TEMPORARILY_REFUSED", "answer 302", arrived=1
    ),
    "answers 404": Trouble(_answers(404), "FAILED", "ADDRESS_REFUSED", "answer 404", None, 1),
    "answers 410": Trouble(_answers(410), "FAILED", "ADDRESS_REFUSED", "answer 410", None, 1),
    "answers 422": Trouble(_answers(422), "FAILED", "MESSAGE_REFUSED", "answer 422", None, 1),
    "shows a certificate that nobody knows": Trouble(
        _system_of_a_stranger, "RETRYING", "ENCRYPTION_FAILED", "connect certificate", tls=True
    ),
}
"""The troubles of a contact's system. It counts what it read, so a message that it refuses has arrived too."""
