"""TLS in front of PostgreSQL, which the embedded build does not speak: who does not ask for TLS is turned away."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL manual, « Message Formats »


@contextmanager
def tls_front(behind: int, certificate: Path, key: Path) -> Iterator[int]:
    """Listen on a free port and pass what arrives over TLS on to the port `behind`; gives the free port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(_listen(behind, context), loop).result(30)
        yield server.sockets[0].getsockname()[1]
        loop.call_soon_threadsafe(server.close)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(behind: int, context: ssl.SSLContext) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closing(writer):
            if await reader.readexactly(len(_SSL_REQUEST)) != _SSL_REQUEST:
                return
            writer.write(b"S")
            await writer.start_tls(context)
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", behind)
            async with _closing(onward_writer):
                passing = {
                    asyncio.create_task(_pass(reader, onward_writer)),
                    asyncio.create_task(_pass(onward_reader, writer)),
                }
                _, rest = await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
                for task in rest:
                    task.cancel()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    except (OSError, asyncio.IncompleteReadError):
        pass  # one side left
    finally:
        writer.close()
