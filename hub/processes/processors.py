"""The processors: ledger intake, directory and rejects on Faust, the heartbeat, and the status relay."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from hub.errors import BrokerUnavailable, HubError
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE, passes
from hub.ledger.migrate import upgrade
from hub.ledger.reconciliation import Readers
from hub.processes.parameters import read_parameters
from hub.processes.service import Service, run_service
from hub.processors.agents import add_agents
from hub.processors.app import GROUP, HubApp, new_app
from hub.processors.audience import TURN_SECONDS as AUDIENCE_SECONDS
from hub.processors.audience import AudiencePlanner
from hub.processors.directory import catch_up
from hub.processors.flows import TURN_SECONDS as FLOWS_SECONDS
from hub.processors.flows import FlowLevels
from hub.processors.heartbeat import Heartbeat
from hub.processors.indicators import TURN_SECONDS as INDICATORS_SECONDS
from hub.processors.indicators import IndicatorCounter
from hub.processors.parts import Parts
from hub.processors.reconciliation import TURN_SECONDS, DailyReconciliation
from hub.processors.relay import relay
from hub.processors.steady import Steady
from hub.router.lanes import Lane, group_of, topics_of
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue

log = structlog.get_logger()

_FINISH_SECONDS: Final = 4.0  # for the batches under way when asked to stop
_PAUSE: Final = 1.0  # seconds between attempts to reach PostgreSQL and Kafka at the start


class ProcessorsEnded(HubError):
    """A part of the processors ended by itself; the supervisor starts the process again and nothing is lost."""


def run(settings: Settings) -> None:
    """Run the processors until SIGTERM or SIGINT; then finish what is under way, within ten seconds."""
    run_service("processors", settings, work)


def readers() -> Readers:
    """The consumer groups whose progress a reconciliation reads, with every input topic."""
    return Readers({topic: group_of(lane) for lane in Lane for topic in topics_of(lane)}, GROUP)


async def work(service: Service) -> None:
    """Build the parts, run them until `stop` is set, and end in order: batches, offsets, Faust, relay."""
    settings, health = service.settings, service.health
    engine = ledger_engine(settings, check_before_use=False)
    parts = Parts(engine, load_catalogue(), health, lambda: datetime.now(UTC), read_parameters(settings))
    health.missing("start", "starting")
    try:
        if not await _reach_engines(service, parts):
            return
        producer = kafka_client.producer(settings)
        await producer.start()
        try:
            app, steady = new_app(settings), Steady(health)
            add_agents(app, parts, steady)
            heartbeat = Heartbeat(parts, producer, settings.processors_instance)
            app.timer(interval=1.0)(heartbeat.beat)
            app.timer(interval=TURN_SECONDS)(DailyReconciliation(parts, settings, readers()).turn)
            app.timer(interval=AUDIENCE_SECONDS)(AudiencePlanner(parts).turn)
            app.timer(interval=INDICATORS_SECONDS)(IndicatorCounter(parts).turn)
            app.timer(interval=FLOWS_SECONDS)(FlowLevels(parts).turn)
            relaying = asyncio.create_task(relay(parts, settings, producer, service.stop))
            await _run_app(service, app, steady, relaying)
            await relaying
        finally:
            await producer.stop()
    finally:
        await engine.dispose()


async def _reach_engines(service: Service, parts: Parts) -> bool:
    """Wait for PostgreSQL and Kafka, bring the tables and the contacts up to date; False when asked to stop."""
    progress = parts.health.loop("start", 120)
    while not service.stop.is_set():
        progress()
        try:
            await upgrade(parts.engine)
            await catch_up(parts, service.settings)
        except UNAVAILABLE as error:
            if not passes(error):
                raise unavailable(parts.engine, error) from error
            parts.health.missing("postgresql", "PostgreSQL does not answer")
            log.warning("waiting_for_postgresql", error=type(error).__name__)
        except KafkaError as error:
            reason = await kafka_client.refusal_or(service.settings, BrokerUnavailable("Kafka does not answer."))
            if isinstance(reason, kafka_client.BrokerRefused):
                raise reason from error
            parts.health.missing("kafka", reason.message)
            log.warning("waiting_for_kafka", error=type(error).__name__)
        else:
            for part in ("postgresql", "kafka"):
                parts.health.there(part)
            parts.health.forget("start")
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE):
                await service.stop.wait()
    return False


async def _run_app(service: Service, app: HubApp, steady: Steady, relaying: asyncio.Task[None]) -> None:
    """Run Faust in this loop until `stop` is set or a part ends by itself."""
    await app.start()
    service.health.there("start")
    log.info("processing", group=app.conf.id)
    ended = asyncio.create_task(app.wait_until_stopped())
    stopping = asyncio.create_task(service.stop.wait())
    await asyncio.wait({ended, stopping, relaying}, return_when=asyncio.FIRST_COMPLETED)
    asked = service.stop.is_set()
    service.stop.set()
    service.health.missing("start", "stopping")
    await steady.finish(_FINISH_SECONDS)
    await asyncio.sleep(0.05)  # the agents acknowledge what they finished
    await app.consumer.commit()
    app.freeze()
    await app.stop()
    for task in (ended, stopping):
        task.cancel()
    if not asked:
        if relaying.done():
            relaying.result()
        message = f"Faust ended by itself: {app.crash_reason!r}."
        raise ProcessorsEnded(message, "The supervisor starts the processors again; the logs above say why.")
