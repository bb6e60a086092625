"""Kafka or PostgreSQL away: a 503 with Retry-After in time, nothing pretended, and work again by itself."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest
from pydantic import ValidationError

from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.postgres import EmbeddedPostgres
from hub.settings import Settings
from tests.integration.gateway.gateway_setup import Gateway, ids_of, make_gateway, new_notice, prepare


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Give a database server that may be stopped without harm to other tests."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("own-postgres"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="module")
def gateway(
    kafka: EmbeddedKafka, own_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Give a gateway whose engines these tests stop."""
    database = asyncio.run(own_postgres.create_database("outages"))
    prepare(kafka, database)
    longest = {"HUB_BROKER_TIMEOUT_SECONDS": "1.9"}  # a broker that has just started is slow
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, **longest)
    running.start()
    yield running
    running.stop()


def refused(response: httpx.Response, code: str) -> bool:
    return response.status_code == 503 and response.json()["code"] == code and int(response.headers["retry-after"]) > 0


def test_no_setting_lets_a_sender_wait_two_seconds_for_the_broker() -> None:
    with pytest.raises(ValidationError, match="broker_timeout_seconds"):
        Settings(broker_timeout_seconds=2.0)


def accepted_in_the_end(gateway: Gateway, event: dict[str, object]) -> bool:
    """Send the event again until it is accepted, as a caller does after a 503."""
    give_up = time.monotonic() + 180
    while time.monotonic() < give_up:
        response = gateway.post_once(event)
        if response.status_code == 202:
            return True
        assert response.status_code == 503
        time.sleep(0.3)
    return False


def test_a_killed_broker_is_answered_503_and_the_same_event_is_accepted_afterwards(
    gateway: Gateway, kafka: EmbeddedKafka
) -> None:
    assert gateway.post_once(new_notice()).status_code == 202
    events = [new_notice() for _ in range(3)]
    asyncio.run(kafka.kill())
    try:
        assert all(refused(gateway.post_once(event), "BROKER_AWAY") for event in events)
        assert gateway.get("/health/ready").status_code == 503
        assert gateway.get("/health/live").status_code == 200
        assert gateway.get(f"/events/{events[0]['source']}/{events[0]['id']}", "caf").status_code == 404
    finally:
        asyncio.run(kafka.restart())
    assert all(accepted_in_the_end(gateway, event) for event in events)
    gateway.wait_until_ready()
    found = ids_of(kafka, "caf.notices")
    assert all(event["id"] in found for event in events)


def test_a_broker_restarted_between_two_requests_is_not_noticed(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    gateway.wait_until_ready()
    asyncio.run(kafka.kill())
    asyncio.run(kafka.restart())
    gateway.wait_until_ready()
    assert gateway.post_once(new_notice()).status_code == 202


def test_a_frozen_broker_is_answered_503_and_work_goes_on_when_it_thaws(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    gateway.wait_until_ready()
    events = [new_notice() for _ in range(3)]
    kafka.pause()
    try:
        assert all(refused(gateway.post_once(event), "BROKER_AWAY") for event in events)
        batch = gateway.post_once([new_notice(), new_notice()])
        assert refused(batch, "BROKER_AWAY")
    finally:
        kafka.resume()
    assert all(accepted_in_the_end(gateway, event) for event in events)
    found = ids_of(kafka, "caf.notices")
    assert all(event["id"] in found for event in events)


def test_a_killed_database_is_answered_503_and_found_again(
    gateway: Gateway, kafka: EmbeddedKafka, own_postgres: EmbeddedPostgres
) -> None:
    gateway.wait_until_ready()
    event = new_notice()
    asyncio.run(own_postgres.kill())
    try:
        assert refused(gateway.post_once(event), "LEDGER_AWAY")
        assert gateway.get(f"/events/{event['source']}/{event['id']}", "caf").status_code == 503
        assert gateway.get("/health/ready").status_code == 503
        assert event["id"] not in ids_of(kafka, "caf.notices")
    finally:
        asyncio.run(own_postgres.restart())
    assert accepted_in_the_end(gateway, event)


def test_a_database_restarted_between_two_requests_costs_no_request(
    gateway: Gateway, own_postgres: EmbeddedPostgres
) -> None:
    gateway.wait_until_ready()
    asyncio.run(own_postgres.kill())
    asyncio.run(own_postgres.restart())
    assert gateway.post_once(new_notice()).status_code == 202


def test_what_was_accepted_is_remembered_after_the_outages(gateway: Gateway) -> None:
    event = new_notice()
    first = gateway.post_once(event)
    assert gateway.post_once(event).content == first.content


def test_a_gateway_that_starts_before_its_engines_becomes_ready_by_itself(
    gateway: Gateway, kafka: EmbeddedKafka
) -> None:
    gateway.stop()
    asyncio.run(kafka.kill())
    try:
        with pytest.raises(pytest.fail.Exception):
            gateway.start(seconds=5)
    finally:
        asyncio.run(kafka.restart())
    gateway.wait_until_ready()
    assert gateway.post_once(new_notice()).status_code == 202
