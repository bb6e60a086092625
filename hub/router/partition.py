"""The work on one input partition: fetch, judge, write in one transaction, and again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)

from hub import metrics
from hub.health import Health
from hub.router.directory import DirectoryFollower
from hub.router.faults import FATAL, TRANSIENT, stopped_by
from hub.router.judge import Batch, Judge
from hub.router.lanes import Lane, group_of
from hub.router.membership import ensure_member
from hub.router.reject_limit import RejectLimitReached, RejectWindow
from hub.router.transaction import PartitionWriter, go_back
from hub.settings import Settings

log = structlog.get_logger()

FETCH_MS: Final = 250
_STEP: Final = 100  # records judged before other tasks get their turn
_ATTEMPT_SECONDS: Final = 30.0  # longest attempt at a transaction, or at opening a producer, before it is begun anew
_STALL_SECONDS: Final = 90.0
_FEW: Final = 20  # records: their transaction costs more than they do
_GATHER_SECONDS: Final = 0.05  # after a transaction of few, where nothing is urgent
_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 5.0

_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordTooLargeError, RecordListTooLargeError)


@dataclass(slots=True)
class LaneContext:
    """What the partitions of one lane share."""

    lane: Lane
    settings: Settings
    health: Health
    judge: Judge
    follower: DirectoryFollower
    window: RejectWindow
    read_limits: Callable[[], Awaitable[None]]
    turn: asyncio.Lock | None
    """Held from the directory's latest state to the commit, where partitions must not overlap (the directory lane)."""
    ignore_reject_limit: bool = False


