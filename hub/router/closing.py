"""Closing Kafka clients within seconds, even when the broker is away."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

log = structlog.get_logger()

_SECONDS: Final = 3.0


async def close_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer; what its own stop leaves open when the broker is away is closed as well."""
    if not await _ended(consumer.stop(), "consumer"):
        if consumer._fetcher is not None:  # noqa: SLF001 -- stop() gives up before it gets there
            await _ended(consumer._fetcher.close(), "fetcher")  # noqa: SLF001 -- same
        await _ended(consumer._client.close(), "consumer_connections")  # noqa: SLF001 -- same


async def close_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer. A transaction under way is left to be aborted by whoever opens next, or by time."""
    if not await _ended(producer.stop(), "producer"):
        await _ended(producer.client.close(), "producer_connections")


async def end_all(tasks: Collection["asyncio.Task[None]"]) -> None:
    """Cancel tasks until each has ended.

    Once is not always enough: a library that waits may take the cancellation for the end of what it waited for.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_SECONDS)


async def _ended(stopping: Coroutine[Any, Any, None], what: str) -> bool:
    """Whether this came to its end in time and without a fault.

    In a task of its own: aiokafka's stop can end in a CancelledError that is none of ours, and would end our loop.
    """
    task = asyncio.create_task(stopping)
    await asyncio.wait({task}, timeout=_SECONDS)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_SECONDS)
    if task.done() and not task.cancelled() and task.exception() is None:
        return True
    log.warning("not_closed_cleanly", what=what)
    return False
