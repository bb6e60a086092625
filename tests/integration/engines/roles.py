"""Commands and roles as real processes, with the variables of an existing Kafka and PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub.embedded.engine import check_port_is_free, free_port
from hub.errors import StartError

PATIENCE_SECONDS = 300.0


def environment(variables: Mapping[str, str], home: Path) -> dict[str, str]:
    """Give the environment of this process with these HUB_ variables and no other; no local hub is found from it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return {**inherited, "HUB_HOME": str(home), "HUB_LOG_FORMAT": "json", **variables}


def command(variables: Mapping[str, str], home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one `hub` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        env=environment(variables, home),
        text=True,
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A process, the file of its output, and the address of its health."""

    process: subprocess.Popen[bytes]
    output: Path
    url: str

    @property
    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        until(lambda: self.ready() or self.process.poll() is not None, lambda: self.text)
        assert self.process.poll() is None, self.text


@contextmanager
def running(variables: Mapping[str, str], folder: Path, *arguments: str) -> Iterator[Running]:
    """Run a command until the block ends; then SIGTERM, and wait."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"HUB_METRICS_PORT": str(port)}
    if arguments == ("run", "gateway"):
        own = {"HUB_GATEWAY_PORT": str(port), "HUB_PUBLIC_URL": url}
    output = folder / f"{'-'.join(arguments[:2])}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", *arguments],
            env=environment({**variables, **own}, folder),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(process, output, url)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def until(condition: Callable[[], bool], explain: Callable[[], object]) -> None:
    """Wait for something that must come; how long it takes is not asserted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {explain()}"
        time.sleep(0.2)


def free_base() -> int:
    """The first of fourteen ports in a row that nothing listens on."""
    for base in range(24_000 + os.getpid() % 300 * 20, 32_000, 20):
        try:
            for port in range(base, base + 14):
                check_port_is_free(port, "this test")
        except StartError:
            continue
        return base
    raise AssertionError("no fourteen free ports in a row")
