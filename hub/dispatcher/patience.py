"""What to do while PostgreSQL is away: wait, say so, and go on as if nothing had been."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hub.health import Health

log = structlog.get_logger()

T = TypeVar("T")

PART: Final = "postgresql"
_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_PAUSE: Final = 2.0  # seconds
_MAY_BE_AWAY: Final = (DBAPIError, PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
_OUR_FAULT: Final = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


async def patiently(work: Callable[[], Awaitable[T]], health: Health, progress: Callable[[], None]) -> T:
    """Do `work`, in one transaction of its own, again and again until PostgreSQL has taken it.

    An error that PostgreSQL's return cannot mend leaves at once: it is a fault of the program.
    """
    pause = _FIRST_PAUSE
    while True:
        progress()
        try:
            done = await work()
        except _OUR_FAULT:
            raise
        except _MAY_BE_AWAY as error:
            log.warning("ledger_away", error=type(error).__name__, pause=pause)
            health.missing(PART, "PostgreSQL does not answer")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            health.there(PART)
            return done
