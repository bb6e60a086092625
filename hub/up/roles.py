"""The roles as processes of their own, started again when they end, told to end when the hub does."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hub.embedded.engine import GuardedProcess, last_lines, setpriv

GRACE_SECONDS = 10.5  # a role ends within ten seconds by itself
POLL_SECONDS = 0.2
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a role that ran this long is not in a crash loop
STOPPED_ON_PURPOSE = 3  # exit code of a router that the share of rejects stopped: starting it again would not help

Tell = Callable[[str], None]


@dataclass(slots=True)
class Role:
    """One supervised role: how it is started, where it logs, and what is known of it now.

    `ends` counts how often it ended by itself; `gave_up` says that it will not be started again.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    health: str
    process: GuardedProcess | None = None
    ends: int = 0
    gave_up: bool = False
    ready: bool = False
    reasons: list[str] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """Process number while it runs."""
        return [self.process.engine.pid] if self.process and self.process.alive else []

    def start(self) -> None:
        """Start the process; it ends with this one, however this one ends."""
        self.process = GuardedProcess(
            [setpriv(), "--pdeathsig", "TERM", "--", *self.command],
            log=self.log,
            environment=self.environment,
            folder=self.log.parent,
            stop_signal=signal.SIGTERM,
            grace_seconds=GRACE_SECONDS,
        )

    async def stop(self) -> None:
        """Ask it to end, wait, insist after the grace. Harmless when it does not run."""
        if self.process is not None:
            await self.process.stop()
            self.process = None


def role_command(name: str) -> list[str]:
    """The command line of a role, with this very Python."""
    return [sys.executable, "-m", "hub", "run", name]


async def keep_running(role: Role, tell: Tell, started: Callable[[], None]) -> None:
    """Start a role again whenever it ends, waiting longer each time it does not hold; returns when that would not help.

    `started` is called after each start, `tell` gets one sentence per end.
    """
    wait = FIRST_WAIT_SECONDS
    while True:
        role.start()
        started()
        since = time.monotonic()
        while role.process is not None and role.process.alive:  # noqa: ASYNC110 -- no event tells of a process's end
            await asyncio.sleep(POLL_SECONDS)
        role.ready = False
        role.ends += 1
        code = await _exit_code(role)
        if code == STOPPED_ON_PURPOSE:
            role.gave_up = True
            tell(f"Role {role.name} stopped on purpose and is not started again; its last words are in {role.log}.")
            return
        if time.monotonic() - since > STEADY_SECONDS:
            wait = FIRST_WAIT_SECONDS
        tell(f"Role {role.name} ended (exit code {code}) and is started again in {wait:g} s; why: {role.log}.")
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


async def _exit_code(role: Role) -> int:
    if role.process is None:
        return 0
    await role.process.reap()
    return role.process.exit_code


async def watch_health(roles: list[Role], client: httpx.AsyncClient) -> None:
    """Ask every role once whether it is ready, and note the answer."""
    await asyncio.gather(*(_look(role, client) for role in roles))


async def _look(role: Role, client: httpx.AsyncClient) -> None:
    try:
        answer = await client.get(role.health)
        report = answer.json()
    except (httpx.HTTPError, ValueError):
        role.ready, role.reasons = False, []
        return
    role.ready = answer.status_code == httpx.codes.OK
    missing = report.get("missing") or {}
    role.reasons = [f"{part}: {reason}" for part, reason in missing.items()] + list(report.get("stalled") or [])


def last_words(role: Role) -> str:
    """The end of a role's log, for an error message."""
    return last_lines(role.log, 6)
