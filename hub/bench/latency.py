"""`hub bench latency`: from publishing to the mail server's acceptance, against a bare consume-and-send loop.

Both sides run on one embedded Kafka, at the same pace, with the same records and the same number of mails under way at
once; the hub's side with every role as a process of its own on an embedded PostgreSQL, and one contact per notice. One
process publishes and is the mail server, so that one clock (`time.perf_counter`) takes both ends: just before a record
is handed to the Kafka client, and just before the 250 that accepts its mail.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from hub.bench.mail_sink import MailSink
from hub.bench.measure import BenchOptions, BenchResult, alternate, machine
from hub.data import load_territory
from hub.demo import demo_notices
from hub.domain.deliveries import delivery_id
from hub.domain.vocabulary import Medium
from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.postgres import EmbeddedPostgres
from hub.errors import HubError
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.up.roles import Role, last_words, role_command, watch_health
from hub.wire import kafka_client
from hub.wire.cloudevents import EventReader, to_kafka_record, topic_of
from hub.wire.schemas import load_catalogue
from hub.wire.topics import apply_topics, read_topics

UNIT: Final = "ms, publish to SMTP acceptance, p50 (lower is better; ratio = bare / measured)"
RATE: Final = 200  # events per second
MOST_EVENTS: Final = 4000  # per run and side: twenty seconds at RATE
WARM_UP: Final = 400  # events before, at the same pace, not measured
CONCURRENCY: Final = 16
ROLES: Final = ("router", "processors", "dispatcher")
CONTACT: Final = "bench-cdas"
SOURCE: Final = "urn:hub:cd35:bench"
BARE: Final = "an aiokafka consumer that sends one aiosmtplib mail per record over kept connections, and keeps no book"
_TOPIC: Final = "cd35.notices"
BARE_TOPIC: Final = "bench.latency"
_START_SECONDS: Final = 90.0
_ARRIVE_SECONDS: Final = 120.0

Record = tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]


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
        memory_mib=bench.memory,
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


@dataclass(slots=True)
class _Bench:
    """What the runs share. `memory` is the largest peak of the three roles, in MiB."""

    settings: Settings
    sink: MailSink
    producer: AIOKafkaProducer
    roles: list[Role]
    record: Callable[[str], Record]
    memory: float = 0.0


async def _start(stack: contextlib.AsyncExitStack, folder: Path, report: Callable[[str], None]) -> _Bench:
    report("starting an embedded Kafka and PostgreSQL")
    broker = EmbeddedKafka(folder / "kafka")
    database = EmbeddedPostgres(folder / "postgres")
    for engine in (broker, database):
        stack.push_async_callback(engine.stop)
        await engine.start()
    sink = await stack.enter_async_context(MailSink())
    url = await database.create_database("hub")
    settings = Settings(kafka_bootstrap=broker.bootstrap, database_url=SecretStr(url))
    declared = read_topics()
    like = next(topic for topic in declared if topic.name == _TOPIC)
    await apply_topics(settings, (*declared, replace(like, name=BARE_TOPIC)))
    ledger = ledger_engine(settings)
    await upgrade(ledger)
    await ledger.dispose()
    report(f"starting {', '.join(ROLES)}")
    roles = await stack.enter_async_context(_roles(folder, broker.bootstrap, url, sink.port))
    producer = await stack.enter_async_context(kafka_client.producer(settings))
    reader = EventReader(load_catalogue(), load_territory())

    def record(name: str) -> Record:
        return _record(reader, _notice(name))

    bench = _Bench(settings, sink, producer, roles, record)
    topic, key, value, headers = _record(reader, _contact())
    await producer.send_and_wait(topic, value, key, headers=headers)
    await _until_known(url, roles)
    return bench


@contextlib.asynccontextmanager
async def _roles(folder: Path, bootstrap: str, database: str, smtp_port: int) -> AsyncIterator[list[Role]]:
    common = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
        "HUB_KAFKA_BOOTSTRAP": bootstrap,
        "HUB_DATABASE_URL": database,
        "HUB_SMTP_PORT": str(smtp_port),
        "HUB_SMTP_STARTTLS": "never",
        "HUB_DISPATCHER_CONCURRENCY": str(CONCURRENCY),
        "HUB_LOG_LEVEL": "warning",
    }
    roles = []
    for name in ROLES:
        port = free_port()
        environment = common | {"HUB_METRICS_PORT": str(port)}
        log = folder / f"{name}.log"
        roles.append(Role(name, role_command(name), environment, log, f"http://127.0.0.1:{port}/health"))
    try:
        for role in roles:
            role.start()
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            deadline = perf_counter() + _START_SECONDS
            while not all(role.ready for role in roles):
                await watch_health(roles, client)
                late = next((role for role in roles if not role.ready), None)
                if late is not None and (perf_counter() > deadline or not late.pids):
                    message = f"Role {late.name} did not become ready:\n{last_words(late)}"
                    raise HubError(message)
                await asyncio.sleep(0.1)
        yield roles
    finally:
        await asyncio.gather(*(role.stop() for role in roles))


async def _measure(bench: _Bench, events: int) -> Latencies:
    """One run through the hub."""
    names = _names(events)
    of = {name: str(delivery_id(SOURCE, name, CONTACT, Medium.MAIL.value)) for name in names}
    found = await _paced(bench, names, of)
    bench.memory = max(bench.memory, *(_peak(pid) for role in bench.roles for pid in role.pids))
    return found


async def _bare(bench: _Bench, events: int) -> Latencies:
    """One run through the bare loop, on a topic that the hub does not read."""
    command = [sys.executable, "-m", "hub.bench.latency_bare", bench.settings.kafka_bootstrap, BARE_TOPIC]
    process = await asyncio.create_subprocess_exec(
        *command, str(bench.sink.port), str(CONCURRENCY), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None  # noqa: S101 -- asked for above
        if not await asyncio.wait_for(process.stdout.readline(), _START_SECONDS):
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
    records = [bench.record(name) for name in names]
    sent: dict[str, float] = {}
    acknowledged = []
    begin = perf_counter() + 0.1
    for number, (name, (own_topic, key, value, headers)) in enumerate(zip(names, records, strict=True)):
        wait = begin + number / RATE - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        sent[name] = perf_counter()
        acknowledged.append(await bench.producer.send(topic or own_topic, value, key, headers=headers))
    took = perf_counter() - begin
    await asyncio.gather(*acknowledged)
    accepted = bench.sink.accepted
    deadline = perf_counter() + _ARRIVE_SECONDS
    while missing := [name for name in names if mail_of[name] not in accepted]:
        if perf_counter() > deadline:
            message = f"{len(missing)} of {len(names)} mails did not come within {_ARRIVE_SECONDS:.0f} s."
            raise HubError(message, _words(bench.roles))
        await asyncio.sleep(0.2)
    took_ms = [1000 * (accepted[mail_of[name]] - sent[name]) for name in names[WARM_UP:]]
    hundredths = quantiles(took_ms, n=100)
    accepted.clear()
    return Latencies(hundredths[49], hundredths[98], len(names) / took)


async def _until_known(database: str, roles: list[Role]) -> None:
    """Wait until the contact went through the router into the ledger."""
    connection = await asyncpg.connect(database)
    try:
        deadline = perf_counter() + _START_SECONDS
        while not await connection.fetchval("select exists(select from contact where ref = $1)", CONTACT):
            if perf_counter() > deadline:
                message = "The hub did not take the contact in."
                raise HubError(message, _words(roles))
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


def _words(roles: list[Role]) -> str:
    return "\n".join(f"{role.name}: {last_words(role)}" for role in roles)


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def _record(reader: EventReader, event: dict[str, Any]) -> Record:
    received = reader.from_json(event)
    key, value, headers = to_kafka_record(received)
    return topic_of(received.envelope), key, value, headers


def _notice(name: str) -> dict[str, Any]:
    """The transfer of the FSL, which the Département announces, as a notice of its own."""
    template = next(dict(notice) for notice in demo_notices() if notice["data"]["issuer"] == "CD35")
    event = template | {"id": name, "source": SOURCE, "subject": name, "correlationid": name}
    return event | {"data": template["data"] | {"notice": name}}


def _contact() -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{CONTACT}-{uuid4().hex[:8]}",
        "source": SOURCE,
        "type": "contact.changed",
        "time": "2024-01-01T00:00:00+01:00",
        "subject": CONTACT,
        "data": {
            "contact": CONTACT,
            "institution": "CD35",
            "service": "CDAS",
            "role": "GENERIC_MAILBOX",
            "cdas": "CDAS-01",
            "communes": [],
            "epci": [],
            "label": "CDAS démo 01",
            "email": "bench@contacts.example",
            "valid_from": "2020-01-01",
            "opted_out": False,
        },
    }
