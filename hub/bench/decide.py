"""`hub bench decide`: microseconds for one decision on one core, against decoding the same event from Avro.

Both sides see the same realistic events, in one process. The directory is read anew for each run, so that nothing that
it remembers of an earlier run helps a later one.
"""

import gc
from collections.abc import Callable
from datetime import date
from time import process_time

from hub.bench.measure import BenchOptions, BenchResult, alternate, machine, peak_memory_mib
from hub.bench.mix import DESCRIPTION, realistic_events
from hub.data import load_calendar, load_parameters, load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decide import decide, is_routed
from hub.wire.avro import decode
from hub.wire.cloudevents import EventReader, ReceivedEvent
from hub.wire.schemas import load_catalogue

UNIT = "µs/event"


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark in this process; no broker is needed."""
    catalogue = load_catalogue()
    options.report(f"preparing {options.events:,} events")
    reader = EventReader(catalogue, load_territory())
    notices = [dict(notice) for notice in demo_notices()]
    read = (reader.from_json(event) for event in realistic_events(options.events, notices))
    events = [event for event in read if is_routed(event.envelope.type)]

    def measured() -> float:
        directory, calendar, table = _directory(), load_calendar(), load_parameters()
        return _each(events, lambda event: decide(event, None, directory, calendar, table))

    def bare() -> float:
        return _each(events, lambda event: decode(catalogue, event.value or b""))

    medians, figures = alternate({"bare": bare, "measured": measured}, options.runs, options.report, UNIT)
    return BenchResult(
        name="decide",
        measured=medians["measured"],
        bare=medians["bare"],
        ratio=round(medians["bare"] / medians["measured"], 3),
        unit=UNIT,
        machine=machine(),
        memory_mib=peak_memory_mib(),
        runs=figures,
        detail={
            "decisions_per_run": len(events),
            "mix": DESCRIPTION,
            "bare": "decoding the event's data from Avro, which everybody who reads the topic must do",
        },
    )


def _directory() -> Directory:
    directory = Directory(load_territory())
    for receipt in plan_import(demo_directory_rows(), directory, date(2026, 1, 1)):
        if receipt.contact is not None:
            directory.apply(receipt.contact)
    return directory


def _each(events: list[ReceivedEvent], work: Callable[[ReceivedEvent], object]) -> float:
    gc.collect()
    begun = process_time()
    for event in events:
        work(event)
    return (process_time() - begun) / len(events) * 1e6
