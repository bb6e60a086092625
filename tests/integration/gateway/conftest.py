"""The gateway that the tests of this folder talk to."""

from collections.abc import Iterator

import pytest
from gateway_setup import Gateway, make_gateway, prepare

from hub.embedded.kafka import EmbeddedKafka


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway with the default limits."""
    prepare(kafka, database)
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database)
    running.start()
    yield running
    running.stop()