class PartitionWork:
    """One assigned partition, from its assignment to its revocation."""

    def __init__(self, context: LaneContext, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        self.partition = partition
        self._context = context
        self._consumer = consumer
        self._name = f"{partition.topic}-{partition.partition}"
        self._leaving = False
        self._idle = False
        self._task: asyncio.Task[None] | None = None

    def start(self, done: Callable[["asyncio.Task[None]"], None]) -> None:
        """Begin in a task of its own; `done` is called when it ends."""
        self._task = asyncio.create_task(self._run(), name=f"router {self._name}")
        self._task.add_done_callback(done)

    async def leave(self, seconds: float) -> None:
        """End after the transaction under way. What was fetched and not begun is left: it is not committed."""
        self._leaving = True
        task = self._task
        if task is None or task.done():
            return
        if self._idle:
            task.cancel()  # records handed over at this very moment are read again: only the commit counts
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            log.warning("transaction_abandoned", partition=self._name)
            task.cancel()
            await asyncio.wait({task}, timeout=seconds)

    async def _run(self) -> None:
        context, wait = self._context, _FIRST_WAIT
        progress = context.health.loop(self._name, _STALL_SECONDS)
        try:
            while not self._leaving:
                writer = PartitionWriter(
                    context.settings, group_of(context.lane), self.partition, context.judge.limits.decisions
                )
                try:
                    async with asyncio.timeout(_ATTEMPT_SECONDS):
                        await ensure_member(self._consumer)
                        await writer.open(self._consumer)
                    context.health.there(self._name)
                    wait = _FIRST_WAIT
                    await self._follow(writer, progress)
                except FATAL as error:
                    raise stopped_by(error, self._name) from error
                except TRANSIENT as error:
                    await self._on_transient(error)
                finally:
                    await writer.close()
                progress()
                if not self._leaving:
                    self._idle = True
                    await asyncio.sleep(wait)
                    self._idle = False
                    wait = min(wait * 2, _LONGEST_WAIT)
        finally:
            context.health.forget(self._name)
            context.health.there(self._name)

    async def _on_transient(self, error: BaseException) -> None:
        log.warning("partition_waits_for_kafka", partition=self._name, error=type(error).__name__)
        self._context.health.missing(self._name, f"Kafka does not take it: {type(error).__name__}")
        if isinstance(error, _TOO_LARGE):
            await self._context.read_limits()

    async def _follow(self, writer: PartitionWriter, progress: Callable[[], None]) -> None:
        limit = self._context.settings.router_batch
        while not self._leaving:
            self._idle = True
            try:
                records = await self._fetch(limit)
            except UnicodeDecodeError:
                self._idle = False
                await self._pass_unreadable(writer)
                continue
            self._idle = False
            progress()
            if records and not self._leaving:
                await self._handle(writer, records)
                progress()
                if self._context.lane is Lane.STANDARD and len(records) <= _FEW:
                    self._idle = True
                    await asyncio.sleep(_GATHER_SECONDS)

    async def _fetch(self, limit: int, timeout_ms: int = FETCH_MS) -> Sequence[ConsumerRecord]:
        fetched = await self._consumer.getmany(self.partition, timeout_ms=timeout_ms, max_records=limit)
        return fetched.get(self.partition, ())  # type: ignore[no-any-return]  # aiokafka ships no types

    async def _pass_unreadable(self, writer: PartitionWriter) -> None:
        """Route up to a record that aiokafka cannot decode (a header's name that is not UTF-8), refuse it, go past it.

        aiokafka raises for the whole batch and forgets what it had decoded before: it is fetched again, one by one.
        """
        await go_back(self._consumer, self.partition)
        readable: list[ConsumerRecord] = []
        while not self._leaving:
            try:
                readable += await self._fetch(1)
            except UnicodeDecodeError:
                await self._fetch(1, timeout_ms=0)  # moves the client's position onto the record
                offset = await self._consumer.position(self.partition)
                if readable:
                    await self._handle(writer, readable)
                batch = Batch(datetime.now(UTC))
                self._context.judge.refuse_unreadable(self.partition.topic, self.partition.partition, offset, batch)
                await self._commit(writer, batch, offset + 1)
                self._consumer.seek(self.partition, offset + 1)
                return

    async def _handle(self, writer: PartitionWriter, records: Sequence[ConsumerRecord]) -> None:
        turn = self._context.turn
        if turn is None:
            await self._route(writer, records)
            return
        async with turn:
            async with asyncio.timeout(_ATTEMPT_SECONDS):
                await self._context.follower.refresh(self._consumer)
            await self._route(writer, records)

    async def _route(self, writer: PartitionWriter, records: Sequence[ConsumerRecord]) -> None:
        started = perf_counter()
        batch = await judge_all(self._context.judge, records)
        await self._commit(writer, batch, records[-1].offset + 1)
        lane = self._context.lane.value
        metrics.ROUTER_BATCH_SECONDS.labels(lane).observe(perf_counter() - started)
        metrics.ROUTER_LAG_SECONDS.labels(lane).set(
            max(0.0, datetime.now(UTC).timestamp() - records[0].timestamp / 1000)
        )

    async def _commit(self, writer: PartitionWriter, batch: Batch, next_offset: int) -> None:
        self._check_limit(batch)
        async with asyncio.timeout(_ATTEMPT_SECONDS):
            await writer.write(batch, next_offset)
        self._context.window.add(batch.refused)
        count(self._context.lane, batch, self._context.window.share)

    def _check_limit(self, batch: Batch) -> None:
        context = self._context
        if context.ignore_reject_limit or not batch.reasons or not context.window.would_exceed(batch.refused):
            return
        reasons = ", ".join(f"{code} ({number})" for code, number in batch.reasons.most_common(3))
        message = (
            f"The {context.lane.value} lane stops: more than {context.settings.reject_share:.0%} of its latest "
            f"{context.settings.reject_window} records are refused, last on {self._name}: {reasons}. "
            "The batch is not committed; nothing is lost."
        )
        way_out = (
            "See `hub rejects list`, have the sender repaired, and start the router again; or let the refused through "
            "into hub.rejects with `hub run router --ignore-reject-limit`, or raise HUB_REJECT_SHARE."
        )
        raise RejectLimitReached(message, way_out)


async def judge_all(judge: Judge, records: Sequence[ConsumerRecord]) -> Batch:
    """Judge a batch of records, giving way to other tasks from time to time."""
    batch = Batch(datetime.now(UTC))
    for start in range(0, len(records), _STEP):
        if start:
            await asyncio.sleep(0)
        for record in records[start : start + _STEP]:
            judge.judge(record, batch)
    return batch


def count(lane: Lane, batch: Batch, share: float) -> None:
    """Count a committed batch."""
    for result, number in batch.results.items():
        metrics.ROUTER_EVENTS.labels(lane.value, result).inc(number)
    for reason, number in batch.reasons.items():
        metrics.ROUTER_REJECTS.labels(lane.value, reason).inc(number)
    for reason, number in batch.not_stored.items():
        metrics.NEVER_STORED.labels(reason).inc(number)
    for (service, role), number in batch.unreachable.items():
        metrics.UNREACHABLE_ROUTINGS.labels(service, role).inc(number)
    metrics.ROUTER_REJECT_SHARE.labels(lane.value).set(share)
