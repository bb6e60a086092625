"""Keys over HTTP: who may ask for which, what a sender and a receiving service make of them, and what is left after."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.personal_block import KeyReason, parse_receiver
from hub.embedded.kafka import EmbeddedKafka
from hub.ledger.engine import ledger_engine
from hub.ledger.key_audit import Actor
from hub.ledger.service_keys import add_service_key
from hub.ledger.situation_keys import erase_situation
from hub.paths import schemas_root
from hub.settings import Settings
from hub.wire.avro import decode
from hub.wire.jwe import KeyPair, Unreadable, decrypt, encrypt, new_pair, unwrap
from hub.wire.schemas import load_catalogue
from tests.integration.gateway.gateway_setup import CD35, TOKENS, Gateway, header, new_notice, records_of

CONTENT = "Zoé Perrin, 06 00 00 00 42".encode()
CAF_WORK = "service=CAF_SOCIAL_WORK"
CDAS = "service=CDAS&cdas=CDAS-07"
T = TypeVar("T")


def in_ledger(database: str, act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = ledger_engine(Settings(database_url=database))
        async with engine.begin() as connection:
            found = await act(connection)
        await engine.dispose()
        return found

    return asyncio.run(run())


def actor(reason: KeyReason = KeyReason.OTHER) -> Actor:
    return Actor("operator", datetime.now(UTC), reason)


@pytest.fixture(scope="module")
def services(gateway: Gateway, database: str) -> dict[str, KeyPair]:
    """Give the key pairs of two services, of which the hub has the public parts."""
    pairs = {name: new_pair("svc") for name in ("CAF_SOCIAL_WORK", "CDAS/CDAS-07")}
    assert gateway.url
    for name, pair in pairs.items():
        receiver, public = parse_receiver(name), pair.public
        assert in_ledger(database, lambda c, r=receiver, p=public: add_service_key(c, r, p, actor()))  # type: ignore[misc]  # bound
    return pairs


def ask(gateway: Gateway, path: str, system: str | None = "cd35") -> dict[str, Any]:
    answer = gateway.get(path, system)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def referral(block: str, situation: str) -> dict[str, Any]:
    event = json.loads((schemas_root() / "referral.requested" / "1.recent-separation.json").read_text())
    event |= {"id": new_notice()["id"], "source": CD35, "subject": situation, "correlationid": situation}
    event["data"] |= {"situation": situation, "personal_block": block}
    found: dict[str, Any] = event
    return found


def test_a_block_goes_through_the_hub_to_the_service_and_is_unreadable_once_the_key_is_destroyed(
    gateway: Gateway, services: dict[str, KeyPair], kafka: EmbeddedKafka, database: str
) -> None:
    public = ask(gateway, f"/keys/S-K-1?{CAF_WORK}")
    assert ("S-K-1", "CAF_SOCIAL_WORK", None) == (public["situation"], public["service"], public["cdas"])
    event = referral(encrypt(CONTENT, public["jwk"]), "S-K-1")
    assert gateway.post(event, "cd35").status_code == 202

    (record,) = [r for r in records_of(kafka, "cd35.referrals") if header(r, "ce_id") == event["id"]]
    carried = decode(load_catalogue(), record.value)[1]["personal_block"]
    wrapped = ask(gateway, f"/keys/S-K-1/wrapped?{CAF_WORK}", "caf")
    private = services["CAF_SOCIAL_WORK"].private
    assert (public["kid"], services["CAF_SOCIAL_WORK"].kid) == (wrapped["kid"], wrapped["service_kid"])
    assert CONTENT == decrypt(carried, unwrap(wrapped["wrapped"], private))
    with pytest.raises(Unreadable):
        unwrap(wrapped["wrapped"], services["CDAS/CDAS-07"].private)

    assert 1 == in_ledger(database, lambda c: erase_situation(c, "S-K-1", actor(KeyReason.RETENTION)))
    assert (410, "KEY_DESTROYED") == refused(gateway.get(f"/keys/S-K-1/wrapped?{CAF_WORK}", "caf"))
    assert (410, "KEY_DESTROYED") == refused(gateway.get(f"/keys/S-K-1?{CAF_WORK}", "cd35"))
    assert (410, "KEY_DESTROYED") == refused(gateway.get(f"/keys/S-K-1?{CDAS}", "cd35"))
    assert event["id"] in [header(r, "ce_id") for r in records_of(kafka, "cd35.referrals")]
    with pytest.raises(Unreadable):
        decrypt(carried, private)


def test_the_public_key_is_the_same_for_every_sender_and_at_any_time(
    gateway: Gateway, services: dict[str, KeyPair]
) -> None:
    assert services
    with ThreadPoolExecutor(8) as pool:
        kids = pool.map(
            lambda n: ask(gateway, f"/keys/S-K-2?{CDAS}", ("caf", "cd35", "partner")[n % 3])["kid"], range(12)
        )
    assert 1 == len(set(kids))


def test_the_public_answer_holds_no_private_part(gateway: Gateway, services: dict[str, KeyPair]) -> None:
    assert services
    found = ask(gateway, f"/keys/S-K-3?{CDAS}")
    assert {"kty", "crv", "x", "y", "kid", "use", "alg"} == set(found["jwk"])
    assert ("ECDH-ES+A256KW", "A256GCM", found["jwk"]["kid"]) == (found["alg"], found["enc"], found["kid"])


@pytest.mark.parametrize(
    ("path", "system", "expected"),
    [
        pytest.param(f"?{CDAS}", None, (401, "NOT_AUTHENTICATED"), id="no token"),
        pytest.param(f"?{CDAS}", "limited", (403, "KEY_FORBIDDEN"), id="a system without referrals"),
        pytest.param(f"/wrapped?{CDAS}", "caf", (403, "KEY_FORBIDDEN"), id="the CAF for a CDAS"),
        pytest.param(f"/wrapped?{CAF_WORK}", "cd35", (403, "KEY_FORBIDDEN"), id="the departement for the CAF"),
        pytest.param(f"/wrapped?{CAF_WORK}", "partner", (403, "KEY_FORBIDDEN"), id="a partner"),
        pytest.param(f"/wrapped?{CAF_WORK}", "limited", (403, "KEY_FORBIDDEN"), id="the CAF, without referrals"),
        pytest.param(f"/wrapped?{CAF_WORK}", None, (401, "NOT_AUTHENTICATED"), id="wrapped, no token"),
        pytest.param(f"/wrapped?{CDAS}", "cd35", (404, "NOT_FOUND"), id="never asked for"),
        pytest.param("?service=CAF_BENEFITS", "cd35", (404, "SERVICE_KEY_MISSING"), id="a service without a key"),
        pytest.param("?service=CDAS", "cd35", (404, "SERVICE_KEY_MISSING"), id="all CDAS are another receiver"),
        pytest.param("?service=ASIP", "cd35", (400, "REQUEST_INVALID"), id="no receiving service"),
        pytest.param("?service=CAF_SOCIAL_WORK&cdas=CDAS-07", "cd35", (400, "REQUEST_INVALID"), id="a CDAS of the CAF"),
        pytest.param("", "cd35", (400, "REQUEST_INVALID"), id="no service"),
        pytest.param("%20zoe?service=CDAS", "cd35", (400, "REQUEST_INVALID"), id="no opaque reference"),
    ],
)
def test_who_may_not_ask_or_asks_wrongly_is_refused(
    gateway: Gateway, services: dict[str, KeyPair], path: str, system: str | None, expected: tuple[int, str]
) -> None:
    assert services
    assert expected == refused(gateway.get(f"/keys/S-K-4{path}", system))


def test_the_examples_of_the_guide_send_and_read_a_block(gateway: Gateway, services: dict[str, KeyPair]) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "personal-data.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for example in re.findall(r"```python\n(.*?)```", guide, re.DOTALL):
        exec(compile(example, "personal-data.md", "exec"), names)
    receiver = {"service": "CDAS", "cdas": "CDAS-07"}
    block = names["personal_block"](gateway.url, TOKENS["partner"], "S-K-7", CONTENT.decode(), **receiver)
    assert gateway.post(referral(block, "S-K-7"), "cd35").status_code == 202
    private = services["CDAS/CDAS-07"].private
    read = names["read_block"](gateway.url, TOKENS["cd35"], "S-K-7", block, private, **receiver)
    assert CONTENT.decode() == read


def test_a_plaintext_telephone_number_is_refused_with_its_code_and_not_echoed(gateway: Gateway) -> None:
    answer = gateway.post(referral("06.00.00.00.42", "S-K-5"), "cd35")
    assert (422, "EVENT_INVALID") == refused(answer)
    assert [("PERSONAL_BLOCK_NOT_JWE", "/data/personal_block")] == [
        (fault["code"], fault["pointer"]) for fault in answer.json()["errors"]
    ]
    assert "06.00" not in answer.text


def test_no_key_no_block_and_no_situation_is_in_the_log_or_the_metrics(
    gateway: Gateway, services: dict[str, KeyPair]
) -> None:
    assert services
    public = ask(gateway, f"/keys/S-K-6?{CAF_WORK}")
    block = encrypt(CONTENT, public["jwk"])
    gateway.post(referral(block, "S-K-6"), "cd35")
    wrapped = ask(gateway, f"/keys/S-K-6/wrapped?{CAF_WORK}", "caf")["wrapped"]
    said = gateway.log + gateway.get("/metrics").text
    assert gateway.log
    assert [] == [secret for secret in (block, wrapped, public["jwk"]["x"], "S-K-6") if secret in said]
