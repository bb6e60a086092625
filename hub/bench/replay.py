"""`hub bench replay`: counting the indicators again from hub.decisions, against a bare consume-and-decode loop.

At three sizes, on one topic that grows: years of decisions as the router writes them (`hub.bench.history`). Each side
is a process of its own and reads the whole topic.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from hub.bench.history import DESCRIPTION, History
from hub.bench.measure import BenchOptions, BenchResult, Goal, alternate, machine
from hub.bench.replay_sides import SIDES
from hub.embedded.kafka import EmbeddedKafka
from hub.errors import HubError
from hub.log import configure_logging
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.decisions import partition_of
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, apply_topics

UNIT: Final = "events/s"
STEPS: Final = (1, 5, 20)
"""The sizes, in multiples of the events asked for: 100,000 gives 500,000 and 2,000,000."""

_SIDE_SECONDS: Final = 1800
_AT_ONCE: Final = 5_000  # records in a transaction
_LEAST_RATIO: Final = 0.5
_FLAT: Final = 1.2
_MEMORY_MIB: Final = 300


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark on an embedded broker in a temporary folder. Raises HubError when a side fails."""
    figures: dict[int, dict[str, list[dict[str, float]]]] = {}
    runs: dict[str, list[float]] = {}
    medians: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, asyncio.Runner() as runner:
        broker = EmbeddedKafka(Path(folder) / "kafka", heap_mebibytes=1024)
        options.report("starting an embedded Kafka")
        runner.run(broker.start())
        try:
            settings = Settings(kafka_bootstrap=broker.bootstrap, log_level="error")
            configure_logging(settings, "bench")
            runner.run(apply_topics(settings))
            history, written = History(load_catalogue()), 0
            for step in STEPS:
                size = options.events * step
                options.report(f"writing {size - written:,} events")
                runner.run(write(settings, history, written, size - written))
                written = size
                of_size = figures[size] = defaultdict(list)
                sides = {name: partial(_side, name, settings, of_size) for name in SIDES}
                medians[size], each = alternate(sides, options.runs, options.report, UNIT)
                runs |= {f"{name} {size:,}": values for name, values in each.items()}
        finally:
            runner.run(broker.stop())
    return _result(figures, medians, runs)


def _result(
    figures: dict[int, dict[str, list[dict[str, float]]]],
    medians: dict[int, dict[str, float]],
    runs: dict[str, list[float]],
) -> BenchResult:
    largest = max(medians)
    cpu = {
        size: {name: median(one["cpu_us"] for one in each) for name, each in sides.items()}
        for size, sides in figures.items()
    }
    memory = {size: max(one["memory_mib"] for one in sides["measured"]) for size, sides in figures.items()}
    ratios = {size: round(rates["measured"] / rates["bare"], 3) for size, rates in medians.items()}
    clock = [1e6 / rates["measured"] for rates in medians.values()]
    spent = [each["measured"] for each in cpu.values()]
    return BenchResult(
        name="replay",
        measured=medians[largest]["measured"],
        bare=medians[largest]["bare"],
        ratio=ratios[largest],
        unit=UNIT,
        machine=machine(),
        memory_mib=max(memory.values()),
        runs=runs,
        detail={
            "history": DESCRIPTION,
            "bare": SIDES["bare"].__doc__,
            "ratio_by_size": ratios,
            "ratio_to_records_only": {
                size: round(rates["measured"] / rates["bare_records"], 3) for size, rates in medians.items()
            },
            "cpu_us_per_event": cpu,
            "memory_mib_by_size": memory,
        },
        goals=(
            *(Goal(f"ratio at {size:,} events", ratio, _LEAST_RATIO, "", least=True) for size, ratio in ratios.items()),
            Goal("cost per event, largest / smallest", round(max(clock) / min(clock), 3), _FLAT, "by the clock"),
            Goal("cost per event, largest / smallest", round(max(spent) / min(spent), 3), _FLAT, "processor time"),
            Goal("peak memory", max(memory.values()), _MEMORY_MIB, "MiB"),
        ),
    )


async def write(settings: Settings, history: History, first: int, count: int) -> None:
    """Write `count` records of the history from the one numbered `first` on, as the router does."""
    producer = kafka_client.producer(settings, transactional_id="bench-history", max_batch_size=512 * 1024)
    async with producer:
        partitions = len(await producer.partitions_for(DECISIONS))
        records = history.records(first, count)
        for begun in range(0, count, _AT_ONCE):
            async with producer.transaction():
                await _send(producer, partitions, records, min(_AT_ONCE, count - begun))


async def _send(producer: AIOKafkaProducer, partitions: int, records: Any, count: int) -> None:
    filling: dict[int, Any] = {}
    sent = []
    for _ in range(count):
        key, value = next(records)
        partition = partition_of(key, partitions)
        builder = filling.get(partition)
        if builder is None or builder.append(timestamp=None, key=key, value=value) is None:
            if builder is not None:
                sent.append(await producer.send_batch(builder, DECISIONS, partition=partition))
            builder = filling[partition] = producer.create_batch()
            builder.append(timestamp=None, key=key, value=value)
    sent += [await producer.send_batch(builder, DECISIONS, partition=part) for part, builder in filling.items()]
    await asyncio.gather(*sent)


def _side(name: str, settings: Settings, figures: dict[str, list[dict[str, float]]]) -> float:
    command = [sys.executable, "-m", "hub.bench.replay_sides", name, settings.kafka_bootstrap]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SIDE_SECONDS, check=False)  # noqa: S603 -- our own module
    if done.returncode != 0:
        message = f"The {name} side of the benchmark failed:\n{done.stderr[-2000:]}"
        raise HubError(message)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    figures[name].append(found)
    return found["rate"]
