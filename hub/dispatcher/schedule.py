"""When a delivery is tried again: the schedule of the settings, within its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Schedule:
    """Waits after the first, second, … failed attempt; then one last attempt when `limit` has passed since the first.

    `delays` and `limit` are in seconds.
    """

    delays: Sequence[float]
    limit: float

    def next_attempt(
        self, attempt: int, *, first_attempt_at: datetime, now: datetime, not_before: float | None = None
    ) -> datetime | None:
        """When to try again after attempt number `attempt` (from 1) failed at `now`; None: give up.

        `not_before` is what the channel asked to wait, in seconds. No wait goes past the limit.
        """
        last = first_attempt_at + timedelta(seconds=self.limit)
        if now >= last:
            return None
        if attempt > len(self.delays):
            return last
        delay = max(self.delays[attempt - 1], not_before or 0.0)
        return min(now + timedelta(seconds=delay), last)

    def postponed(self, seconds: float, *, first_attempt_at: datetime, now: datetime) -> datetime | None:
        """When a delivery comes back that was not tried, which counts as no attempt; None: its time is over."""
        last = first_attempt_at + timedelta(seconds=self.limit)
        return None if now >= last else min(now + timedelta(seconds=seconds), last)


def schedule_of(settings: Settings) -> Schedule:
    """The schedule of the settings."""
    return Schedule(settings.retry_delays, settings.retry_limit_seconds)
