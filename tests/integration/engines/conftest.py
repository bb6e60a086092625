"""Secured engines, started once for all tests of this folder that use them."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from hub.embedded.postgres import EmbeddedPostgres
from tests.integration.engines.secured import Certificates, SecuredKafka, add_database, secured_kafka, start
from tests.integration.engines.tls_front import tls_front


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Give fresh certificates."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[SecuredKafka]:
    """Give a Kafka that asks for credentials."""
    folder = tmp_path_factory.mktemp("kafka")
    kafka = secured_kafka(folder, certificates)
    start(kafka)
    yield kafka
    asyncio.run(kafka.broker.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def secured_database(postgres: EmbeddedPostgres, certificates: Certificates) -> Iterator[str]:
    """Give the address of a database behind TLS; its user's password needs percent-encoding."""
    address = asyncio.run(add_database(postgres))
    with tls_front(postgres.port, certificates.file("server.pem"), certificates.file("server-key.pem")) as port:
        yield address.replace(f":{postgres.port}/", f":{port}/")
    asyncio.run(postgres.drop_database("hub_secured"))
