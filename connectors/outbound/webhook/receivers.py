"""How much one system gets at once, and when it is spared: one that hangs must not take everybody's place."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_TO_PAUSE: Final = 3  # calls in a row that reached nobody
_FIRST_PAUSE: Final = 15.0  # seconds; doubled each time that the next call reaches nobody either
_LONGEST_PAUSE: Final = 240.0
_PATIENCE: Final = 0.1  # seconds that a call waits for its place: a quick system frees one in that time
_LONGEST_TURN: Final = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: come back in so many seconds."""

    seconds: float
    why: str


@dataclass(slots=True)
class _Receiver:
    """What is known of a system. `usual`: seconds of a call; `turn`: when the last that was sent away comes back."""

    under_way: int = 0
    failures: int = 0
    pause: float = _FIRST_PAUSE
    paused_until: float = 0.0
    usual: float = 0.1
    turn: float = 0.0


class Receivers:
    """Lets at most `most` calls under way to each system, and none for a while after several reached nobody.

    After a pause one call at a time tries whether the system is back. Times come from `clock`, in seconds, monotonic.
    """

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._known: dict[str, _Receiver] = {}
        self._freed = asyncio.Condition()

    @property
    def paused(self) -> int:
        """How many systems are spared now."""
        now = self._clock()
        return sum(receiver.paused_until > now for receiver in self._known.values())

    async def enter(self, key: str) -> Later | None:
        """Take a place before a call, or learn when to come back; whoever got a place gives it back by `leave`."""
        receiver = self._known.setdefault(key, _Receiver())
        if self._has_place(receiver):
            receiver.under_way += 1
            return None
        if receiver.paused_until <= self._clock():
            try:
                async with asyncio.timeout(_PATIENCE), self._freed:
                    await self._freed.wait_for(lambda: self._has_place(receiver))
                    receiver.under_way += 1
                    return None
            except TimeoutError:
                pass
        return self._later(receiver)

    async def leave(self, key: str, began: float, *, reached: bool, spare: float = 0.0) -> None:
        """Give a place back: the call began then, it reached the system or not, which asks to be spared so long."""
        receiver, now = self._known[key], self._clock()
        receiver.under_way -= 1
        receiver.usual += 0.2 * (now - began - receiver.usual)
        if reached:
            receiver.failures, receiver.pause = 0, _FIRST_PAUSE
            receiver.paused_until = max(receiver.paused_until, now + spare) if spare else receiver.paused_until
        else:
            receiver.failures += 1
            if receiver.failures >= _TO_PAUSE and receiver.paused_until <= now:
                receiver.paused_until = now + receiver.pause
                receiver.pause = min(2 * receiver.pause, _LONGEST_PAUSE)
        async with self._freed:
            self._freed.notify_all()

    def _has_place(self, receiver: _Receiver) -> bool:
        most = self._most if receiver.failures < _TO_PAUSE else 1
        return receiver.paused_until <= self._clock() and receiver.under_way < most

    def _later(self, receiver: _Receiver) -> Later:
        """One turn after the other, so that they do not all come back at once."""
        now = self._clock()
        paused = receiver.paused_until > now
        first = max(receiver.paused_until, now + 1.0)
        receiver.turn = min(max(receiver.turn + receiver.usual / self._most, first), first + _LONGEST_TURN)
        return Later(receiver.turn - now, "the receiver is spared" if paused else "the receiver has enough under way")
