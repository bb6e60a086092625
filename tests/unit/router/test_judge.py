"""The judge gives every record exactly one result, whatever happens on the way."""

from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from hub.data import load_territory
from hub.domain.territory import Territory
from hub.router.directory import DirectoryState
from hub.router.judge import Batch, Judge, Limits
from hub.wire.cloudevents import EventReader, to_kafka_record
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


def judged(territory: Territory) -> Batch:
    """Judge the notice with this territory."""
    key, value, headers = to_kafka_record(EventReader(CATALOGUE, load_territory()).from_json(NOTICE))
    record = ConsumerRecord(
        "cd35.notices", 0, 7, 0, 0, key, value, None, len(key), len(value or b""), headers=tuple(headers)
    )
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
