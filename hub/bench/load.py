"""A load client of few instructions: keep-alive connections, each sending its next request when answered.

Run as a process of its own (`python -m hub.bench.load`) so that it never shares the server's interpreter. It reads one
JSON object from standard input (see `Load`) and prints one (see `run`).
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Final, cast

import uvloop

ID_MARK: Final = "@@@@@@@@@@"  # replaced by the number of the event, in ten digits
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: `event` is a JSON event in which ID_MARK stands for its number; a request holds `per_request`."""

    host: str
    port: int
    path: str
    token: str
    event: str
    per_request: int
    batched: bool
    first_number: int
    connections: int
    seconds: float


class _Run:
    def __init__(self, load: Load) -> None:
        self.load = load
        self.number = load.first_number
        self.statuses: Counter[str] = Counter()
        self.ends_at = time.perf_counter() + load.seconds
        self.last = 0.0
        self.open = load.connections
        self.done = asyncio.get_running_loop().create_future()
        kind = "cloudevents-batch" if load.batched else "cloudevents"
        self.head = (
            f"POST {load.path} HTTP/1.1\r\nhost: {load.host}:{load.port}\r\nauthorization: Bearer {load.token}\r\n"
            f"content-type: application/{kind}+json\r\ncontent-length: "
        ).encode()
        self.pieces = load.event.encode().split(ID_MARK.encode())

    def request(self) -> bytes:
        events = []
        for _ in range(self.load.per_request):
            events.append((b"%010d" % self.number).join(self.pieces))
            self.number += 1
        body = b"[" + b",".join(events) + b"]" if self.load.batched else events[0]
        return b"%s%d\r\n\r\n%s" % (self.head, len(body), body)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self.run = run
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.run.request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not separator or len(body) < int(length[1] if length else 0):
            return
        run = self.run
        run.statuses[self.buffer[9:12].decode()] += 1
        run.last = time.perf_counter()
        self.buffer = b""
        assert self.transport is not None  # noqa: S101 -- data came over it
        if run.last < run.ends_at:
            self.transport.write(run.request())
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.run.open -= 1
        if not self.run.open:
            self.run.done.set_result(None)


async def run(load: Load) -> dict[str, object]:
    """Send for `seconds`; the result has `seconds` (to the last answer), `requests`, `statuses`, accepted `events`."""
    begun = time.perf_counter()
    state = _Run(load)
    loop = asyncio.get_running_loop()
    for _ in range(load.connections):
        await loop.create_connection(lambda: _Connection(state), load.host, load.port)
    await state.done
    requests = sum(state.statuses.values())
    return {
        "seconds": state.last - begun,
        "requests": requests,
        "events": state.statuses["202"] * load.per_request,
        "statuses": dict(state.statuses),
        "next_number": state.number,
    }


async def run_apart(load: Load) -> dict[str, object]:
    """The same, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(json.dumps(asdict(load)).encode())
    result: dict[str, object] = json.loads(output)
    return result


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(run(Load(**json.load(sys.stdin))))))
