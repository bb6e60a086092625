"""`hub bench gateway`: accepted events per second over HTTP, against a route of the same server that does nothing.

The bare side answers 202 to requests of one event each, after reading the body: what the server can do at most. All
sides get their load from the same client, a process of its own with the same number of connections, in turn.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy.ext.asyncio import create_async_engine

from hub.bench.gateway_server import NOOP_PATH
from hub.bench.load import ID_MARK, Load, run_apart
from hub.bench.measure import BenchOptions, BenchResult, alternate, machine
from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.postgres import EmbeddedPostgres
from hub.errors import HubError
from hub.gateway.credentials import digest_of, new_token
from hub.ledger.migrate import upgrade
from hub.paths import schemas_root
from hub.settings import Settings
from hub.wire.topics import apply_topics

UNIT: Final = "events/s"
SOURCE: Final = "urn:hub:cd35:si-bench"
PER_BATCH: Final = 100
CONNECTIONS: Final = 8
SECONDS: Final = 4.0
BROKER_SECONDS: Final = 1.9  # longer than the default: the load is closed-loop and saturates the machine

# side → path, events per request, batched mode
SIDES: Final = {
    "bare": (NOOP_PATH, 1, False),
    "single": ("/events", 1, False),
    "measured": ("/events", PER_BATCH, True),
    "bare_same_body": (NOOP_PATH, PER_BATCH, True),
}


def run(options: BenchOptions) -> BenchResult:
    """Run the benchmark on an embedded Kafka and PostgreSQL; only accepted events count, 503s are told."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name, asyncio.Runner() as runner:
        folder = Path(name)
        kafka, postgres = EmbeddedKafka(folder / "kafka"), EmbeddedPostgres(folder / "postgres")
        options.report("starting an embedded Kafka and PostgreSQL")
        runner.run(kafka.start())
        try:
            runner.run(postgres.start())
            database = runner.run(postgres.create_database("bench"))
            runner.run(_prepare(kafka.bootstrap, database))
            return _measure(options, runner, folder, kafka.bootstrap, database)
        finally:
            runner.run(postgres.stop())
            runner.run(kafka.stop())


async def _prepare(bootstrap: str, database: str) -> None:
    await apply_topics(Settings(kafka_bootstrap=bootstrap))
    engine = create_async_engine("postgresql+asyncpg://" + database.split("://", 1)[1])
    await upgrade(engine)
    await engine.dispose()


def _measure(options: BenchOptions, runner: asyncio.Runner, folder: Path, bootstrap: str, database: str) -> BenchResult:
    token, port = new_token(), free_port()
    credentials = folder / "credentials.toml"
    credentials.write_text(
        f'[[system]]\nname = "bench"\nsource = "{SOURCE}"\ntoken_sha256 = "{digest_of(token)}"\nkinds = ["notices"]\n'
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")} | {
        "HUB_KAFKA_BOOTSTRAP": bootstrap,
        "HUB_DATABASE_URL": database,
        "HUB_GATEWAY_PORT": str(port),
        "HUB_CREDENTIALS_FILE": str(credentials),
        "HUB_LOG_LEVEL": "warning",
        "HUB_BROKER_TIMEOUT_SECONDS": str(BROKER_SECONDS),
        "HUB_RATE_PER_SECOND": "1000000000",
        "HUB_RATE_BURST": "1000000000",
    }
    event, numbers, refused = _event(), {"next": 1}, Counter[str]()
    server = subprocess.Popen([sys.executable, "-m", "hub.bench.gateway_server"], env=environment)

    def side(name: str) -> float:
        path, per_request, batched = SIDES[name]
        load = Load("127.0.0.1", port, path, token, event, per_request, batched, numbers["next"], CONNECTIONS, SECONDS)
        result: dict[str, Any] = runner.run(run_apart(load))
        numbers["next"] = result["next_number"]
        unexpected = set(result["statuses"]) - {"202", "503"}
        if unexpected:
            message = f"The gateway answered {', '.join(sorted(unexpected))}."
            raise HubError(message, "This is a fault of the benchmark or of the gateway.")
        refused[name] += result["statuses"].get("503", 0)
        return float(result["events"] / result["seconds"])

    try:
        _wait_until_ready(server, port)
        side("measured")  # connections, caches, topics' first segments
        sides = {name: (lambda name=name: side(name)) for name in SIDES}
        medians, figures = alternate(sides, options.runs, options.report, UNIT)
        memory = _memory_mib(port)
    finally:
        server.terminate()
        server.wait(15)
    return BenchResult(
        name="gateway",
        measured=medians["measured"],
        bare=medians["bare"],
        ratio=round(medians["measured"] / medians["bare"], 3),
        unit=UNIT,
        machine=machine(),
        memory_mib=memory,
        runs=figures,
        detail={
            "measured": f"batches of {PER_BATCH} to /events, acknowledged by Kafka and recorded in PostgreSQL",
            "bare": "requests of one event to a route of the same server that reads the body and answers 202",
            "single": medians["single"],
            "ratio_single": round(medians["single"] / medians["bare"], 3),
            "bare_same_body": medians["bare_same_body"],
            "ratio_same_body": round(medians["measured"] / medians["bare_same_body"], 3),
            "event_bytes": len(event),
            "connections": CONNECTIONS,
            "seconds_per_run": SECONDS,
            "broker_timeout_seconds": BROKER_SECONDS,
            "requests_answered_503": refused.total(),
        },
    )


def _event() -> str:
    """A notice as an institution sends it, with ID_MARK for its number."""
    example = schemas_root() / "notice.published" / "1.housing-fund-transferred.json"
    event: dict[str, Any] = json.loads(example.read_text(encoding="utf-8"))
    reference = f"notice-{ID_MARK}"
    event |= {"id": f"bench-{ID_MARK}", "source": SOURCE, "subject": reference, "correlationid": reference}
    event["data"] |= {"notice": reference, "issuer": "CD35"}
    return json.dumps(event, ensure_ascii=False)


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    message = "The gateway did not become ready."
    raise HubError(message, "Its log is above.")


def _memory_mib(port: int) -> float:
    """Resident memory of the gateway's worker, as its own metrics say, in MiB."""
    for line in httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text.splitlines():
        if line.startswith("process_resident_memory_bytes"):
            return round(float(line.split()[1]) / 2**20, 1)
    return 0.0
