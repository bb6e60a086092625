"""Two transactions of one ledger: one is held between two of its statements while the other runs as far as it can."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

_BLOCKED: Final = text("select cardinality(pg_blocking_pids(:pid)) > 0")
_LOOK_SECONDS: Final = 0.002
_GATE: Final = "gate"


@dataclass(slots=True)
class Gate:
    """Holds a transaction before its statement number `at`, from 0, or before its end where it has fewer."""

    at: int
    seen: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self) -> None:
        """Say that the place is reached, and wait until the gate opens."""
        self.reached.set()
        await self.opened.wait()


def gated(engine: AsyncEngine) -> AsyncEngine:
    """Let gates hold the transactions of an engine."""

    def before_statement(connection: Any, *_: Any) -> None:
        gate = connection.get_execution_options().get(_GATE)
        if gate is None:
            return
        if gate.seen == gate.at:
            await_only(gate.hold())
        gate.seen += 1

    event.listen(engine.sync_engine, "before_cursor_execute", before_statement)
    return engine


async def alone(engine: AsyncEngine, work: Work[T], *, commit: bool = True) -> T:
    """Do one transaction; without `commit` its process dies just before the end, and PostgreSQL undoes it."""
    async with _transaction(engine, commit=commit) as connection:
        return await work(connection)


async def meanwhile(engine: AsyncEngine, first: Work[T], second: Work[T], at: int, *, commit: bool) -> tuple[T, T]:
    """Hold `first` before its statement number `at`, let `second` end or wait for a lock of it, then end both.

    The same order of statements each time: what a lock makes wait is seen in PostgreSQL, never guessed by the clock.
    """
    gate = Gate(at)
    pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def held() -> T:
        async with _transaction(engine, commit=commit, gate=gate) as connection:
            found = await first(connection)
            if not gate.reached.is_set():
                await gate.hold()
            return found

    async def other() -> T:
        async with _transaction(engine, commit=True, pid=pid) as connection:
            return await second(connection)

    one = asyncio.create_task(held())
    await asyncio.wait({one, reached := asyncio.create_task(gate.reached.wait())}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    two = asyncio.create_task(other())
    await _done_or_blocked(engine, two, pid)
    gate.opened.set()
    results = await asyncio.gather(one, two, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results[0], results[1]  # type: ignore[return-value]  # no exceptions are left


async def _done_or_blocked(engine: AsyncEngine, task: asyncio.Task[Any], pid: asyncio.Future[int]) -> None:
    await asyncio.wait({task, asyncio.ensure_future(pid)}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        pid.cancel()
        return
    async with engine.connect() as connection:
        while not task.done() and not await connection.scalar(_BLOCKED, {"pid": pid.result()}):
            await asyncio.wait({task}, timeout=_LOOK_SECONDS)


@contextlib.asynccontextmanager
async def _transaction(
    engine: AsyncEngine, *, commit: bool, gate: Gate | None = None, pid: asyncio.Future[int] | None = None
) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection, connection.begin() as transaction:
        if pid is not None:
            pid.set_result(await connection.scalar(text("select pg_backend_pid()")) or 0)
        if gate is not None:
            await connection.execution_options(**{_GATE: gate})
        yield connection
        if gate is not None:
            await connection.execution_options(**{_GATE: None})
        if not commit:
            await transaction.rollback()
