"""Hears PostgreSQL say that deliveries became due, on a connection of its own."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import asyncpg
import structlog

from hub.ledger.tables import DELIVERIES_CHANNEL, LANES

log = structlog.get_logger()

_PATIENCE_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 1.0


async def hear_deliveries(url: str, wake: Callable[[str], None]) -> None:
    """Call `wake` with a lane's name whenever deliveries of it became due, until cancelled.

    Without PostgreSQL, or while the connection is lost, nothing is heard: the lanes look by themselves every few
    seconds. After each new connection every lane is woken, for what was said meanwhile.
    """
    while True:
        try:
            await _listen(url, wake)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("wakeup_lost", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _listen(url: str, wake: Callable[[str], None]) -> None:
    def heard(_connection: Any, _pid: int, _channel: str, lane: object) -> None:
        wake(str(lane))

    connection = await asyncpg.connect(url, timeout=_PATIENCE_SECONDS, command_timeout=_PATIENCE_SECONDS)
    try:
        await connection.add_listener(DELIVERIES_CHANNEL, heard)
        for lane in LANES:
            wake(lane)
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            await connection.execute("select 1")
    finally:
        connection.terminate()
