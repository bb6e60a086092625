"""What the tests of the counting do to a ledger: add facts, count, crash, freeze, and look."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, TypeVar

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.periods import Period
from hub.ledger.indicators.cells import adjustments_of, cells_of, read_cells
from hub.ledger.indicators.counting import count_facts, take_waiting, try_lock, waiting_facts
from hub.ledger.indicators.facts import add_facts
from hub.ledger.indicators.periods import Frozen, Verified, freeze, frozen_periods, verify

T = TypeVar("T")

_EMPTY: Final = "truncate indicator_fact, indicator_cell, indicator_period restart identity"
DEFINITIONS: Final = ({"id": "V1.1", "definition": "Nombre d’actions."},)


class Crash(Exception):
    """The process died before its transaction ended."""


@dataclass(slots=True)
class Bench:
    """A ledger, one loop, and a clock that stands still unless it is moved."""

    runner: asyncio.Runner
    engine: AsyncEngine
    now: datetime = field(default=datetime(2026, 6, 1, 8, 0, tzinfo=UTC))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work in the loop."""
        return self.runner.run(work)

    def act(self, act: Callable[[AsyncConnection], Awaitable[T]], *, crash: int | None = None) -> T | None:
        """What `act` gives, in one transaction; None where the process crashes.

        It does before its statement of number `crash`, or before the end of the transaction where there are less.
        """

        async def work() -> T:
            async with self.engine.begin() as connection:
                if crash is not None:
                    event.listen(connection.sync_connection, "before_cursor_execute", _crash_before(crash))
                done = await act(connection)
                if crash is not None:
                    raise Crash
                return done

        try:
            return self.run(work())
        except Crash:
            return None

    def execute(self, sql: str) -> None:
        """Run a statement; `{name}` in it is the database's."""

        async def work(connection: AsyncConnection) -> None:
            name = await connection.scalar(text("select quote_ident(current_database())"))
            await connection.execute(text(sql.format(name=name)))

        self.act(work)

    def begin(self) -> None:
        """Forget everything."""
        self.execute(_EMPTY)
        self.now = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

    def add(self, facts: Sequence[Fact], *, crash: int | None = None) -> None:
        """Add facts in one transaction."""
        self.act(lambda connection: add_facts(connection, facts), crash=crash)

    def add_poison(self) -> None:
        """Add a fact that no version of the hub can count."""
        columns = '(source, id, type, time, month, thread, rules_version, "values", digest)'
        said = "'urn:hub:cd35:si-social', 'poison', 'meeting.held', now(), '2026-01', 't', '1', '{{}}', ''"
        self.execute(f"insert into indicator_fact {columns} values ({said})")

    def count(self, limit: int = 1000, *, crash: int | None = None) -> int:
        """Count at most so many facts; how many were."""
        return self.act(lambda connection: self._count(connection, limit), crash=crash) or 0

    def count_twice_at_once(self, limit: int) -> int:
        """Let two processes count at the same moment; how many facts they counted."""

        async def one() -> int:
            async with self.engine.begin() as connection:
                return await self._count(connection, limit)

        async def both() -> int:
            return sum(await asyncio.gather(one(), one()))

        return self.run(both())

    def settle(self) -> None:
        """Count until nothing waits."""
        while self.count():
            pass
        assert 0 == self.act(waiting_facts)

    def amounts(self) -> Counter[Cell]:
        """Every cell, whatever was frozen: what a recount must give."""
        found = self.act(lambda connection: read_cells(connection, "0000-00", "9999-99"))
        assert found is not None
        total: Counter[Cell] = Counter()
        for (cell, _), amount in found.items():
            total[cell] += amount
        return Counter({cell: amount for cell, amount in total.items() if amount})

    def shown(self, period: Period) -> Counter[Cell]:
        """What a period shows."""
        found = self.act(lambda connection: cells_of(connection, period))
        assert found is not None
        return found

    def beside(self, period: Period) -> dict[str, Counter[Cell]]:
        """What is told beside it."""
        found = self.act(lambda connection: adjustments_of(connection, period))
        assert found is not None
        return dict(found)

    def freeze(self, period: Period) -> Frozen:
        """Freeze a period, a moment later."""
        self.now += timedelta(seconds=1)
        return self.run(freeze(self.engine, period, "operator:test", lambda: self.now, DEFINITIONS))

    def verify(self) -> list[tuple[Frozen, Verified]]:
        """Every frozen period and whether it stands."""

        async def work(connection: AsyncConnection) -> list[tuple[Frozen, Verified]]:
            return [(frozen, await verify(connection, frozen)) for frozen in await frozen_periods(connection)]

        return self.act(work) or []

    async def _count(self, connection: AsyncConnection, limit: int) -> int:
        if not await try_lock(connection):
            return 0
        waiting = await take_waiting(connection, limit)
        return (await count_facts(connection, waiting, self.now)).facts


def _crash_before(number: int) -> Callable[..., None]:
    statements = count()

    def before(*_: object) -> None:
        if next(statements) == number:
            raise Crash

    return before


def of_months(cells: Counter[Cell], months: Collection[str]) -> Counter[Cell]:
    """The cells of some months."""
    return Counter({cell: amount for cell, amount in cells.items() if cell.month in months})
