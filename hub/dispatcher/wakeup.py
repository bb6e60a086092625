"""Hears PostgreSQL say that something became due, on a connection of its own."""

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
    """Call `wake` with a lane's name, or `lane/medium`, whenever deliveries of it became due, until cancelled.

    Without PostgreSQL, or while the connection is lost, nothing is heard: the lanes look by themselves every few
    seconds. After each new connection every lane is woken, for what was said meanwhile.
    """

    def wake_all() -> None:
        for lane in LANES:
            wake(lane)

    await hear(url, DELIVERIES_CHANNEL, wake, wake_all)


async def hear(url: str, channel: str, heard: Callable[[str], None], connected: Callable[[], None]) -> None:
    """Call `heard` with what is said on a channel, and `connected` after each new connection, until cancelled."""
    while True:
        try:
            await _listen(url, channel, heard, connected)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("wakeup_lost", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _listen(url: str, channel: str, heard: Callable[[str], None], connected: Callable[[], None]) -> None:
    def tell(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
        heard(str(payload))

    connection = await asyncpg.connect(url, timeout=_PATIENCE_SECONDS, command_timeout=_PATIENCE_SECONDS)
    try:
        await connection.add_listener(channel, tell)
        connected()
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            await connection.execute("select 1")
    finally:
        connection.terminate()
