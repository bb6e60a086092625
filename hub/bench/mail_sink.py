"""A mail server that keeps nothing but when it accepted each Message-ID: it must cost next to nothing.

`python -m hub.bench.mail_sink FILE` runs it as a process of its own: it prints its port, then a line for each mail
(left-hand side of the Message-ID, time.perf_counter), several at a time, and keeps the first mail in FILE.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Final, Self, cast

import uvloop

_TELL_SECONDS: Final = 0.02  # between two lines to the parent, so that telling costs nothing
_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:\s*<([^@>]+)@")
_END_OF_DATA: Final = b"\r\n.\r\n"
_ANSWERS: Final = {b"EHLO": b"250-mail.example\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_OK: Final = b"250 OK\r\n"


class MailSink:
    """An SMTP server on a free port of 127.0.0.1 in the running loop (RFC 5321, without any extension that matters).

    `accepted` maps the left-hand side of each Message-ID to `time.perf_counter()` just before its 250. `keep`: a file
    for the first mail.
    """

    def __init__(self, keep: Path | None = None) -> None:
        self._keep = keep
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
        if self._keep is not None:
            self._keep.write_bytes(content)
            self._keep = None


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


@dataclass(frozen=True, slots=True)
class SinkApart:
    """A sink that runs as a process of its own: its port, and what it accepted so far."""

    port: int
    accepted: dict[str, float]


@contextlib.asynccontextmanager
async def sink_apart(keep: Path) -> AsyncIterator[SinkApart]:
    """Run a sink as a process of its own; on Linux `perf_counter` is one clock for all processes."""
    command = (sys.executable, "-m", "hub.bench.mail_sink", str(keep))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101 -- asked for above
    sink = SinkApart(int(await process.stdout.readline()), {})
    hearing = asyncio.create_task(_hear(process.stdout, sink.accepted))
    try:
        yield sink
    finally:
        hearing.cancel()
        process.kill()
        await process.wait()


async def _hear(lines: asyncio.StreamReader, accepted: dict[str, float]) -> None:
    async for line in lines:
        name, at = line.decode().split()
        accepted[name] = float(at)


async def _tell(keep: Path) -> None:
    async with MailSink(keep) as sink:
        sys.stdout.write(f"{sink.port}\n")
        while True:
            sys.stdout.write("".join(f"{name} {at!r}\n" for name, at in sink.accepted.items()))
            sys.stdout.flush()
            sink.accepted.clear()
            await asyncio.sleep(_TELL_SECONDS)


if __name__ == "__main__":
    uvloop.run(_tell(Path(sys.argv[1])))
