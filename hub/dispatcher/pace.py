"""A pace: so many a second at most, evenly, so that a notice to thousands leaves the machine to what is urgent."""

import asyncio
from typing import Final

_MADE_UP_SECONDS: Final = 0.1  # of turns that nobody could take: the loop was busy elsewhere, and the pace is kept


class Pace:
    """Gives turns at even distances; what was not used within the last tenth of a second is made up for."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        now = asyncio.get_running_loop().time()
        at = max(self._next, now - _MADE_UP_SECONDS)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)
