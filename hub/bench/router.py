"""`hub bench router`: events per second through the real router, against a bare transactional copy of the records.

Each side is a process of its own, on the same broker and the same topics, one record in, one record out, at most as
many records in a transaction as the router takes. The clock runs from the first commit to the last, start-up left out.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from hub.bench.measure import BenchOptions, BenchResult, alternate, machine
from hub.bench.mix import DESCRIPTION
from hub.bench.payloads import Record, directory_records, event_records
from hub.bench.router_sides import COPY_TOPIC, BareSide, prepare_directory
from hub.embedded.kafka import EmbeddedKafka
from hub.errors import HubError
from hub.log import configure_logging
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue
from hub.wire.topics import DECISIONS, Topic, apply_topics, read_topics

UNIT = "events/s"


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark on an embedded broker in a temporary folder. Raises HubError when a side fails."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, asyncio.Runner() as runner:
        broker = EmbeddedKafka(Path(folder) / "kafka", heap_mebibytes=1024)
        options.report("starting an embedded Kafka")
        runner.run(broker.start())
        try:
            settings = Settings(kafka_bootstrap=broker.bootstrap, log_level="error")
            configure_logging(settings, "bench")  # to standard error: standard output is for the result
            options.report(f"preparing {options.events:,} events")
            records = runner.run(_prepare(settings, options.events))
            memory: list[float] = []
            cpu: dict[str, list[float]] = {"bare": [], "measured": []}

            def side(name: str) -> float:
                runner.run(_publish(settings, records))
                figures = _run_side(name, settings, options.events)
                cpu[name].append(figures["cpu_us"])
                if name == "measured":
                    memory.append(figures["memory_mib"])
                return float(figures["rate"])

            sides = {name: partial(side, name) for name in ("bare", "measured")}
            medians, figures = alternate(sides, options.runs, options.report, UNIT)
        finally:
            runner.run(broker.stop())
    return BenchResult(
        name="router",
        measured=medians["measured"],
        bare=medians["bare"],
        ratio=round(medians["measured"] / medians["bare"], 3),
        unit=UNIT,
        machine=machine(),
        memory_mib=max(memory),
        runs=figures,
        detail={
            "events_per_run": options.events,
            "mix": DESCRIPTION,
            "input_bytes_mean": round(sum(len(value or b"") for _, _, value, _ in records) / len(records)),
            "cpu_us_per_event": {name: median(values) for name, values in cpu.items()},
            "records_per_transaction": settings.router_batch,
            "bare": BareSide.__doc__,
        },
    )


async def _prepare(settings: Settings, count: int) -> list[Record]:
    topics = read_topics()
    decisions = next(topic for topic in topics if topic.name == DECISIONS)
    copy = Topic(COPY_TOPIC, "bench", decisions.partitions, 1, "delete", 1, decisions.max_message_bytes, (), ())
    await apply_topics(settings, (*topics, copy))
    catalogue = load_catalogue()
    contacts = directory_records(catalogue)
    await _publish(settings, contacts)
    await prepare_directory(settings, len(contacts))
    return list(event_records(catalogue, count))


async def _publish(settings: Settings, records: list[Record]) -> None:
    producer = kafka_client.producer(settings, linger_ms=5, max_batch_size=256 * 1024)
    async with producer:
        futures = [await producer.send(topic, value, key, headers=headers) for topic, key, value, headers in records]
        await asyncio.gather(*futures)


def _run_side(name: str, settings: Settings, events: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "hub.bench.router_sides", name, settings.kafka_bootstrap, str(events)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603 -- our own module
    if done.returncode != 0:
        message = f"The {name} side of the benchmark failed:\n{done.stderr[-2000:]}"
        raise HubError(message)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures
