"""Health of a process: live = every loop makes progress, ready = every part it needs is there."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hub import metrics


@dataclass(slots=True)
class Health:
    """What one process knows of itself; served at /health by every role.

    A loop that has not called its `progress` for longer than its limit is stalled, and the process is not live:
    a supervisor should restart it. A part that is not ready only takes the process out of service.
    """

    role: str
    clock: Callable[[], float] = time.monotonic
    _loops: dict[str, tuple[float, float]] = field(default_factory=dict)
    _parts: dict[str, str] = field(default_factory=dict)

    def loop(self, name: str, limit_seconds: float) -> Callable[[], None]:
        """Watch a loop; call the returned function at each turn, idle turns included."""

        def progress() -> None:
            self._loops[name] = (self.clock(), limit_seconds)
            metrics.PROGRESS.labels(name).set_to_current_time()

        progress()
        return progress

    def forget(self, name: str) -> None:
        """Stop watching a loop that has ended as it should."""
        self._loops.pop(name, None)

    def missing(self, part: str, reason: str) -> None:
        """Say that a part is not ready, and why."""
        self._parts[part] = reason
        metrics.READY.set(0)

    def there(self, part: str) -> None:
        """Say that a part is ready."""
        self._parts.pop(part, None)
        metrics.READY.set(0 if self._parts else 1)

    def stalled(self) -> list[str]:
        """Names of the loops without progress for longer than their limit."""
        now = self.clock()
        return [name for name, (at, limit) in self._loops.items() if now - at > limit]

    @property
    def live(self) -> bool:
        """Whether every loop makes progress."""
        return not self.stalled()

    @property
    def ready(self) -> bool:
        """Whether the process is live and every part it needs is there."""
        return self.live and not self._parts

    def report(self) -> dict[str, object]:
        """What /health answers: role, live, ready, and the reasons when not."""
        return {
            "role": self.role,
            "live": self.live,
            "ready": self.ready,
            "stalled": self.stalled(),
            "missing": dict(self._parts),
        }
