"""`hub bench deliver`: notices to 1,000 recipients each, while urgencies flow; against a bare aiosmtplib loop.

Every role is a process of its own, on embedded engines; so are the mail server and the bare loop. The loop does the
same job without a book: it composes the hub's mail for each recipient, with its own address and link, and sends it over
as many connections. One notice follows the other, so that enough urgencies come while a burst is under way to speak of
their 99th percentile. A mail's time is taken just before the 250 that accepts it, an urgency's just before its record
is handed to the Kafka client.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final, Literal
from uuid import uuid4

from hub.bench.disk import KeptWrites, watched_disk
from hub.bench.mail_sink import SinkApart, sink_apart
from hub.bench.measure import BenchOptions, BenchResult, Goal, Report, alternate, machine
from hub.bench.whole_hub import WholeHub, start_hub
from hub.demo import demo_notices
from hub.domain.delivery.states import delivery_id
from hub.domain.vocabulary import Medium
from hub.errors import HubError

UNIT: Final = "mails/s of one notice, from the first acceptance to the last"
RECIPIENTS: Final = 1000
MOST_BURSTS: Final = 20  # per run
QUIET_URGENCIES: Final = 10  # before, for each burst
URGENCIES_PER_SECOND: Final = 5
CONCURRENCY: Final = 16
SOURCE: Final = "urn:hub:cd35:bench"
BARE: Final = (
    "each recipient's message composed with the email package, as the hub's with its own address and link, and sent by "
    "aiosmtplib over as many kept connections; nothing else running"
)
RATIO: Final = 0.7
_NOTICE: Final = "demo-fsl-transfert"
_URGENT_CONTACT: Final = "bench-urgencies"
_ARRIVE_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.02


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark in a temporary folder. Raises HubError when something does not arrive."""
    bursts = max(1, min(options.events // RECIPIENTS, MOST_BURSTS))
    kept: list[Hub] = []
    prebuilt: list[float] = []
    disk = KeptWrites()
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        try:
            bench = runner.run(_start(stack, Path(folder), options.report))
            mail_bytes = bench.mail.stat().st_size

            def measured() -> float:
                with watched_disk(Path(folder), disk):
                    kept.append(runner.run(_measure(bench, bursts, options.report)))
                return kept[-1].rate

            def bare() -> float:
                prebuilt.append(runner.run(_bare(bench, 1, "prebuilt")))
                return runner.run(_bare(bench, bursts, "composed"))

            sides: dict[str, Callable[[], float]] = {
                "bare": bare,
                "measured": measured,
            }
            medians, figures = alternate(sides, options.runs, options.report, "mails/s")
        finally:
            runner.run(stack.aclose())
    ratio = round(medians["measured"] / medians["bare"], 3)
    quiet, busy = _together(one.quiet for one in kept), _together(one.busy for one in kept)
    return BenchResult(
        name="deliver",
        measured=medians["measured"],
        bare=medians["bare"],
        ratio=ratio,
        unit=UNIT,
        machine=machine(),
        memory_mib=bench.hub.memory,
        runs=figures,
        goals=(
            Goal("mails per second, of the bare loop's", ratio, RATIO, "", least=True),
            Goal("urgencies, quiet: half within", quiet.p50, 50, "ms"),
            Goal("urgencies, quiet: 99 in 100 within", quiet.p99, 150, "ms"),
            Goal("urgencies, beside a burst: 99 in 100 within", busy.p99, 1000, "ms"),
            Goal("the same, of the quiet figure", round(busy.p99 / quiet.p99, 2), 2, "×"),
        ),
        detail={
            "urgencies_quiet_ms": quiet.as_data(),
            "urgencies_beside_a_burst_ms": busy.as_data(),
            "notice_published_to_first_mail_ms": round(median(one.first for one in kept), 1),
            "notice_published_to_last_mail_ms": round(median(one.last for one in kept), 1),
            "recipients": RECIPIENTS,
            "disk_kept_8_kib_ms": disk.as_data(),
            "bursts_per_run": bursts,
            "urgencies_per_second": URGENCIES_PER_SECOND,
            "mails_under_way_at_most": CONCURRENCY,
            "mail_bytes": mail_bytes,
            "bare": BARE,
            "bare_prebuilt_mails_per_second": round(median(prebuilt), 1),
        },
    )


@dataclass(frozen=True, slots=True)
class Urgencies:
    """How long urgencies took from publication to acceptance, in ms."""

    took: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median."""
        return round(median(self.took), 1)

    @property
    def p99(self) -> float:
        """The 99th percentile; of fewer than a hundred, nearly the longest."""
        return round(quantiles(self.took, n=100, method="inclusive")[98], 1)

    def as_data(self) -> dict[str, float]:
        """The figures as plain data."""
        return {"p50": self.p50, "p99": self.p99, "longest": round(max(self.took), 1), "number": len(self.took)}


@dataclass(frozen=True, slots=True)
class Hub:
    """One run through the hub: mails/s; a notice's publication to its first and last mail, in ms (medians)."""

    rate: float
    first: float
    last: float
    quiet: Urgencies
    busy: Urgencies


@dataclass(frozen=True, slots=True)
class _Bench:
    """What the runs share; `mail` is the file of the first mail that the hub sent."""

    hub: WholeHub
    sink: SinkApart
    mail: Path


async def _start(stack: contextlib.AsyncExitStack, folder: Path, report: Report) -> _Bench:
    mail = folder / "mail.eml"
    sink = await stack.enter_async_context(sink_apart(mail))
    contacts = [_actor(number) for number in range(RECIPIENTS)] + [_URGENT]
    hub = await start_hub(stack, folder, report, smtp_port=sink.port, concurrency=CONCURRENCY, contacts=contacts)
    bench = _Bench(hub, sink, mail)
    report("warming up")
    await _burst(bench)
    await _Flow(bench).until(10)
    return bench


async def _measure(bench: _Bench, bursts: int, report: Report) -> Hub:
    """One run: urgencies alone, then beside bursts."""
    flow = _Flow(bench)
    await flow.until(QUIET_URGENCIES * bursts)
    quiet = await flow.took(flow.sent)
    report(f"quiet: {quiet.as_data()}")
    flowing = asyncio.create_task(flow.until(None))
    found = []
    try:
        for _ in range(bursts):
            found.append(await _burst(bench))
            await asyncio.sleep(1 / URGENCIES_PER_SECOND)  # at least one urgency finds the hub at rest again
    finally:
        flowing.cancel()
    beside = [name for name, at in flow.sent.items() if any(b.published <= at <= b.last for b in found)]
    busy = await flow.took(beside or flow.sent)
    bench.hub.look_at_memory()
    bench.sink.accepted.clear()
    return Hub(
        rate=median((RECIPIENTS - 1) / (burst.last - burst.first) for burst in found),
        first=1000 * median(burst.first - burst.published for burst in found),
        last=1000 * median(burst.last - burst.published for burst in found),
        quiet=quiet,
        busy=busy,
    )


async def _bare(bench: _Bench, bursts: int, kind: Literal["composed", "prebuilt"]) -> float:
    """As many mails through the bare loop, by thousands."""
    rates = []
    for _ in range(bursts):
        prefix = f"bare-{uuid4().hex[:8]}"
        arguments = (kind, str(bench.sink.port), str(CONCURRENCY), str(RECIPIENTS), str(bench.mail), prefix)
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hub.bench.deliver_bare", *arguments)
        if await process.wait():
            message = "The bare side of the benchmark ended with an error."
            raise HubError(message)
        times = await _accepted(bench, [f"{prefix}-{number}" for number in range(RECIPIENTS)])
        rates.append((RECIPIENTS - 1) / (max(times) - min(times)))
    return median(rates)


@dataclass(frozen=True, slots=True)
class _Burst:
    """When a notice was published, and its first and last mail accepted."""

    published: float
    first: float
    last: float


async def _burst(bench: _Bench) -> _Burst:
    name = f"bench-{uuid4().hex}"
    topic, key, value, headers = bench.hub.record(_notice(name))
    published = perf_counter()
    await bench.hub.producer.send_and_wait(topic, value, key, headers=headers)
    times = await _accepted(bench, [_mail_of(name, _actor_reference(number)) for number in range(RECIPIENTS)])
    return _Burst(published, min(times), max(times))


class _Flow:
    """Urgencies at their pace. `sent` holds when each was published."""

    def __init__(self, bench: _Bench) -> None:
        self._bench = bench
        self.sent: dict[str, float] = {}

    async def until(self, number: int | None) -> None:
        """Publish as many (None: until cancelled)."""
        begin = perf_counter()
        for turn in count() if number is None else range(number):
            await asyncio.sleep(max(0.0, begin + turn / URGENCIES_PER_SECOND - perf_counter()))
            name = f"bench-{uuid4().hex}"
            topic, key, value, headers = self._bench.hub.record(_urgency(name))
            self.sent[name] = perf_counter()
            await self._bench.hub.producer.send(topic, value, key, headers=headers)

    async def took(self, names: Iterable[str]) -> Urgencies:
        """How long each took, once all have arrived."""
        names = list(names)
        times = await _accepted(self._bench, [_mail_of(name, _URGENT_CONTACT) for name in names])
        return Urgencies(tuple(1000 * (at - self.sent[name]) for name, at in zip(names, times, strict=True)))


async def _accepted(bench: _Bench, mails: Sequence[str]) -> list[float]:
    """Wait for the mails, and say when each was accepted."""
    accepted = bench.sink.accepted
    deadline = perf_counter() + _ARRIVE_SECONDS
    while missing := sum(mail not in accepted for mail in mails):
        if perf_counter() > deadline:
            message = f"{missing} of {len(mails)} mails did not come within {_ARRIVE_SECONDS:.0f} s."
            raise HubError(message, bench.hub.words())
        await asyncio.sleep(_LOOK_SECONDS)
    return [accepted[mail] for mail in mails]


def _together(runs: Iterable[Urgencies]) -> Urgencies:
    return Urgencies(tuple(took for one in runs for took in one.took))


def _mail_of(event: str, contact: str) -> str:
    return str(delivery_id(SOURCE, event, contact, Medium.MAIL.value))


def _actor_reference(number: int) -> str:
    return f"bench-actor-{number:04d}"


def _actor(number: int) -> dict[str, Any]:
    reference = _actor_reference(number)
    return {
        "contact": reference,
        "institution": "PARTNER",
        "service": "ASIP",
        "role": "ACTOR",
        "actor_kind": "CCAS",
        "label": f"CCAS {number}",
        "email": f"{reference}@contacts.example",
    }


_URGENT: Final = {
    "contact": _URGENT_CONTACT,
    "institution": "CAF",
    "service": "CAF_BENEFITS",
    "role": "PRIORITY_CONTACT",
    "label": "Contact privilégié",
    "email": "urgencies@contacts.example",
}


def _notice(name: str) -> dict[str, Any]:
    """The transfer of the FSL, which the Département announces to all, as a notice of its own."""
    template = next(dict(notice) for notice in demo_notices() if notice["id"] == _NOTICE)
    event = template | {"id": name, "source": SOURCE, "subject": name, "correlationid": name}
    return event | {"data": template["data"] | {"notice": name}}


def _urgency(name: str) -> dict[str, Any]:
    """An RSA that is no longer paid, told by a CDAS while the priority line is open."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": SOURCE,
        "type": "benefit_urgency.reported",
        "time": "2025-03-18T10:00:00+01:00",
        "subject": name,
        "data": {
            "situation": name,
            "emitter": {
                "institution": "CD35",
                "service": "CDAS_SOCIAL_WORKER",
                "cdas": "CDAS-01",
                "cdap_access": True,
                "cdap_consulted": True,
            },
            "reception_level": "SECOND",
            "need": "BENEFIT",
            "autonomous": False,
            "household": {
                "caf_beneficiary": "YES",
                "scheme": "CAF",
                "dependent_child": "YES",
                "commune": "35238",
            },
            "life_event": None,
            "support": None,
            "child_protection": "NONE",
            "personal_block": None,
            "benefit": {"code": "RSA", "change": "INTERRUPTED", "since": "2025-03-01"},
        },
    }
