"""A mail server that delivers nothing: what it accepts is kept as files, and it fails on demand, for tests."""

import asyncio
import contextlib
import email.policy
import os
import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.embedded.engine import check_port_is_free, free_port, until
from hub.errors import StartError

_SIZE_LIMIT = 10 * 2**20
_FILE_NAME = re.compile(r"(\d{7,})\.eml")
_HEADERS = BytesHeaderParser(policy=email.policy.default)


class MailFault(StrEnum):
    """How the catcher treats the mails to come."""

    NONE = "none"
    REPLY = "reply"  # answers RCPT with `MailCatcher.reply`, a 4xx or 5xx
    HANG = "hang"  # takes the data and never answers
    HOLD = "hold"  # takes the data and answers once another treatment is told
    HANG_KEPT = "hang-kept"  # keeps the mail and never answers: the sender cannot know
    DROP_KEPT = "drop-kept"  # keeps the mail, then closes without an answer: the sender cannot know
    DROP_LOST = "drop-lost"  # closes without an answer, the mail is lost
    SLOW = "slow"  # answers after `MailCatcher.delay_seconds`


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as it was accepted: envelope, the headers that lists show, and the file with all of it."""

    number: int
    path: Path
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str

    def message(self) -> EmailMessage:
        """Read the whole mail from its file."""
        parsed = BytesParser(policy=email.policy.default).parsebytes(self.path.read_bytes())
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - what this policy builds
        return parsed


class MailCatcher:
    """An SMTP server on 127.0.0.1 in the running loop; mails of earlier runs in the same folder are found again.

    With `tls` it offers STARTTLS and takes no mail without; with `credentials` (user, password) it demands AUTH.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.reply = "451 4.3.0 Temporary fault"
        self.delay_seconds = 1.0
        self._tls = tls
        self._credentials = credentials
        self._fault = MailFault.NONE
        self._faults_left: int | None = None
        self._well_before = 0
        self._hung = 0
        self._released = asyncio.Event()
        self._mails: list[CaughtMail] = []
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def start(self) -> None:
        """Listen. Raises StartError when the port is taken or the folder cannot be written."""
        check_port_is_free(self.port, "The mail catcher")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            msg = f"The mail catcher cannot keep mails in {self.folder}: {fault.strerror}."
            raise StartError(msg, "Choose a folder that you may write.") from fault
        self._mails = _read_folder(self.folder)
        await self.accept_connections()

    async def stop(self) -> None:
        """Close the port and every connection; the files stay."""
        await self.refuse_connections()

    async def refuse_connections(self) -> None:
        """Close the port: a sender gets « connection refused », until `accept_connections`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop_connections()
        await until(lambda: all(connection.over for connection in self._connections), 5)
        self._connections.clear()

    def drop_connections(self) -> None:
        """Hang up on whoever is connected; the port stays as it is."""
        for connection in list(self._connections):
            connection.drop()

    async def accept_connections(self) -> None:
        """Open the port. Harmless when it is open."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, "127.0.0.1", self.port)

    def fail_with(self, fault: MailFault, times: int | None = None, *, after: int = 0) -> None:
        """Take `after` mails, treat the next `times` so, then be well again; None means until told otherwise."""
        self._fault, self._faults_left, self._well_before, self._hung = fault, times, after, 0
        self._released.set()
        self._released = asyncio.Event()

    def messages(self) -> tuple[CaughtMail, ...]:
        """Give every mail kept, oldest first."""
        return tuple(self._mails)

    def clear(self) -> None:
        """Forget every mail, files included."""
        for mail in self._mails:
            mail.path.unlink(missing_ok=True)
        self._mails = []

    async def wait_for(self, count: int, seconds: float = 120.0) -> tuple[CaughtMail, ...]:
        """Wait until at least `count` mails are kept, and give them. Raises TimeoutError when they do not come."""
        if not await until(lambda: len(self._mails) >= count, seconds):
            msg = f"{len(self._mails)} mails of {count} came within {seconds:g} s"
            raise TimeoutError(msg)
        return self.messages()

    async def wait_for_hanging(self, count: int = 1, seconds: float = 300.0) -> None:
        """Wait until `count` mails met the HANG, HANG_KEPT or HOLD told last. Raises TimeoutError when they do not."""
        if not await until(lambda: self._hung >= count, seconds):
            msg = f"{self._hung} mails of {count} met it within {seconds:g} s; {len(self._mails)} came"
            raise TimeoutError(msg)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _connection(self) -> "_Connection":
        return _Connection(
            self,
            self._connections,
            hostname="mail.example",
            ident="hub",
            data_size_limit=_SIZE_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            authenticator=self._authenticate,
            auth_required=self._credentials is not None,
            auth_require_tls=self._tls is not None,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        given = (data.login.decode(errors="replace"), data.password.decode(errors="replace"))
        return AuthResult(success=given == self._credentials, handled=False)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept or refuse a recipient."""
        if self._fault is MailFault.REPLY and not self._well_before:
            self._count_fault()
            return self.reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Keep the mail, or fail as told."""
        fault = self._fault
        if self._well_before:
            fault = MailFault.NONE
            self._well_before -= 1
        elif fault is not MailFault.REPLY:
            self._count_fault()
        if fault is MailFault.HANG:
            await self._hang()
        if fault is MailFault.HOLD:
            self._hung += 1
            await self._released.wait()
        if fault is MailFault.SLOW:
            await asyncio.sleep(self.delay_seconds)
        if fault is not MailFault.DROP_LOST:
            self._keep(envelope)
        if fault is MailFault.HANG_KEPT:
            await self._hang()
        if fault in {MailFault.DROP_KEPT, MailFault.DROP_LOST}:
            cast("_Connection", server).drop()
        return "250 2.0.0 OK"

    async def _hang(self) -> None:
        self._hung += 1
        await asyncio.Event().wait()  # ends with its connection

    def _count_fault(self) -> None:
        if self._faults_left is not None:
            self._faults_left -= 1
            if self._faults_left <= 0:
                self._fault, self._faults_left = MailFault.NONE, None

    def _keep(self, envelope: Envelope) -> None:
        number = self._mails[-1].number + 1 if self._mails else 1
        content = envelope.original_content or b""
        recipients = ", ".join(envelope.rcpt_tos)
        noted = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n"
        noted += f"X-Received-At: {datetime.now(UTC).isoformat(timespec='milliseconds')}\r\n"
        path = self.folder / f"{number:07d}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(noted.encode() + content)
        partial.replace(path)
        self._mails.append(_read_headers(number, path))


class _Connection(SMTP):
    """One connection, known to its catcher so that it can be dropped."""

    def __init__(self, catcher: MailCatcher, open_ones: "set[_Connection]", **options: Any) -> None:
        super().__init__(catcher, **options)
        self._open_ones = open_ones
        self._socket_transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection (also called after STARTTLS)."""
        # The first transport is the socket's, the one after STARTTLS lies on top of it.
        self._socket_transport = self._socket_transport or transport
        self._open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        self._open_ones.discard(self)
        super().connection_lost(error)

    @property
    def over(self) -> bool:
        """Whether its socket is closed; where a TLS handshake failed, `connection_lost` is never called."""
        return self._socket_transport is None or self._socket_transport.get_extra_info("socket").fileno() == -1

    def drop(self) -> None:
        """Close without a word."""
        if self._socket_transport is not None:
            cast("asyncio.WriteTransport", self._socket_transport).abort()


def _read_folder(folder: Path) -> list[CaughtMail]:
    numbered = ((_FILE_NAME.fullmatch(entry.name), entry) for entry in os.scandir(folder))
    mails = []
    for number, path in sorted((int(match.group(1)), Path(entry.path)) for match, entry in numbered if match):
        with contextlib.suppress(FileNotFoundError):
            mails.append(_read_headers(number, path))
    return mails


def _read_headers(number: int, path: Path) -> CaughtMail:
    with path.open("rb") as file:
        headers = _HEADERS.parse(file)
    return CaughtMail(
        number=number,
        path=path,
        received_at=datetime.fromisoformat(str(headers["X-Received-At"])),
        sender=str(headers["X-Envelope-From"]),
        recipients=tuple(str(headers["X-Envelope-To"]).split(", ")),
        subject=str(headers["Subject"] or ""),
        message_id=str(headers["Message-ID"] or ""),
    )
