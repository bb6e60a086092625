"""Publishing over HTTP: what is answered, and what is then on Kafka."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest

from hub.embedded.kafka import EmbeddedKafka
from hub.paths import schemas_root
from tests.integration.gateway.gateway_setup import (
    CAF,
    CD35,
    PARTNER,
    TOKENS,
    Gateway,
    header,
    ids_of,
    new_notice,
    records_of,
)


def example(type_: str, source: str = CD35, **changes: Any) -> dict[str, Any]:
    path = min((schemas_root() / type_).glob("*.json"))
    event: dict[str, Any] = json.loads(path.read_text())
    event |= {"source": source, "id": new_notice()["id"]}
    return event | changes


def test_an_accepted_event_is_on_kafka_before_the_answer(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = new_notice()
    response = gateway.post(event)
    assert response.status_code == 202
    (record,) = [r for r in records_of(kafka, "caf.notices") if header(r, "ce_id") == event["id"]]
    assert event["subject"].encode() == record.key
    assert record.value[:1] == b"\0"
    answer = response.json()
    assert set(answer) == {"id", "source", "status", "accepted_at", "status_url"}
    assert (answer["id"], answer["source"], answer["status"]) == (event["id"], CAF, "accepted")
    assert datetime.fromisoformat(answer["accepted_at"]).tzinfo is not None
    assert response.headers["location"] == answer["status_url"]
    assert (
        httpx.get(answer["status_url"], headers={"authorization": f"Bearer {TOKENS['caf']}"}, timeout=60).status_code
        == 200
    )


def test_the_same_event_again_gets_the_same_answer_and_is_not_published_again(
    gateway: Gateway, kafka: EmbeddedKafka
) -> None:
    event = new_notice()
    first = gateway.post(event)
    spaced = json.dumps(dict(reversed(event.items())), indent=4).encode()
    again = gateway.post(None, content=spaced)
    assert (202, first.content) == (again.status_code, again.content)
    assert ids_of(kafka, "caf.notices").count(event["id"]) == 1


def test_another_body_under_a_known_id_is_a_conflict(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = new_notice()
    gateway.post(event)
    event["data"]["title"] = "Un autre titre"
    response = gateway.post(event)
    assert (409, "ID_CONFLICT") == (response.status_code, response.json()["code"])
    assert ids_of(kafka, "caf.notices").count(event["id"]) == 1


def test_one_id_sent_by_many_at_once_is_published_once(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = new_notice()
    with ThreadPoolExecutor(12) as pool:
        answers = {response.content for response in pool.map(lambda _: gateway.post(event), range(24))}
    assert len(answers) == 1
    assert ids_of(kafka, "caf.notices").count(event["id"]) == 1


def test_binary_mode_is_the_same_event_as_structured_mode(gateway: Gateway) -> None:
    event = new_notice()
    first = gateway.post(event)
    headers = {f"ce-{name}": str(value) for name, value in event.items() if name not in {"data", "datacontenttype"}}
    again = gateway.post(
        None, content=json.dumps(event["data"]).encode(), headers=headers | {"content-type": "application/json"}
    )
    assert (202, first.content) == (again.status_code, again.content)


def test_a_deletion_from_the_directory_is_published_as_a_null_value(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = example("contact.changed", data=None)
    assert gateway.post(event, "cd35").status_code == 202
    (record,) = [r for r in records_of(kafka, "cd35.directory") if header(r, "ce_id") == event["id"]]
    assert record.value is None


def test_a_batch_is_answered_per_event_in_its_order(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    good, wrong, foreign, last = new_notice(), new_notice(), new_notice(CD35), new_notice()
    wrong["data"]["effective_on"] = "soon"
    response = gateway.post([good, wrong, foreign, 7, good, last])
    assert response.status_code == 207
    entries = response.json()
    assert [0, 1, 2, 3, 4, 5] == [entry["index"] for entry in entries]
    assert [202, 422, 403, 422, 202, 202] == [entry["http_status"] for entry in entries]
    assert entries[0]["accepted_at"] == entries[4]["accepted_at"]
    assert entries[1]["problem"]["errors"][0]["pointer"] == "/data/effective_on"
    found = ids_of(kafka, "caf.notices", "cd35.notices")
    assert [1, 0, 0, 1] == [found.count(event["id"]) for event in (good, wrong, foreign, last)]


def test_one_id_with_two_bodies_in_a_batch_is_accepted_once(gateway: Gateway) -> None:
    event = new_notice()
    other = {**event, "data": {**event["data"], "title": "Un autre titre"}}
    assert [202, 409, 202] == [entry["http_status"] for entry in gateway.post([event, other, event]).json()]


@pytest.mark.parametrize(("events", "status"), [(2, 202), (0, 202)])
def test_a_batch_of_good_events_is_accepted_whole(gateway: Gateway, events: int, status: int) -> None:
    response = gateway.post([new_notice() for _ in range(events)])
    assert (status, events) == (response.status_code, len(response.json()))


def test_a_batch_without_a_good_event_is_refused_whole(gateway: Gateway) -> None:
    response = gateway.post([{}, new_notice(CD35)])
    assert (422, 2) == (response.status_code, len(response.json()))


def test_large_batches_of_two_callers_with_the_same_ids_do_not_block_each_other(gateway: Gateway) -> None:
    events = [new_notice() for _ in range(200)]
    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(gateway.post, (events, list(reversed(events)))))
    assert [202, 202] == [response.status_code for response in responses]


def test_immediate_danger_leaves_a_bare_count_and_nothing_else(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    event = example("referral.requested", subject="canary-danger")
    event["data"] |= {"situation": "canary-danger", "child_protection": "IMMEDIATE_DANGER"}
    before = _count(gateway, "PROSECUTOR_DIRECT")
    response = gateway.post(event, "cd35")
    problem = response.json()
    assert (422, "OFF_HUB", "PROSECUTOR_DIRECT") == (response.status_code, problem["outcome"], problem["instruction"])
    assert problem["label"] == "selon les procédures de signalement"
    assert _count(gateway, "PROSECUTOR_DIRECT") == before + 1
    assert event["id"] not in ids_of(kafka, "cd35.referrals", "cd35.urgencies")
    assert asyncio.run(_rows(database, event["id"])) == 0
    assert gateway.get(f"/events/{CD35}/{event['id']}", "cd35").status_code == 404
    assert event["id"] not in gateway.log
    assert "canary-danger" not in gateway.log + gateway.get("/metrics").text


def test_a_hand_over_without_agreement_is_refused_in_a_batch_too_and_leaves_a_bare_number(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    event = example("handover.requested")
    event["data"]["agreement"] = {"given": False, "on": None}
    before = asyncio.run(_refusals(database))
    (entry, other) = gateway.post([event, example("referral.requested")], "cd35").json()
    assert ("AGREEMENT_MISSING", ["AGREEMENT_MISSING"]) == (entry["problem"]["code"], entry["problem"]["rejections"])
    assert other["http_status"] == 202
    assert event["id"] not in ids_of(kafka, "cd35.referrals")
    assert before + 1 == asyncio.run(_refusals(database))
    assert 422 == gateway.post(event, "cd35").status_code  # the answer was lost: the sender tries again
    assert before + 1 == asyncio.run(_refusals(database))
    assert 422 == gateway.post(event | {"id": "another-hand-over"}, "cd35").status_code
    assert before + 2 == asyncio.run(_refusals(database))


async def _refusals(database: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        return sum(
            row["number"] for row in await connection.fetch("select number from never_stored where way = 'http'")
        )
    finally:
        await connection.close()


async def _rows(database: str, event_id: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        found: int = await connection.fetchval("select count(*) from accepted_event where id = $1", event_id)
        return found
    finally:
        await connection.close()


def _count(gateway: Gateway, reason: str) -> float:
    lines = gateway.get("/metrics").text.splitlines()
    name = f'hub_never_stored_total{{reason="{reason}"}}'
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", "Basic aHViOnRva2Vu", "Bearer " + "x" * 4000, "Bearer é"]
)
def test_without_a_valid_token_nothing_is_read(gateway: Gateway, authorization: str) -> None:
    response = gateway.post(new_notice(), headers={"authorization": authorization.encode()})
    assert (401, "NOT_AUTHENTICATED") == (response.status_code, response.json()["code"])
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_token_does_not_open_another_source_or_kind(gateway: Gateway) -> None:
    codes = [
        {fault["code"] for fault in gateway.post(event, system).json()["errors"]}
        for event, system in ((new_notice(CD35), "caf"), (new_notice(), "limited"), (new_notice(PARTNER), "partner"))
    ]
    assert codes[0] == {"SOURCE_NOT_YOURS", "ISSUER_NOT_YOURS"}
    assert "KIND_NOT_ALLOWED" in codes[1]
    assert "KIND_NOT_ALLOWED" in codes[2]


def test_the_status_of_an_event_is_for_its_own_institution(gateway: Gateway) -> None:
    event = new_notice()
    gateway.post(event)
    path = f"/events/{CAF}/{event['id']}"
    assert [401, 200, 200, 404, 404] == [
        gateway.get(path, system).status_code for system in (None, "caf", "limited", "cd35", "partner")
    ]
    assert gateway.get(f"/events/{CAF}/unknown", "caf").status_code == 404


def test_problems_follow_rfc_9457(gateway: Gateway) -> None:
    response = gateway.post(new_notice() | {"type": "no.such"})
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "urn:hub:problem:EVENT_INVALID"
    assert {"title", "status", "detail", "instance"} <= set(problem)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (422, "/type")


def test_errors_of_the_address_are_problems_too(gateway: Gateway) -> None:
    assert [(404, "NOT_FOUND"), (405, "METHOD_NOT_ALLOWED")] == [
        (response.status_code, response.json()["code"]) for response in (gateway.get("/no"), gateway.get("/events"))
    ]


def test_every_answer_carries_the_security_headers_and_no_version(gateway: Gateway) -> None:
    for path in ("/", "/health", "/openapi.json", "/no", "/registry/subjects"):
        headers = gateway.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["server"] == "hub"


def test_the_description_of_the_interface_is_served(gateway: Gateway) -> None:
    document = gateway.get("/openapi.json").json()
    operation = document["paths"]["/events"]["post"]
    assert document["openapi"].startswith("3.1")
    assert set(operation["requestBody"]["content"]) == {
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "application/json",
    }
    assert {"202", "207", "401", "403", "409", "413", "415", "422", "429", "503"} <= set(operation["responses"])
    event = operation["requestBody"]["content"]["application/cloudevents+json"]["examples"]["notice"]["value"]
    assert gateway.post(event | {"source": CD35, "id": new_notice()["id"]}, "cd35").status_code in {202, 403}
