"""The sides of `hub bench replay`, each run as a process of its own: `python -m hub.bench.replay_sides SIDE BROKER`."""

import json
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter, process_time
from typing import Final

import uvloop

from hub.bench.measure import peak_memory_mib
from hub.ledger.indicators.snapshot import LeftOut
from hub.replay.counting import replay
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.decisions import read_decision
from hub.wire.schemas import Catalogue, load_catalogue
from hub.wire.topics import DECISIONS

Side = Callable[[Settings, Catalogue], Awaitable[int]]
"""Reads everything and returns how many records that was."""


async def bare(settings: Settings, catalogue: Catalogue) -> int:
    """A plain aiokafka loop: getmany, decode each record and the event in it."""
    return await _consume(settings, lambda value: decode(catalogue, read_decision(catalogue, value)["event"]))


async def bare_records(settings: Settings, catalogue: Catalogue) -> int:
    """The same without a look at the event."""
    return await _consume(settings, lambda value: read_decision(catalogue, value))


async def measured(settings: Settings, catalogue: Catalogue) -> int:
    """What `hub indicators replay` does, without a ledger."""
    cells, read = await replay(settings, catalogue, LeftOut(), lambda *_: None)
    if not cells:
        sys.exit("Nothing was counted.")
    return read.records


SIDES: Final[dict[str, Side]] = {"bare": bare, "bare_records": bare_records, "measured": measured}


async def _consume(settings: Settings, work: Callable[[bytes], object]) -> int:
    async with kafka_client.consumer(settings, DECISIONS) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        await consumer.seek_to_beginning()
        open_, total = {part for part, end in ends.items() if end}, 0
        while open_:
            fetched = await consumer.getmany(*open_, timeout_ms=200, max_records=500)
            for records in fetched.values():
                for record in records:
                    work(record.value)
                total += len(records)
            open_ = {part for part in open_ if await consumer.position(part) < ends[part]}
        return total


async def _timed(side: Side, settings: Settings) -> dict[str, float]:
    catalogue = load_catalogue()
    begun, cpu = perf_counter(), process_time()
    records = await side(settings, catalogue)
    seconds, cpu = perf_counter() - begun, process_time() - cpu
    return {
        "records": records,
        "rate": records / seconds,
        "cpu_us": round(cpu / records * 1e6, 2),
        "memory_mib": peak_memory_mib(),
    }


def main(side: str, bootstrap: str) -> None:
    """Run one side and print its figures as JSON."""
    settings = Settings(kafka_bootstrap=bootstrap, log_level="warning")
    figures = uvloop.run(_timed(SIDES[side], settings))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
