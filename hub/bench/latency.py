"""`hub bench latency`: from publishing to the mail server's acceptance, against a bare consume-and-send loop.

Both sides run on one embedded Kafka, at the same pace, with the same records and the same number of mails under way at
once; the hub's side with every role as a process of its own on an embedded PostgreSQL, and one contact per notice. One
process publishes and is the mail server, so that one clock (`time.perf_counter`) takes both ends: just before a record
is handed to the Kafka client, and just before the 250 that accepts its mail.
"""

import asyncio
import contextlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from hub.bench.mail_sink import MailSink
from hub.bench.measure import BenchOptions, BenchResult, Report, alternate, machine
from hub.bench.whole_hub import START_SECONDS, WholeHub, start_hub
from hub.demo import demo_notices
from hub.domain.delivery.states import delivery_id
from hub.domain.vocabulary import Medium
from hub.errors import HubError

UNIT: Final = "ms, publish to SMTP acceptance, p50 (lower is better; ratio = bare / measured)"
RATE: Final = 200  # events per second
MOST_EVENTS: Final = 4000  # per run and side: twenty seconds at RATE
WARM_UP: Final = 400  # events before, at the same pace, not measured
CONCURRENCY: Final = 16
CONTACT: Final = "bench-cdas"
SOURCE: Final = "urn:hub:cd35:bench"
BARE: Final = "an aiokafka consumer that sends one aiosmtplib mail per record over kept connections, and keeps no book"
_CONTACT: Final = {
    "contact": CONTACT,
    "institution": "CD35",
    "service": "CDAS",
    "role": "GENERIC_MAILBOX",
    "cdas": "CDAS-01",
    "label": "CDAS démo 01",
    "email": "bench@contacts.example",
}
_TOPIC: Final = "cd35.notices"
BARE_TOPIC: Final = "bench.latency"
_ARRIVE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Of one run: median and 99th percentile in ms, and the pace that was kept, in events per second."""

    p50: float
    p99: float
    rate: float


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark on embedded engines in a temporary folder. Raises HubError when a side does not get through."""
    events = min(options.events, MOST_EVENTS)
    kept: dict[str, list[Latencies]] = {"bare": [], "measured": []}
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        try:
            bench = runner.run(_start(stack, Path(folder), options.report))

            def side(name: str) -> float:
                kept[name].append(runner.run(_bare(bench, events) if name == "bare" else _measure(bench, events)))
                return kept[name][-1].p50

            sides = {name: (lambda name=name: side(name)) for name in ("bare", "measured")}
            medians, figures = alternate(sides, options.runs, options.report, "ms at p50")
        finally:
            runner.run(stack.aclose())
    return BenchResult(
        name="latency",
        measured=medians["measured"],
        bare=medians["bare"],
        ratio=round(medians["bare"] / medians["measured"], 3),
        unit=UNIT,
        machine=machine(),
        memory_mib=bench.hub.memory,
        runs=figures,
        detail={
            "p50_ms": {name: round(median(one.p50 for one in runs), 1) for name, runs in kept.items()},
            "p99_ms": {name: round(median(one.p99 for one in runs), 1) for name, runs in kept.items()},
            "p99_ms_of_each_run": {name: [round(one.p99, 1) for one in runs] for name, runs in kept.items()},
            "events_per_second": round(median(one.rate for one in kept["measured"]), 1),
            "events_per_run": events,
            "mails_under_way_at_most": CONCURRENCY,
            "door": f"Kafka, {_TOPIC}",
            "bare": BARE,
        },
    )


@dataclass(frozen=True, slots=True)
class _Bench:
    """What the runs share."""

    hub: WholeHub
    sink: MailSink


async def _start(stack: contextlib.AsyncExitStack, folder: Path, report: Report) -> _Bench:
    sink = await stack.enter_async_context(MailSink())
    hub = await start_hub(
        stack,
        folder,
        report,
        smtp_port=sink.port,
        concurrency=CONCURRENCY,
        contacts=[_CONTACT],
        spare_topic=(BARE_TOPIC, _TOPIC),
    )
    return _Bench(hub, sink)


async def _measure(bench: _Bench, events: int) -> Latencies:
    """One run through the hub."""
    names = _names(events)
    of = {name: str(delivery_id(SOURCE, name, CONTACT, Medium.MAIL.value)) for name in names}
    found = await _paced(bench, names, of)
    bench.hub.look_at_memory()
    return found


async def _bare(bench: _Bench, events: int) -> Latencies:
    """One run through the bare loop, on a topic that the hub does not read."""
    command = [sys.executable, "-m", "hub.bench.latency_bare", bench.hub.settings.kafka_bootstrap, BARE_TOPIC]
    process = await asyncio.create_subprocess_exec(
        *command, str(bench.sink.port), str(CONCURRENCY), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None  # noqa: S101 -- asked for above
        if not await asyncio.wait_for(process.stdout.readline(), START_SECONDS):
            message = "The bare side of the benchmark ended before it began."
            raise HubError(message)
        names = _names(events)
        return await _paced(bench, names, dict(zip(names, names, strict=True)), BARE_TOPIC)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _names(events: int) -> list[str]:
    run_id = uuid4().hex[:8]
    return [f"bench-{run_id}-{number:06d}" for number in range(WARM_UP + events)]


async def _paced(bench: _Bench, names: list[str], mail_of: dict[str, str], topic: str | None = None) -> Latencies:
    """Publish one event for each name at RATE, wait for every mail, and give what came after the warm-up."""
    records = [bench.hub.record(_notice(name)) for name in names]
    sent: dict[str, float] = {}
    acknowledged = []
    begin = perf_counter() + 0.1
    for number, (name, (own_topic, key, value, headers)) in enumerate(zip(names, records, strict=True)):
        wait = begin + number / RATE - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        sent[name] = perf_counter()
        acknowledged.append(await bench.hub.producer.send(topic or own_topic, value, key, headers=headers))
    took = perf_counter() - begin
    await asyncio.gather(*acknowledged)
    accepted = bench.sink.accepted
    deadline = perf_counter() + _ARRIVE_SECONDS
    while missing := [name for name in names if mail_of[name] not in accepted]:
        if perf_counter() > deadline:
            message = f"{len(missing)} of {len(names)} mails did not come within {_ARRIVE_SECONDS:.0f} s."
            raise HubError(message, bench.hub.words())
        await asyncio.sleep(0.2)
    took_ms = [1000 * (accepted[mail_of[name]] - sent[name]) for name in names[WARM_UP:]]
    hundredths = quantiles(took_ms, n=100)
    accepted.clear()
    return Latencies(hundredths[49], hundredths[98], len(names) / took)


def _notice(name: str) -> dict[str, Any]:
    """The transfer of the FSL, which the Département announces, as a notice of its own."""
    template = next(dict(notice) for notice in demo_notices() if notice["data"]["issuer"] == "CD35")
    event = template | {"id": name, "source": SOURCE, "subject": name, "correlationid": name}
    return event | {"data": template["data"] | {"notice": name}}
