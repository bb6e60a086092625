"""What the gateway does not take: too much, too deep, too often, too slowly; and how it ends."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from hub.embedded.kafka import EmbeddedKafka
from tests.integration.gateway.gateway_setup import TOKENS, Gateway, ids_of, make_gateway, new_notice, prepare


@pytest.fixture(scope="module")
def strict(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway with low limits, on two server processes."""
    prepare(kafka, database)
    limits = {"HUB_MAX_BATCH_EVENTS": "5", "HUB_MAX_JSON_DEPTH": "6", "HUB_RATE_BURST": "40"}
    limits |= {"HUB_RATE_PER_SECOND": "2", "HUB_GATEWAY_WORKERS": "2"}
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, **limits)
    running.start()
    yield running
    running.stop()


def test_ten_megabytes_are_refused_without_being_read(strict: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), 60) as connection:
        head = (
            f"POST /events HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {TOKENS['caf']}\r\n"
            "content-type: application/cloudevents+json\r\ncontent-length: 10485760\r\n\r\n"
        )
        connection.sendall(head.encode() + b"{" * 1000)  # and never the rest
        answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "BODY_TOO_LARGE" in answer


def test_a_body_without_announced_length_is_refused_once_it_is_too_large(strict: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), 60) as connection:
        head = (
            f"POST /events HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {TOKENS['caf']}\r\n"
            "content-type: application/cloudevents+json\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        for _ in range(17):
            connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert connection.recv(4096).decode().startswith("HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b'{"id": "\xe9"}', 400, "BODY_NOT_UTF8", id="latin-1"),
        pytest.param(b'{"id": "1"', 400, "JSON_MALFORMED", id="truncated"),
        pytest.param(b"[" * 500_000, 400, "JSON_TOO_DEEP", id="deep"),
        pytest.param(b"\0" * 100, 400, "JSON_MALFORMED", id="zeros"),
        pytest.param(
            json.dumps(new_notice() | {"time": "0000-01-01T00:00:00Z"}).encode(), 422, "EVENT_INVALID", id="0"
        ),
    ],
)
def test_a_bad_body_gets_its_reason(strict: Gateway, content: bytes, status: int, code: str) -> None:
    response = strict.post(None, content=content)
    assert (status, code) == (response.status_code, response.json()["code"])


def test_a_batch_of_too_many_events_is_refused(strict: Gateway) -> None:
    assert strict.post([{}] * 6).json()["code"] == "BATCH_TOO_LARGE"


def test_a_system_beyond_its_rate_is_told_when_to_go_on_and_the_others_are_not_held(strict: Gateway) -> None:
    answers = [strict.post([{}] * 5, "partner") for _ in range(40)]
    held = [answer for answer in answers if answer.status_code == 429]
    assert held
    assert int(held[-1].headers["retry-after"]) >= 1
    assert strict.post(new_notice()).status_code == 202


def test_a_body_that_never_ends_is_given_up(strict: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", strict.port), 120) as connection:
        head = (
            f"POST /events HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {TOKENS['caf']}\r\n"
            "content-type: application/cloudevents+json\r\ncontent-length: 100\r\n\r\n{"
        )
        connection.sendall(head.encode())
        assert connection.recv(4096).decode().startswith("HTTP/1.1 408 ")


def test_the_metrics_of_all_server_processes_are_added_up(strict: Gateway) -> None:
    event = new_notice()
    for _ in range(8):
        strict.post(event)
    lines = [line for line in strict.get("/metrics").text.splitlines() if 'answer="repeated"' in line]
    assert sum(float(line.split()[-1]) for line in lines) >= 7


def test_sigterm_answers_what_is_under_way_and_ends(
    kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    gateway = make_gateway(tmp_path_factory.mktemp("ending"), kafka, database)
    gateway.start()
    accepted: list[str] = []
    refused: list[str] = []

    def publish() -> None:
        while True:
            event = new_notice()
            try:
                response = gateway.post_once(event)
            except httpx.TransportError:
                return
            (accepted if response.status_code == 202 else refused).append(event["id"])

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    give_up = time.monotonic() + 120
    while len(accepted) < 8 and time.monotonic() < give_up:
        time.sleep(0.05)
    assert gateway.stop() == 0
    for thread in threads:
        thread.join(120)
    assert accepted
    assert not refused
    assert set(accepted) <= set(ids_of(kafka, "caf.notices"))
