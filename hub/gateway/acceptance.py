"""Accepting events: known ids are found, new ones recorded and published, in one transaction for many requests.

The row of an event is inserted first and committed only after Kafka's acknowledgement. So a row means: acknowledged.
A crash between the two leaves the event on Kafka without its row; the same id sent again is then published again, and
whoever reads Kafka drops the repeat by its id.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

import asyncpg
import structlog

from hub.errors import HubError, LedgerUnavailable
from hub.gateway.checks import Candidate
from hub.gateway.publisher import Publisher
from hub.health import Health
from hub.ledger.acceptance import Acceptance, Accepted, find_accepted, insert_new

log = structlog.get_logger()

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Key = tuple[str, str]

WORKERS: Final = 3  # groups under way at once, each on a connection of its own
MOST_IN_GROUP: Final = 1000
_PROBE_SECONDS: Final = 2.0
_STOP_SECONDS: Final = 5.0


class Answer(Enum):
    """What became of an event that passed every check."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one event, and the moment of the (first) acceptance."""

    answer: Answer
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class _Submission:
    candidates: Sequence[Candidate]
    deadline: float
    verdicts: "asyncio.Future[list[Verdict]]"


class Session:
    """One connection to PostgreSQL, opened when used and replaced when lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    async def begin(self, rows: list[Acceptance], now: datetime) -> tuple[Connection, set[Key]]:
        """Open a transaction and insert what is new; a kept connection that turns out dead is replaced once."""
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.execute("begin")
                return self._connection, await insert_new(self._connection, rows, now)
            except (
                OSError,
                asyncpg.InterfaceError,
                asyncpg.PostgresConnectionError,
                asyncpg.OperatorInterventionError,
            ):
                self.drop()
        connection = await self._connect()
        await connection.execute("begin")
        return connection, await insert_new(connection, rows, now)

    async def probe(self) -> str | None:
        """Why PostgreSQL cannot be used, or None."""
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                if self._connection is None or self._connection.is_closed():
                    await self._connect()
                assert self._connection is not None  # noqa: S101 -- just connected
                await self._connection.execute("select 1 from accepted_event limit 1")
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self.drop()
            return type(error).__name__
        return None

    def drop(self) -> None:
        """Leave the connection without a word; the server rolls back what was open."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    async def _connect(self) -> Connection:
        # The server ends by itself what this side no longer waits for.
        self._connection = await asyncpg.connect(
            self._url,
            timeout=5,
            server_settings={
                "application_name": "hub-gateway",
                "jit": "off",
                "statement_timeout": "5000",
                "idle_in_transaction_session_timeout": "10000",
            },
        )
        return self._connection


class Acceptor:
    """Takes events from all requests and accepts them in groups: while one group is under way the next one gathers."""

    def __init__(self, url: str, publisher: Publisher, health: Health, now: Callable[[], datetime]) -> None:
        self._url = url
        self._publisher = publisher
        self._health = health
        self._now = now
        self._queue: asyncio.Queue[_Submission] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._unfinished: set[asyncio.Future[list[Verdict]]] = set()
        health.missing("postgresql", "not connected yet")

    def start(self) -> None:
        """Begin to work."""
        self._tasks = [asyncio.create_task(self._work(f"acceptance-{n}")) for n in range(WORKERS)]

    async def stop(self) -> None:
        """Finish what was submitted, then end."""
        if self._unfinished:
            await asyncio.wait(self._unfinished, timeout=_STOP_SECONDS)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def accept(self, candidates: Sequence[Candidate], deadline: float) -> list[Verdict]:
        """Accept events; one verdict each, in order, all or none of the new ones.

        Raises BrokerUnavailable or LedgerUnavailable by `deadline` (time.monotonic): then nothing was accepted.
        """
        verdicts: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        self._unfinished.add(verdicts)
        try:
            self._queue.put_nowait(_Submission(candidates, deadline, verdicts))
            async with asyncio.timeout(deadline + 0.1 - time.monotonic()):
                return await verdicts
        except TimeoutError:
            raise _ledger_away() from None
        finally:
            self._unfinished.discard(verdicts)

    async def _work(self, name: str) -> None:
        progress = self._health.loop(name, limit_seconds=30)
        session = Session(self._url)
        try:
            while True:
                progress()
                try:
                    async with asyncio.timeout(_PROBE_SECONDS):
                        first = await self._queue.get()
                except TimeoutError:
                    self._say(await session.probe())
                    continue
                group = self._gather(first)
                if group:
                    await self._answer(group, session)
        finally:
            session.drop()

    def _say(self, reason: str | None) -> None:
        if reason is None:
            self._health.there("postgresql")
        else:
            self._health.missing("postgresql", reason)

    def _gather(self, first: _Submission) -> list[_Submission]:
        group, size = [first], len(first.candidates)
        while size < MOST_IN_GROUP and not self._queue.empty():
            group.append(self._queue.get_nowait())
            size += len(group[-1].candidates)
        return [submission for submission in group if not submission.verdicts.done()]

    async def _answer(self, group: list[_Submission], session: Session) -> None:
        candidates = [candidate for submission in group for candidate in submission.candidates]
        deadline = min(submission.deadline for submission in group)
        try:
            verdicts = await self._accept(candidates, deadline, session)
        except HubError as error:
            session.drop()  # ends the transaction at the server without waiting for it
            for submission in group:
                if not submission.verdicts.done():
                    submission.verdicts.set_exception(error)
            return
        start = 0
        for submission in group:
            end = start + len(submission.candidates)
            if not submission.verdicts.done():
                submission.verdicts.set_result(verdicts[start:end])
            start = end

    async def _accept(self, candidates: list[Candidate], deadline: float, session: Session) -> list[Verdict]:
        first_of: dict[Key, Candidate] = {}
        for candidate in candidates:
            first_of.setdefault((candidate.row.source, candidate.row.id), candidate)
        await self._publisher.ready(deadline)
        now = self._now()
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                connection, new = await session.begin([candidate.row for candidate in first_of.values()], now)
                known = await find_accepted(connection, [key for key in first_of if key not in new])
            if len(new) + len(known) < len(first_of):
                raise _ledger_away()  # a row was erased under our eyes: the next try inserts it
            if new:
                fresh = [candidate for key, candidate in first_of.items() if key in new]
                await self._publisher.publish([(c.row.topic, c.key, c.value, c.headers) for c in fresh], deadline)
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                await connection.execute("commit")
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            self._say(type(error).__name__)
            log.warning("ledger_away", reason=type(error).__name__)
            raise _ledger_away() from None
        self._say(None)
        return [_verdict(candidate, first_of, known, now) for candidate in candidates]


def _verdict(
    candidate: Candidate, first_of: dict[Key, Candidate], known: dict[Key, Accepted], now: datetime
) -> Verdict:
    key = (candidate.row.source, candidate.row.id)
    before = known.get(key)
    first = first_of[key]
    if before is None and candidate is first:
        return Verdict(Answer.ACCEPTED, now)
    digest, at = (first.row.body_sha256, now) if before is None else (before.body_sha256, before.accepted_at)
    return Verdict(Answer.REPEATED if candidate.row.body_sha256 == digest else Answer.CONFLICT, at)


def _ledger_away() -> LedgerUnavailable:
    return LedgerUnavailable("PostgreSQL did not answer in time.", "Send the same events again in a moment.")
