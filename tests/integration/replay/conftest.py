"""Kafka with the hub's topics, and a ledger with its tables, for one module."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.wire.topics import apply_topics


@pytest.fixture
async def settings(kafka: EmbeddedKafka, database: str) -> Settings:
    """Give settings that name both engines; every topic exists."""
    found = Settings(kafka_bootstrap=kafka.bootstrap, database_url=database)
    await apply_topics(found)
    return found


@pytest.fixture
async def ledger(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Give an engine of the ledger, with its tables."""
    engine = ledger_engine(settings)
    await upgrade(engine)
    yield engine
    await engine.dispose()
