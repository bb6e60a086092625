"""The mail channel: renders a message and delivers it over a small set of kept connections."""

import ssl
from collections import deque
from dataclasses import dataclass
from time import monotonic

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException

from connectors.outbound.channel import Accepted, Digest, Message, Permanent, Result, Transient
from connectors.outbound.mail.addresses import transport_address
from connectors.outbound.mail.digest import render_digest
from connectors.outbound.mail.render import Letterhead, render
from connectors.outbound.mail.session import Mail, Server, open_session, reset, send
from hub.domain.delivery.states import DeliveryReason
from hub.errors import SettingsError
from hub.settings import Settings

_NO_ADDRESS = Permanent(DeliveryReason.NO_USABLE_CHANNEL, "not an address that SMTP can carry")
# Until the content is sent nothing can have been accepted: a kept connection that fails is replaced at once.
_STALE = frozenset({DeliveryReason.CONNECTION_LOST, DeliveryReason.TIMED_OUT})
_FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """A connection between two mails: since when (monotonic seconds), and whether its last mail was accepted."""

    smtp: SMTP
    since: float
    accepted: bool


def mail_server(settings: Settings) -> Server:
    """The mail server of the settings.

    Raises SettingsError when the certificate authority cannot be read.
    """
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=_tls(settings) if settings.smtp_starttls == "required" else None,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        timeout=settings.smtp_timeout_seconds,
    )


def mail_channel(settings: Settings, *, kept: int) -> "MailChannel":
    """The mail channel of the settings, with at most `kept` connections kept between mails. Opens nothing yet.

    Raises SettingsError when the certificate authority cannot be read, or the address for leaving is none.
    """
    return MailChannel(mail_server(settings), _letterhead(settings), kept=kept)


def _letterhead(settings: Settings) -> Letterhead:
    leaving = transport_address(settings.mail_unsubscribe) if settings.mail_unsubscribe else ""
    if leaving is None:
        message = f"Unusable setting: HUB_MAIL_UNSUBSCRIBE is no e-mail address: {settings.mail_unsubscribe}."
        raise SettingsError(message, "It names the mailbox that takes the requests of ASIP actors, or is empty.")
    return Letterhead(settings.mail_from, settings.mail_domain, leaving)


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.smtp_ca_file and str(settings.smtp_ca_file))
    except OSError as error:
        message = f"The certificate authority of the mail server cannot be read: {settings.smtp_ca_file}."
        raise SettingsError(message, "HUB_SMTP_CA_FILE names a readable PEM file.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class MailChannel:
    """Delivers messages by mail; implements `connectors.outbound.channel.Channel`.

    Keeps at most `kept` connections between mails. One delivery uses one connection; how many are under way at once
    is the caller's choice.
    """

    def __init__(self, server: Server, letterhead: Letterhead, *, kept: int) -> None:
        self._server = server
        self.letterhead = letterhead
        self._kept = kept
        self._idle: deque[_Kept] = deque()

    async def deliver(self, message: Message) -> Result:
        """Deliver one mail and say what became of it."""
        recipient = transport_address(message.recipient)
        if recipient is None:
            return _NO_ADDRESS
        return await self.send(recipient, render(message, to=recipient, letterhead=self.letterhead))

    async def deliver_digest(self, digest: Digest) -> Result:
        """Deliver one mail that tells several messages, and say what became of it."""
        recipient = transport_address(digest.recipient)
        if recipient is None:
            return _NO_ADDRESS
        return await self.send(recipient, render_digest(digest, to=recipient, letterhead=self.letterhead))

    async def send(self, recipient: str, content: bytes) -> Result:
        """Send one mail of whatever content (CRLF lines) to an address as SMTP carries it."""
        mail = Mail(self.letterhead.sender, recipient, content, utf8=not recipient.isascii())
        kept = await self._kept_session()
        if kept is not None:
            result = await self._send(kept, mail)
            if not (isinstance(result, Transient) and result.reason in _STALE):
                return result
        opened = await open_session(self._server)
        if isinstance(opened, Transient):
            return opened
        return await self._send(opened, mail)

    async def close(self) -> None:
        """Take leave of the server on every kept connection."""
        while self._idle:
            smtp = self._idle.pop().smtp
            try:
                await smtp.quit(timeout=1.0)
            except (SMTPException, OSError):
                smtp.close()

    async def _kept_session(self) -> SMTP | None:
        while self._idle:
            kept = self._idle.pop()
            alive = False
            try:
                alive = kept.smtp.is_connected if self._fresh(kept) else await reset(kept.smtp)
            finally:
                if not alive:
                    kept.smtp.close()
            if alive:
                return kept.smtp
        return None

    def _fresh(self, kept: _Kept) -> bool:
        """Whether a connection stands at the start of a mail, and was heard a moment ago: it need not be asked."""
        return kept.accepted and monotonic() - kept.since < _FRESH_SECONDS

    async def _send(self, smtp: SMTP, mail: Mail) -> Result:
        finished = False
        try:
            result = await send(smtp, mail)
            finished = True
        finally:
            if finished and smtp.is_connected and len(self._idle) < self._kept:
                self._idle.append(_Kept(smtp, monotonic(), isinstance(result, Accepted)))
            else:
                smtp.close()
        return result
