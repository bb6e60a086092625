"""`hub up` as a newcomer starts it: a process of its own, in a folder of its own, on ports of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from playwright.sync_api import Page, expect

from hub.embedded.engine import ProcessId, check_port_is_free
from hub.errors import StartError
from hub.up.endpoints import Endpoints, read_endpoints
from hub.up.home import Home

PATIENCE_SECONDS = 240.0
_NUMBERS = count(1)


class HubUp:
    """One run of `hub up`; `output` is what it printed into its pipe so far."""

    def __init__(self, home: Path, base: int, *options: str, **variables: str) -> None:
        self.home = Home(home)
        self._log = home.parent / f"{next(_NUMBERS)}.out"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "up", "--home", str(home), *options],
                env=environment | {"HUB_PORT_BASE": str(base)} | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_until_up(self) -> Endpoints:
        """The addresses, once every role is ready."""
        wait(lambda: self._own_endpoints() is not None or self.process.poll() is not None, lambda: self.output)
        found = self._own_endpoints()
        assert found is not None, self.output
        return found

    def _own_endpoints(self) -> Endpoints | None:
        """The addresses of this run; those that a crashed one left behind do not count."""
        found = read_endpoints(self.home.endpoints)
        return found if found is not None and found.pid == self.process.pid else None

    def end(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        return self.process.wait(PATIENCE_SECONDS)

    def processes(self) -> list[ProcessId]:
        """Every process of this run: the supervisor and all that descends from it."""
        return [found for pid in [self.process.pid, *descendants(self.process.pid)] if (found := ProcessId.of(pid))]

    def hub(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run another command beside it, as an operator in the same checkout would."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            env=environment | {"HUB_HOME": str(self.home.root)} | variables,
            text=True,
            capture_output=True,
            check=False,
        )


def descendants(pid: int) -> list[int]:
    """Numbers of all processes below one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            found += [int(child), *descendants(int(child))]
    return found


def wait(condition: Callable[[], bool], explain: Callable[[], object] = lambda: "") -> None:
    """Wait for something that must come; how long it takes is not asserted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {explain()}"
        time.sleep(0.1)


def has_heading(page: Page, text: str) -> None:
    """Wait until the page that a key or a click leads to is there, with this title."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=PATIENCE_SECONDS * 1000)


def free_base() -> int:
    """The first of fourteen ports in a row that nothing listens on."""
    for base in range(20_350 + os.getpid() % 300 * 20, 32_000, 20):
        try:
            for port in range(base, base + 14):
                check_port_is_free(port, "this test")
        except StartError:
            continue
        return base
    raise AssertionError("no fourteen free ports in a row")


def query(endpoints: Endpoints, sql: str, *arguments: object) -> list[dict[str, Any]]:
    """Ask the ledger."""

    async def ask() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(endpoints.database)
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # of its own: while Playwright drives a browser, its loop runs in this one
        return thread.submit(lambda: asyncio.run(ask())).result()


def publish(endpoints: Endpoints, event: dict[str, Any]) -> httpx.Response:
    """Publish over HTTP as the demo system of the event's source; again after a 503, as a caller does."""
    token = next(system.token for system in endpoints.systems if system.source == event["source"])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
    body, answers = json.dumps(event), list[httpx.Response]()

    def answered() -> bool:
        answers.append(httpx.post(endpoints.gateway.events, content=body, headers=headers, trust_env=False, timeout=60))
        return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

    wait(answered, lambda: answers[-1].text)
    return answers[-1]


def notice_data(reference: str, **changes: object) -> dict[str, Any]:
    return {
        "notice": reference,
        "version": 1,
        "issuer": "CD35",
        "nature": "ORGANISATION",
        "code": "O1",
        "impacts": ["COLLABORATION"],
        "significant": False,
        "title": f"Avis {reference}",
        "summary": "Le CDAS démo 03 ferme du 13 au 17 avril 2026.",
        "benefits": [],
        "published_on": "2026-03-02",
        "effective_on": "2026-04-13",
        "communes": [],
        "epci": [],
        **changes,
    }


def notice(reference: str, event_id: str, **changes: object) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "urn:hub:cd35:si-social",
        "type": "notice.published",
        "time": "2026-03-02T09:00:00+01:00",
        "subject": reference,
        "data": notice_data(reference, **changes),
    }


def referral(reference: str, event_id: str, **changes: object) -> dict[str, Any]:
    emitter = {"institution": "CD35", "service": "CDAS_RECEPTION", "cdap_access": True, "cdap_consulted": True}
    household = {"caf_beneficiary": "YES", "scheme": "CAF", "dependent_child": "YES", "commune": "35360"}
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "urn:hub:cd35:si-social",
        "type": "referral.requested",
        "time": "2026-03-02T09:00:00+01:00",
        "subject": reference,
        "data": {
            "situation": reference,
            "emitter": emitter,
            "household": household,
            "child_protection": "NONE",
            **changes,
        },
    }
