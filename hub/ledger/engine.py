"""Connections to PostgreSQL: one asynchronous engine per process."""

from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.errors import LedgerUnavailable
from hub.settings import Settings

CONNECT_SECONDS = 5.0  # longest wait for a new connection
STATEMENT_SECONDS = 30.0  # longest wait for one statement's answer

# asyncpg asks a server what such a type is when a connection first meets it: three statements, once and for all here
# instead of in the middle of somebody's urgency.
_KNOWN_TYPES: Final = (
    "select null::text[], null::varchar[], null::uuid[], null::int[], null::bigint[], null::timestamptz[]"
)


def ledger_engine(settings: Settings, *, check_before_use: bool = True) -> AsyncEngine:
    """Make an engine with at most `database_pool` connections; it opens the first one when first used.

    A connection that PostgreSQL has dropped is found before use and replaced; without `check_before_use` (three round
    trips less a transaction) its first use fails, for a caller that tries again anyway. Dispose of the engine at the
    end.
    """

    async def connect() -> Any:
        # asyncpg reads the address itself: it knows libpq's parameters (sslmode, sslrootcert, …), SQLAlchemy does not.
        connection = await asyncpg.connect(
            settings.database_url.get_secret_value(), timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS
        )
        try:
            await connection.prepare(_KNOWN_TYPES)
        except BaseException:
            connection.terminate()
            raise
        return connection

    return create_async_engine(
        settings.async_database_url,
        async_creator=connect,
        pool_size=settings.database_pool,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=check_before_use,
        pool_use_lifo=True,  # few connections, whose statements are prepared, rather than all of them in turn
        hide_parameters=True,  # errors are logged, values are not
    )


def unavailable(engine: AsyncEngine, error: BaseException) -> LedgerUnavailable:
    """Say that PostgreSQL cannot be used, where, and why in its own words, which hold no password."""
    where = f"{engine.url.host}:{engine.url.port or 5432}/{engine.url.database}"
    reason = (error.orig if isinstance(error, DBAPIError) else error) or error
    words = str(reason) or type(reason).__name__
    if isinstance(reason, FileNotFoundError | PermissionError):  # asyncpg does not say of which file
        words += " (of the files that sslrootcert, sslcert and sslkey name)"
    message = f"PostgreSQL at {where} cannot be used: {words}."
    return LedgerUnavailable(message, "Start it, or set HUB_DATABASE_URL to where PostgreSQL runs, with its password.")
