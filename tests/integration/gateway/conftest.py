"""The gateway that the tests of this folder talk to."""

from collections.abc import Iterator

import pytest

from hub.embedded.kafka import EmbeddedKafka
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway with the default limits."""
    prepare(kafka, database)
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database)
    running.start()
    yield running
    running.stop()
