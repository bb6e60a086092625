"""The role `connectors`: pollers that fetch from elsewhere. Today: the calendars of absences."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from connectors.inbound.absences.fetching import calendar_fetcher
from connectors.inbound.absences.poller import Poller
from hub.data import load_territory
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE, passes
from hub.ledger.migrate import upgrade
from hub.processes.service import Service, run_service
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue
from hub.wire.sealing import SealingKeys, sealing_keys

log = structlog.get_logger()

PURPOSE: Final = "absence calendar"
"""What the keys of the settings are derived for."""

_TURN_SECONDS: Final = 5.0
_STALL_SECONDS: Final = 300.0


def run(settings: Settings) -> None:
    """Run until SIGTERM; without a key of the calendars, healthy, and saying that there is nothing to fetch."""
    run_service("connectors", settings, work)


async def work(service: Service) -> None:
    """Follow the calendars until `stop` is set; PostgreSQL or Kafka that is away is waited for."""
    keys = sealing_keys(service.settings.calendar_keys, PURPOSE)
    if keys is None:
        log.info("nothing_to_do", reason="HUB_CALENDAR_KEYS is empty: no calendar can be read")
        await service.stop.wait()
        return
    progress = service.health.loop("absence-calendars", _STALL_SECONDS)
    while not service.stop.is_set():
        progress()
        try:
            await _follow(service, keys, progress)
        except KafkaError as error:
            service.health.missing("kafka", "Kafka does not answer")
            log.warning("waiting_for_kafka", error=type(error).__name__)
            await _pause(service)


async def _follow(service: Service, keys: SealingKeys, progress: Callable[[], None]) -> None:
    settings, health = service.settings, service.health
    engine = ledger_engine(settings)
    fetcher = calendar_fetcher(settings)
    producer = kafka_client.producer(settings, linger_ms=5, request_timeout_ms=10_000)
    try:
        await producer.start()
        health.there("kafka")
        poller = Poller(
            engine=engine,
            catalogue=load_catalogue(),
            producer=producer,
            fetcher=fetcher,
            keys=keys,
            views=DirectoryViews(load_territory()),
            clock=lambda: datetime.now(UTC),
            every=timedelta(minutes=settings.calendar_minutes),
        )
        ready = False
        while not service.stop.is_set():
            progress()
            try:
                if not ready:
                    await upgrade(engine)
                    ready = True
                worked = await poller.turn()
                health.there("postgresql")
            except KafkaError:
                raise
            except UNAVAILABLE as error:
                if not passes(error):
                    raise unavailable(engine, error) from error
                health.missing("postgresql", "PostgreSQL does not answer")
                log.warning("waiting_for_postgresql", error=type(error).__name__)
                worked = 0
            if not worked:
                await _pause(service)
    finally:
        await producer.stop()
        await fetcher.close()
        await engine.dispose()


async def _pause(service: Service) -> None:
    try:
        async with asyncio.timeout(_TURN_SECONDS):
            await service.stop.wait()
    except TimeoutError:
        return
