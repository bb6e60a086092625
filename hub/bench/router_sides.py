"""The two sides of `hub bench router`, each a process: `python -m hub.bench.router_sides SIDE BOOTSTRAP EVENTS`."""

import asyncio
import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time

import uvloop

from hub import metrics
from hub.bench.measure import peak_memory_mib
from hub.errors import HubError
from hub.health import Health
from hub.log import configure_logging
from hub.processes.router import route
from hub.processes.service import Service
from hub.router.lanes import Lane, topics_of
from hub.settings import Settings
from hub.wire import kafka_client

COPY_TOPIC = "bench.copy"
_LANES = (Lane.URGENCIES, Lane.STANDARD)
_POLL_SECONDS = 0.01
_LIMIT_SECONDS = 300.0


class Clock:
    """Takes how many events are committed: events per second, and processor time of each, from first commit to last."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._first: tuple[int, float, float] | None = None
        self.rate = 0.0
        self.cpu_us = 0.0

    def committed(self, total: int) -> bool:
        """Note that this many are committed in all; True when these are all."""
        now = perf_counter()
        if self._first is None and total:
            self._first = (total, now, process_time())
        if total < self._events or self._first is None:
            return False
        count, start, cpu = self._first
        if total > count:
            self.rate = (total - count) / (now - start)
            self.cpu_us = round((process_time() - cpu) / (total - count) * 1e6, 1)
        return True


class BareSide:
    """A plain aiokafka loop: getmany, begin, send every key, value and headers, await all, offsets, commit."""

    @staticmethod
    async def run(settings: Settings, clock: Clock) -> None:
        """Copy until the clock has seen everything."""
        topics = [topic for lane in _LANES for topic in topics_of(lane)]
        consumer = kafka_client.consumer(settings, *topics, group_id="bench-bare")
        producer = kafka_client.producer(settings, transactional_id="bench-bare", max_batch_size=512 * 1024)
        total = 0
        async with producer, consumer:
            while True:
                fetched = await consumer.getmany(timeout_ms=1000, max_records=settings.router_batch)
                if not fetched:
                    continue
                offsets = {partition: records[-1].offset + 1 for partition, records in fetched.items()}
                async with producer.transaction():
                    futures = [
                        await producer.send(COPY_TOPIC, record.value, record.key, headers=list(record.headers))
                        for records in fetched.values()
                        for record in records
                    ]
                    await producer.send_offsets_to_transaction(offsets, "bench-bare")
                    await asyncio.gather(*futures)
                total += sum(len(records) for records in fetched.values())
                if clock.committed(total):
                    return


async def run_router(settings: Settings, clock: Clock) -> None:
    """Run the role as in production, its lanes of events, until the clock has seen everything."""
    service = Service(settings, Health("router"), asyncio.Event())
    await _until(service, _LANES, lambda: clock.committed(routed_events()))


async def prepare_directory(settings: Settings, contacts: int) -> None:
    """Have the router's directory lane take in this many contacts."""
    service = Service(settings, Health("router"), asyncio.Event())
    await _until(service, (Lane.DIRECTORY,), lambda: _gauge() >= contacts)


async def _until(service: Service, lanes: tuple[Lane, ...], reached: Callable[[], bool]) -> None:
    work = asyncio.create_task(route(service, lanes))
    deadline = perf_counter() + _LIMIT_SECONDS
    while not reached() and not work.done():
        if perf_counter() > deadline:
            message = "The router did not get to the end."
            raise HubError(message)
        await asyncio.sleep(_POLL_SECONDS)
    service.stop.set()
    await work


def routed_events() -> int:
    """How many records the lanes of events of this process have committed."""
    return sum(
        int(sample.value)
        for family in metrics.ROUTER_EVENTS.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and sample.labels["lane"] in _LANES
    )


def _gauge() -> float:
    return next(sample.value for family in metrics.DIRECTORY_CONTACTS.collect() for sample in family.samples)


def main(side: str, bootstrap: str, events: int) -> None:
    """Run one side and print its rate and memory as JSON."""
    settings = Settings(kafka_bootstrap=bootstrap, log_level="warning")
    configure_logging(settings, f"bench-{side}")
    clock = Clock(events)
    uvloop.run(BareSide.run(settings, clock) if side == "bare" else run_router(settings, clock))
    sys.stdout.write(json.dumps({"rate": clock.rate, "cpu_us": clock.cpu_us, "memory_mib": peak_memory_mib()}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
