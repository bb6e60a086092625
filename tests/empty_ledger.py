"""A ledger emptied between two tests: ten times quicker than TRUNCATE, which makes every file of every table anew."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import metadata

# As a replica, no trigger asks what is deleted, not even that of the frozen periods, which refuses every change.
_EMPTY: Final = text(
    "do $$ begin set local session_replication_role = replica; "
    + "".join(f'delete from "{table.name}"; ' for table in metadata.sorted_tables)
    + "perform setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) from pg_sequences"
    + " where last_value is not null; end $$"
)


async def empty_ledger(connection: AsyncConnection) -> None:
    """Delete every row, and let every sequence begin at 1 again; nothing is gone before the transaction commits."""
    await connection.execute(_EMPTY)
