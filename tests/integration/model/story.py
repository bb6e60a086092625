"""One story on an empty ledger: acts, races between two of them, time, and what must hold after each."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.data import load_territory
from hub.dispatcher.escalation import EscalationClock
from hub.dispatcher.escalation_auditor import EscalationAuditor
from hub.health import Health
from hub.ledger.tables import metadata
from hub.settings import Settings
from tests.integration.model import acts
from tests.integration.model.interleaving import alone, meanwhile
from tests.integration.model.promises import Ledger, check, check_settled, may_have_arrived
from tests.integration.model.world import World

T = TypeVar("T")

_EMPTY: Final = "".join(f'delete from "{table.name}"; ' for table in reversed(metadata.sorted_tables))
_LONGEST_DRAIN: Final = 40  # instants at which something is due
_NEXT: Final = text("""
select min(due) from (
  select s.due_at as due from escalation_step s join escalation x on x.id = s.escalation
  where s.state = 'WAITING' and x.state = 'RUNNING'
  union all select due_at from delivery where state in ('SCHEDULED', 'RETRYING') and lane <> 'pull'
  union all select claimed_until + interval '1 second' from delivery where state = 'SENDING'
  union all select created_at + interval '31 seconds' from escalation where state = 'OPEN'
) waiting
""")


@dataclass(frozen=True, slots=True)
class Bench:
    """The ledger that all stories share, one after another, and the loop that its connections live in."""

    runner: asyncio.Runner
    engine: AsyncEngine
    settings: Settings


class Story:
    """Begins with an empty ledger and a directory; every method raises AssertionError where a promise is broken."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.world = World(bench.settings)
        self._ledger = Ledger()
        self._run(self._begin())

    def act(self, act: acts.Act, choice: int = 0) -> None:
        """Somebody acts."""
        _remember(self._run(alone(self._bench.engine, self._work(act, choice))))
        self.look()

    def undone(self, act: acts.Act, choice: int = 0) -> None:
        """Somebody acts, and its process dies just before the end."""
        self._run(alone(self._bench.engine, self._work(act, choice), commit=False))
        self.look()

    def race(self, first: tuple[acts.Act, int], second: tuple[acts.Act, int], at: int, *, commit: bool = True) -> None:
        """The second acts while the first is held before its statement number `at`; the first may die in the end."""
        one, two = self._run(meanwhile(self._bench.engine, self._work(*first), self._work(*second), at, commit=commit))
        if commit:
            _remember(one)
        _remember(two)
        self.look()

    def wait(self, time: timedelta) -> None:
        """Time passes, and nobody does anything."""
        self.world.now += time

    def look(self) -> None:
        """Check what must hold always."""
        self._run(self._look())

    def tick(self) -> None:
        """Both dispatchers look at escalations, and the auditor after them: nothing may be left undone."""
        self._run(self._tick())
        self.look()
        check_settled(self.world, self._ledger, self._run(alone(self._bench.engine, may_have_arrived)))

    def end(self) -> None:
        """Let the world go on without any fault until nothing is left to do: nothing waits for ever."""
        self.world.held.clear()
        for _ in range(_LONGEST_DRAIN):
            due = self._run(self._next())
            if due is None:
                return
            self.world.now = max(self.world.now, due)
            self.act(acts.reclaim)
            self.tick()
            for lane in (0, 2, 4):
                self.act(acts.claim, lane)
                self.act(acts.accept_all)
        msg = "something waits for ever"
        raise AssertionError(msg)

    def _work(self, act: acts.Act, choice: int) -> Any:
        async def work(connection: AsyncConnection) -> acts.Remember | None:
            return await act(self.world, connection, choice)

        return work

    async def _begin(self) -> None:
        async with self._bench.engine.begin() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(_EMPTY)
            await self.world.settle_in(connection)

    async def _look(self) -> None:
        async with self._bench.engine.connect() as connection:
            now = await self._ledger.read(connection)
        before, self._ledger = self._ledger, now
        # In the order in which they were made: choices must not depend on ids.
        self.world.deliveries = now.made_in_order()
        check(self.world, before, now)

    async def _tick(self) -> None:
        given: dict[str, Any] = {
            "policy": self.world.policy,
            "territory": load_territory(),
            "clock": self.world.clock,
        }
        for _ in range(2):
            health = Health("dispatcher")
            await EscalationClock(self._bench.engine, acts.CATALOGUE, health, tick_seconds=5.0, **given).tick()
        faults = await EscalationAuditor(self._bench.engine, Health("dispatcher"), **given).look()
        assert not faults, f"the auditor found {[fault.kind for fault in faults]}"

    async def _next(self) -> Any:
        async with self._bench.engine.connect() as connection:
            return await connection.scalar(_NEXT)

    def _run(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            async with asyncio.timeout(180):  # a circle of locks that PostgreSQL does not see must not hang the run
                return await work

        return self._bench.runner.run(whole())


def _remember(remember: acts.Remember | None) -> None:
    if remember is not None:
        remember()
