"""The judge gives every record exactly one result, whatever happens on the way."""

import json
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord

from hub.data import load_territory
from hub.domain.directory.territory import Territory
from hub.paths import schemas_root
from hub.router.directory import DirectoryState
from hub.router.judge import Batch, Judge, Limits
from hub.wire.cloudevents import EventReader, to_kafka_record
from hub.wire.rejects import read_reject
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
NOTICE = {
    "specversion": "1.0",
    "id": "n-1",
    "source": "urn:hub:cd35:si-social",
    "type": "notice.published",
    "time": "2024-10-01T09:00:00+02:00",
    "subject": "N-1",
    "data": {
        "notice": "N-1",
        "version": 1,
        "issuer": "CD35",
        "nature": "ORGANISATION",
        "code": "O6",
        "impacts": ["COLLABORATION"],
        "significant": False,
        "title": "Titre",
        "summary": "Résumé",
        "benefits": [],
        "published_on": "2024-10-01",
        "effective_on": "2024-12-01",
        "communes": ["35238"],
        "epci": [],
    },
}


class BrokenTerritory(Territory):
    """A territory with a fault that nobody foresaw."""

    def knows_commune(self, code: str) -> bool:
        """Fail, with what the sender wrote in the text."""
        raise ZeroDivisionError(code)


def judged(territory: Territory, event: dict[str, Any] = NOTICE, in_value: tuple[bytes, bytes] = (b"", b"")) -> Batch:
    """Judge the event with this territory; `in_value` is replaced in its bytes."""
    key, value, headers = to_kafka_record(EventReader(CATALOGUE, load_territory()).from_json(event))
    value = (value or b"").replace(*in_value)
    topic = "cd35.notices" if event is NOTICE else "cd35.referrals"
    record = ConsumerRecord(topic, 0, 7, 0, 0, key, value, None, len(key), len(value), headers=tuple(headers))
    judge = Judge(CATALOGUE, territory, DirectoryState(CATALOGUE, load_territory()), Limits(1 << 20, 1 << 20))
    batch = Batch(datetime(2024, 10, 1, tzinfo=UTC))
    judge.judge(record, batch)
    return batch


def test_a_good_record_is_decided() -> None:
    batch = judged(load_territory())
    assert ([False], 1, 0) == (batch.refused, len(batch.decisions), len(batch.rejects))


def test_a_fault_of_the_hub_on_one_record_keeps_the_record_and_holds_nothing_up() -> None:
    found = load_territory()
    batch = judged(BrokenTerritory(found.communes, found.former, found.epci))
    assert ([True], 0, {"HUB_FAULT": 1}) == (batch.refused, len(batch.decisions), batch.reasons)
    assert batch.rejects[0].value is not None
    assert b"N-1" in batch.rejects[0].value


def test_a_block_that_anybody_can_read_is_refused_and_its_value_is_not_kept_a_second_time() -> None:
    example = schemas_root() / "referral.requested" / "1.recent-separation.json"
    event = json.loads(example.read_text(encoding="utf-8")) | {"source": "urn:hub:cd35:si-social"}
    block = event["data"]["personal_block"].encode()
    phone = b"06.12.34.56.78".ljust(len(block), b".")
    batch = judged(load_territory(), event, (block, phone))
    assert {"PERSONAL_BLOCK_NOT_JWE": 1} == batch.reasons
    assert phone not in b"".join(output.value or b"" for output in (*batch.rejects, *batch.statuses))
    kept = read_reject(CATALOGUE, batch.rejects[0].value or b"")
    assert (None, event["id"]) == (kept.value, kept.identity.id)
