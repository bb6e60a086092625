"""The page behind the link of a mail: what it shows, what a GET and a POST change, and what it never tells."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert

from hub.domain.delivery.states import delivery_id
from hub.embedded.kafka import EmbeddedKafka
from hub.ledger import tables
from hub.ledger.engine import ledger_engine
from hub.settings import Settings
from hub.wire.links import LinkKeys, Purpose
from tests.integration.dispatcher.dispatcher_ledger import rows
from tests.integration.gateway.gateway_setup import CD35, Gateway, make_gateway, prepare

OLD, NEW = "an-older-key-of-the-links-in-mails", "the-key-of-the-links-in-the-mails"
KEYS = LinkKeys((NEW.encode(),))
SECRET = "S-secret-reference"


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway that knows two keys."""
    prepare(kafka, database)
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=f"{NEW},{OLD}")
    running.start()
    yield running
    running.stop()


def link(delivery: UUID, keys: LinkKeys = KEYS, **lasts: float) -> str:
    expires = datetime.now(UTC) + timedelta(**(lasts or {"days": 7}))
    return f"/acknowledge/{keys.sign(Purpose.TAKE_IN_CHARGE, delivery, expires)}"


def post(gateway: Gateway, path: str) -> httpx.Response:
    return httpx.post(gateway.url + path, timeout=60)


def put(database: str, event_id: str, *, notice: bool = False, state: str = "ACCEPTED") -> dict[str, UUID]:
    """Put an event and its two deliveries: to the CAF's social work, and to a CDAS."""
    now = datetime.now(UTC)
    places = {"caf": ("CAF_SOCIAL_WORK", "SOCIAL_WORKER", None), "cdas": ("CDAS", "MANAGER", "CDAS-07")}
    subject = f"N-{event_id}" if notice else SECRET
    names = ("service", "role", "cdas")
    routings = [
        {**dict(zip(names, place, strict=True)), "purpose": "URGENT_RESPONSE", "recipients": [contact]}
        for contact, place in places.items()
    ]
    event = {
        "source": CD35, "id": event_id, "type": "notice.published" if notice else "social_urgency.reported",
        "kind": "notices" if notice else "urgencies", "subject": subject, "correlationid": subject,
        "confidentiality": "C2", "time": now, "topic": "cd35.urgencies", "partition": 0, "offset": 0,
        "received_at": now, "value_sha256": b"\0" * 32, "outcome": "ROUTED", "decision": {"routings": routings},
        "directory_revision": 0, "calendar_revision": 0, "rules_version": "1", "decided_at": now, "recorded_at": now,
    }  # fmt: skip
    deliveries: list[dict[str, Any]] = [
        {
            "id": delivery_id(CD35, event_id, contact, "MAIL"), "event_source": CD35, "event_id": event_id,
            "contact": contact, "notice": subject if notice else None, "version": 1 if notice else None,
            "service": service, "role": role, "cdas": cdas, "medium": "MAIL", "lane": "urgent", "state": state,
            "due_at": now, "directory_revision": 0, "created_at": now,
        }
        for contact, (service, role, cdas) in places.items()
    ]  # fmt: skip

    async def write() -> None:
        engine = ledger_engine(Settings(database_url=database))
        async with engine.begin() as connection:
            await connection.execute(insert(tables.event).values(event))
            await connection.execute(insert(tables.delivery), deliveries)
        await engine.dispose()

    asyncio.run(write())
    return {row["contact"]: row["id"] for row in deliveries}


def state(database: str, delivery: UUID) -> str:
    async def read() -> list[dict[str, Any]]:
        engine = ledger_engine(Settings(database_url=database))
        found = await rows(engine, tables.delivery)
        await engine.dispose()
        return found

    return next(str(row["state"]) for row in asyncio.run(read()) if row["id"] == delivery)


def words(answer: httpx.Response) -> str:
    """The text of a page as it is read, on one line."""
    assert answer.headers["content-type"].startswith("text/html")
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&nbsp;", " ").split())


def test_a_get_shows_what_taking_in_charge_means_and_nothing_of_the_situation(gateway: Gateway, database: str) -> None:
    mine = put(database, "get")["cdas"]
    for _ in range(2):
        answer = gateway.get(link(mine))
        assert 200 == answer.status_code
        assert "Ce que cela veut dire" in words(answer)
        assert "centre départemental d’action sociale" in words(answer)
        assert not [word for word in (SECRET, "get", "social_urgency", "urgen", str(mine)) if word in words(answer)]
    assert "no-store" == answer.headers["cache-control"]
    assert "SHOWN" == state(database, mine)


