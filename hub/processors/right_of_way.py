"""Urgencies first, within the one loop of the processors: what can wait gives way between two of its steps."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

# Longer than the intake of an urgency on a machine at rest. Not much longer: whoever gives way may hold the very rows
# that the urgency waits for (the numbers of a contact of both).
_AT_MOST: Final = 0.03


class RightOfWay:
    """Knows whether an urgency is being taken in, and lets others wait for it, `at_most` so many seconds a step."""

    def __init__(self, at_most: float = _AT_MOST) -> None:
        self._at_most = at_most
        self._under_way = 0
        self._free = asyncio.Event()
        self._free.set()

    @contextlib.contextmanager
    def urgent(self) -> Iterator[None]:
        """Have the right of way meanwhile."""
        self._under_way += 1
        self._free.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._free.set()

    async def give_way(self) -> None:
        """Let others have their turn, and an urgency that is under way pass."""
        await asyncio.sleep(0)
        if not self._free.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._at_most):
                    await self._free.wait()
