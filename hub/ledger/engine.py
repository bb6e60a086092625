"""Connections to PostgreSQL: one asynchronous engine per process."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.settings import Settings

CONNECT_SECONDS = 5.0  # longest wait for a new connection
STATEMENT_SECONDS = 30.0  # longest wait for one statement's answer


def ledger_engine(settings: Settings) -> AsyncEngine:
    """Make an engine with at most `database_pool` connections; it opens the first one when first used.

    A connection that PostgreSQL has dropped is found before use and replaced. Dispose of the engine at the end.
    """
    return create_async_engine(
        settings.async_database_url,
        pool_size=settings.database_pool,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, values are not
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
    )
