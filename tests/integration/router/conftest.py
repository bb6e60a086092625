"""The topics of a hub, for the tests of the router."""

import asyncio

import pytest

from hub.embedded.kafka import EmbeddedKafka
from hub.settings import Settings
from hub.wire.topics import apply_topics
from tests.integration.router.router_desk import Desk


@pytest.fixture(scope="module")
def desk(kafka: EmbeddedKafka) -> Desk:
    """Give the topics of a hub, on a broker of this module."""
    settings = Settings(kafka_bootstrap=kafka.bootstrap)
    asyncio.run(apply_topics(settings))
    return Desk(settings)
