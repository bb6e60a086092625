"""A role as a process of its own, started as an operator does, that a campaign can kill, freeze and stop."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub.embedded.engine import GuardedProcess, last_lines, setpriv

GRACE_SECONDS = 40.0  # SIGKILL follows; the roles give themselves ten, which a slow machine may stretch


@dataclass(slots=True)
class Role:
    """One role of one replica: how it is started, where it logs, where it says how it is."""

    name: str
    environment: Mapping[str, str]
    log: Path
    operations: str
    process: GuardedProcess | None = None

    @property
    def runs(self) -> bool:
        """Whether its process is there (frozen counts)."""
        return self.process is not None and self.process.alive

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return f"{self.name}: {last_lines(self.log, 6)}"

    def start(self) -> None:
        """Start it; it ends with this process, however that ends."""
        self.process = GuardedProcess(
            [setpriv(), "--pdeathsig", "TERM", "--", sys.executable, "-m", "hub", "run", self.name],
            log=self.log,
            environment=self.environment,
            folder=self.log.parent,
            stop_signal=signal.SIGTERM,
            grace_seconds=GRACE_SECONDS,
        )

    async def kill(self) -> None:
        """SIGKILL it; it must have been running."""
        process = self.process
        assert process is not None
        assert process.alive, f"it had ended by itself: {self.last_words}"
        await process.kill()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM); its exit code, which is 9 when it had to be killed after the grace."""
        if self.process is None:
            return 0
        await self.process.stop()
        code = self.process.exit_code
        self.process = None
        return code

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it runs."""
        if self.process is not None:
            self.process.engine.send(number)

    async def is_ready(self) -> bool:
        """Whether it says that it does its work."""
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                return (await client.get(f"{self.operations}/health")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def metrics(self) -> str:
        """Its metrics, as text."""
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return (await client.get(f"{self.operations}/metrics")).text

    async def metric(self, sample: str, **labels: str) -> float:
        """The sum of its samples of a metric that carry these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = [line for line in (await self.metrics()).splitlines() if line.startswith((sample + "{", sample + " "))]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(part in line for part in wanted))
