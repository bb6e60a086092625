"""Connections to PostgreSQL: one asynchronous engine per process."""

from functools import partial

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.errors import LedgerUnavailable
from hub.settings import Settings

CONNECT_SECONDS = 5.0  # longest wait for a new connection
STATEMENT_SECONDS = 30.0  # longest wait for one statement's answer


def ledger_engine(settings: Settings, *, check_before_use: bool = True) -> AsyncEngine:
    """Make an engine with at most `database_pool` connections; it opens the first one when first used.

    A connection that PostgreSQL has dropped is found before use and replaced; without `check_before_use` (three round
    trips less a transaction) its first use fails, for a caller that tries again anyway. Dispose of the engine at the
    end.
    """
    # asyncpg reads the address itself: it knows libpq's parameters (sslmode, sslrootcert, …), SQLAlchemy does not.
    connect = partial(
        asyncpg.connect,
        settings.database_url.get_secret_value(),
        timeout=CONNECT_SECONDS,
        command_timeout=STATEMENT_SECONDS,
    )
    return create_async_engine(
        settings.async_database_url,
        async_creator=connect,
        pool_size=settings.database_pool,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=check_before_use,
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
