"""One connection to the mail server: opened with STARTTLS and authentication, then one mail after the other.

Nothing here leaves by exception but cancellation: every step says what it met, as the result of the delivery.
"""

import re
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from connectors.outbound.channel import Accepted, Permanent, Result, Transient
from connectors.outbound.mail.replies import Step, classify, describe
from hub.domain.delivery.states import DeliveryReason

_RESET_SECONDS: Final = 5.0  # a kept connection that takes longer is given up for a new one
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails leave, and how: `tls` none means without STARTTLS; times in seconds."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str
    password: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Mail:
    """The envelope and the bytes (CRLF lines) of one mail; `utf8`: the recipient's address needs SMTPUTF8."""

    sender: str
    recipient: str
    content: bytes
    utf8: bool


async def open_session(server: Server) -> SMTP | Transient:
    """Connect, start TLS, authenticate; or say why not. Always transient: none of it is the fault of a mail."""
    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout,
        local_hostname=socket.gethostname() or "localhost",
        start_tls=False,
        use_tls=False,
    )
    try:
        await smtp.connect()
        await smtp.ehlo()
        if server.tls is not None:
            if not smtp.supports_extension("starttls"):
                smtp.close()
                return Transient(DeliveryReason.ENCRYPTION_FAILED, f"{Step.CONNECT} STARTTLS not offered")
            await smtp.starttls(tls_context=server.tls)
            await smtp.ehlo()
        if server.username:
            await smtp.login(server.username, server.password)
    except BaseException as error:
        smtp.close()
        failure = _opening_failure(error)
        if failure is None:
            raise
        return failure
    return smtp


def _opening_failure(error: BaseException) -> Transient | None:
    """What an error while opening means; None: not ours to explain."""
    match error:
        case ssl.SSLCertVerificationError():
            return Transient(DeliveryReason.ENCRYPTION_FAILED, f"{Step.CONNECT} certificate: {error.verify_message}")
        case ssl.SSLError():
            return Transient(DeliveryReason.ENCRYPTION_FAILED, f"{Step.CONNECT} TLS: {error.reason}")
        case SMTPAuthenticationError():
            return Transient(DeliveryReason.AUTHENTICATION_REFUSED, describe(Step.CONNECT, error.code, error.message))
        case SMTPResponseException():
            failure = classify(Step.CONNECT, error.code, error.message)
            return Transient(failure.reason, failure.detail)
        case SMTPTimeoutError():
            return Transient(DeliveryReason.TIMED_OUT, f"{Step.CONNECT} no answer in time")
        case SMTPConnectError():
            return Transient(DeliveryReason.UNREACHABLE, f"{Step.CONNECT} {_cause(error)}")
        case SMTPServerDisconnected() | OSError():
            return Transient(DeliveryReason.CONNECTION_LOST, f"{Step.CONNECT} connection lost")
        case SMTPException():
            # Raised by the library itself: AUTH is not offered, or none of its methods is known to us.
            return Transient(DeliveryReason.AUTHENTICATION_REFUSED, f"{Step.CONNECT} AUTH not offered")
        case _:
            return None


def _cause(error: BaseException) -> str:
    cause = error.__cause__
    return type(cause).__name__ if cause is not None else "connection failed"


async def reset(smtp: SMTP) -> bool:
    """Whether a kept connection still answers; it then stands at the start of a mail (RFC 5321 §4.1.1.5)."""
    try:
        return smtp.is_connected and (await smtp.execute_command(b"RSET", timeout=_RESET_SECONDS)).code == 250
    except (SMTPException, OSError):
        return False


async def send(smtp: SMTP, mail: Mail) -> Result:
    """Run one mail transaction.

    A connection that is lost, or an answer that does not come, before the content was sent is a plain failure;
    after it the server may have taken the mail: UNCONFIRMED. The connection may be used again if it is still open.
    """
    if mail.utf8 and not smtp.supports_extension("smtputf8"):
        return Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the mail server does not know SMTPUTF8")
    step = Step.SENDER
    try:
        options = (b"SMTPUTF8",) if mail.utf8 else ()
        reply = await smtp.execute_command(b"MAIL", b"FROM:<" + mail.sender.encode() + b">", *options)
        if reply.code != 250:
            return classify(step, reply.code, reply.message)
        step = Step.RECIPIENT
        reply = await smtp.execute_command(b"RCPT", b"TO:<" + mail.recipient.encode() + b">")
        if reply.code not in (250, 251):
            return classify(step, reply.code, reply.message)
        step = Step.DATA
        reply = await smtp.execute_command(b"DATA")
        if reply.code != 354:
            return classify(step, reply.code, reply.message)
    except SMTPTimeoutError:
        return Transient(DeliveryReason.TIMED_OUT, f"{step} no answer in time")
    except SMTPResponseException as error:
        return _unreadable(smtp, DeliveryReason.PROTOCOL_ERROR, step, error)
    except (SMTPServerDisconnected, OSError):
        return Transient(DeliveryReason.CONNECTION_LOST, f"{step} connection lost")
    return await _content(smtp, mail.content)


async def _content(smtp: SMTP, content: bytes) -> Result:
    protocol = smtp.protocol
    if protocol is None:
        return Transient(DeliveryReason.CONNECTION_LOST, f"{Step.DATA} connection lost")
    try:
        protocol.write(_LEADING_DOT.sub(b"..", content) + b".\r\n")
        reply = await protocol.read_response(timeout=smtp.timeout)
    except SMTPTimeoutError:
        smtp.close()
        return Transient(DeliveryReason.UNCONFIRMED, f"{Step.CONTENT} no answer in time: it may have been accepted")
    except SMTPResponseException as error:
        return _unreadable(smtp, DeliveryReason.UNCONFIRMED, Step.CONTENT, error)
    except (SMTPServerDisconnected, OSError):
        smtp.close()
        return Transient(DeliveryReason.UNCONFIRMED, f"{Step.CONTENT} connection lost: it may have been accepted")
    if reply.code == 250:
        return Accepted(describe(Step.CONTENT, reply.code, reply.message))
    if reply.code == 421:
        smtp.close()
    return classify(Step.CONTENT, reply.code, reply.message)


def _unreadable(smtp: SMTP, reason: DeliveryReason, step: Step, error: SMTPResponseException) -> Transient:
    """A reply that is none: the two sides no longer understand each other, so the connection ends."""
    smtp.close()
    return Transient(reason, f"{step} unreadable reply ({error.code})")
