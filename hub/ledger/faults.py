"""Which faults of PostgreSQL pass by themselves, and which the data made."""

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE classes (PostgreSQL manual, appendix A).
_PASSING = frozenset({"08", "40", "53", "55", "57", "58"})  # connection, rollback, resources, locks, shutdown, system
_OF_THE_DATA = frozenset({"22", "23"})  # data exception, integrity constraint

UNAVAILABLE = (DBAPIError, PoolTimeout, OSError, TimeoutError)
"""What a statement may raise when PostgreSQL is away; ask `passes` whether it is worth another try."""


def passes(error: BaseException) -> bool:
    """Whether the same statement may succeed later: PostgreSQL is away, starting, stopping, or broke a deadlock."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout | OSError | TimeoutError)
    state = _sqlstate(error)
    if state is None:
        return not made_by_data(error) and (error.connection_invalidated or isinstance(error, InterfaceError))
    return state[:2] in _PASSING


def made_by_data(error: BaseException) -> bool:
    """Whether the values are at fault: the same statement never succeeds, another row's may."""
    if not isinstance(error, DBAPIError):
        return False
    # asyncpg refuses a value that does not fit its column before PostgreSQL sees it: a ValueError without SQLSTATE.
    refused = error.orig is not None and isinstance(error.orig.__cause__, ValueError)
    return refused or (_sqlstate(error) or "")[:2] in _OF_THE_DATA


def _sqlstate(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
