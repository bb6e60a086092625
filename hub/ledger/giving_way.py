"""Long work in steps: between two of them, whoever asked for it may let something urgent pass."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

GiveWay: TypeAlias = Callable[[], Awaitable[None]]
"""Called between two steps of long work, also inside a transaction that holds locks: it must return soon."""

STEP: Final = 50
"""Recipients, deliveries or status events that one step makes ready or writes: some milliseconds of the process."""


async def next_turn() -> None:
    """Let every other task of the loop have its turn."""
    await asyncio.sleep(0)
