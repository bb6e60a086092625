"""A mail server that keeps nothing but when it accepted each Message-ID: it must cost next to nothing."""

import asyncio
import re
from time import perf_counter
from types import TracebackType
from typing import Final, Self, cast

_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:\s*<([^@>]+)@")
_END_OF_DATA: Final = b"\r\n.\r\n"
_ANSWERS: Final = {b"EHLO": b"250-mail.example\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_OK: Final = b"250 OK\r\n"


class MailSink:
    """An SMTP server on a free port of 127.0.0.1 in the running loop (RFC 5321, without any extension that matters).

    `accepted` maps the left-hand side of each Message-ID to `time.perf_counter()` just before its 250.
    """

    def __init__(self) -> None:
        self.accepted: dict[str, float] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Session(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()

    def accept(self, content: bytes) -> None:
        """Note one mail."""
        found = _MESSAGE_ID.search(content)
        if found is not None:
            self.accepted.setdefault(found.group(1).decode("ascii", "replace"), perf_counter())


class _Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink
        self._held = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(b"220 mail.example\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every complete command or mail."""
        self._held += data
        while True:
            end = _END_OF_DATA if self._in_data else b"\r\n"
            part, found, rest = self._held.partition(end)
            if not found:
                return
            self._held = rest
            if self._in_data:
                self._in_data = False
                self._sink.accept(part)
                self._transport.write(_OK)
            else:
                self._answer(part[:4].upper())

    def _answer(self, command: bytes) -> None:
        self._in_data = command == b"DATA"
        self._transport.write(_ANSWERS.get(command, _OK))
        if command == b"QUIT":
            self._transport.close()