def test_a_post_takes_in_charge_and_the_sender_sees_it(gateway: Gateway, database: str) -> None:
    of = put(database, "taken")
    answer = post(gateway, link(of["cdas"]))
    assert 200 == answer.status_code
    assert "C’est noté" in words(answer)
    assert ("TAKEN_IN_CHARGE", "CONCLUDED") == (state(database, of["cdas"]), state(database, of["caf"]))
    deliveries = gateway.get(f"/events/{CD35}/taken", "cd35").json()["deliveries"]
    # The third one tells the other recipient who has it.
    assert {"CONCLUDED": 1, "TAKEN_IN_CHARGE": 1, "SCHEDULED": 1} == deliveries["by_state"]
    assert deliveries["first_taken_in_charge_at"] is not None


def test_whoever_comes_second_is_told_which_service_has_it_and_when(gateway: Gateway, database: str) -> None:
    of = put(database, "second")
    post(gateway, link(of["cdas"]))
    for answer, status in ((post(gateway, link(of["caf"])), 409), (gateway.get(link(of["caf"])), 200)):
        assert status == answer.status_code
        assert "Prise en charge par : centre départemental d’action sociale (responsable, CDAS-07) , le " in words(
            answer
        )
        assert "<form" not in answer.text
    assert 200 == post(gateway, link(of["cdas"])).status_code
    assert "CONCLUDED" == state(database, of["caf"])


def test_a_notice_is_confirmed_as_read_by_each_recipient(gateway: Gateway, database: str) -> None:
    of = put(database, "notice", notice=True)
    assert "J’ai pris connaissance" in words(gateway.get(link(of["caf"])))
    for delivery in of.values():
        assert 200 == post(gateway, link(delivery)).status_code
        assert "Lecture déjà confirmée" in words(gateway.get(link(delivery)))


def test_a_link_signed_before_the_rotation_still_opens(gateway: Gateway, database: str) -> None:
    mine = put(database, "rotated")["caf"]
    assert 200 == post(gateway, link(mine, LinkKeys((OLD.encode(),)))).status_code


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_link_says_so_and_does_nothing(gateway: Gateway, database: str, method: str) -> None:
    mine = put(database, f"expired-{method}")["caf"]
    answer = httpx.request(method, gateway.url + link(mine, seconds=-1), timeout=60)
    assert 410 == answer.status_code
    assert "Ce lien a expiré" in words(answer)
    assert "ACCEPTED" == state(database, mine)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_or_cut_link_is_refused_alike_whether_the_delivery_exists_or_not(
    gateway: Gateway, database: str, method: str
) -> None:
    mine = put(database, f"forged-{method}")["caf"]
    forger = LinkKeys((b"k" * 32,))
    paths = [link(mine, forger), link(UUID(int=1), forger), link(mine)[:-1], link(mine) + "/more", "/acknowledge/x"]
    paths.append(f"/acknowledge/{mine}")
    answers = [httpx.request(method, gateway.url + path, timeout=60) for path in paths]
    assert {403} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    assert "Lien non reconnu" in words(answers[0])
    assert "ACCEPTED" == state(database, mine)


def test_a_link_to_a_delivery_that_is_gone_looks_expired(gateway: Gateway) -> None:
    answers = [
        gateway.get(link(UUID(int=2))),
        post(gateway, link(UUID(int=2))),
        gateway.get(link(UUID(int=2), seconds=-1)),
    ]
    assert ([410] * 3, 1) == ([answer.status_code for answer in answers], len({answer.text for answer in answers}))


def test_acknowledgements_are_counted_by_lane_and_kind(gateway: Gateway, database: str) -> None:
    series = 'hub_acknowledgements_total{acknowledgement="TAKEN_IN_CHARGE",kind="urgencies",lane="urgent"} '

    def count() -> float:
        lines = [line for line in gateway.get("/metrics").text.splitlines() if line.startswith(series)]
        return float(lines[0].removeprefix(series)) if lines else 0.0

    before, mine = count(), link(put(database, "counted")["caf"])
    for _ in range(2):
        post(gateway, mine)
    assert before + 1 == count()
    assert 'hub_taken_in_charge_seconds_count{kind="urgencies",lane="urgent"}' in gateway.get("/metrics").text


def test_no_link_and_no_key_comes_into_the_log(gateway: Gateway, database: str) -> None:
    mine = link(put(database, "logged")["caf"])
    post(gateway, mine)
    gateway.get(mine)
    assert "taken_in_charge" in gateway.log
    assert not [secret for secret in (mine.rpartition("/")[2], NEW, OLD) if secret in gateway.log]


def test_without_keys_no_link_opens_anything(
    gateway: Gateway, kafka: EmbeddedKafka, database: str, tmp_path: Path
) -> None:
    mine = link(put(database, "keyless")["caf"])
    keyless = make_gateway(tmp_path, kafka, database)
    keyless.start()
    try:
        assert 403 == post(keyless, mine).status_code
    finally:
        keyless.stop()
    assert gateway.url != keyless.url
    assert "ACCEPTED" == state(database, delivery_id(CD35, "keyless", "caf", "MAIL"))
