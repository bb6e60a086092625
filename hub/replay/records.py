"""A record of hub.decisions or hub.statuses → the fact that it holds, by the function that the live count uses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiokafka import ConsumerRecord

from hub.domain.events import Envelope
from hub.domain.indicators.facts import COUNTED, Fact, fact_of
from hub.domain.vocabulary import Confidentiality
from hub.errors import HubError
from hub.ledger.outbox import NO_RULES
from hub.wire.avro import decode
from hub.wire.decision_heads import HeadReader
from hub.wire.schemas import Catalogue
from hub.wire.topics import DECISIONS, STATUSES

Place = tuple[str, int, int]
"""Topic, partition and offset."""

TOPICS: Final = (DECISIONS, STATUSES)
"""The topics that hold everything that is counted."""

_STATUS: Final = b"delivery.status_changed"
_LEVELS: Final = {level.value: level for level in Confidentiality}


@dataclass(frozen=True, slots=True)
class Found:
    """A fact, and where its event was published; for a status that is the record itself."""

    fact: Fact
    origin: Place


class FactReader:
    """Reads the facts of both topics."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._heads = HeadReader(catalogue)

    def read(self, record: ConsumerRecord) -> Found | None:
        """The fact of a record, None where it counts for nothing.

        Raises EventInvalid or HubError for a record that is none of the hub's: the intake sets it aside too.
        """
        return self._of_decision(record) if record.topic == DECISIONS else self._of_status(record)

    def _of_decision(self, record: ConsumerRecord) -> Found | None:
        said = self._heads.read(record.value or b"")
        like, origin = said["envelope"], said["origin"]
        if like["type"] not in COUNTED:
            return None
        envelope = Envelope(
            id=like["id"],
            source=like["source"],
            type=like["type"],
            time=datetime.fromisoformat(like["time"]),
            subject=like["subject"],
            correlationid=like["correlationid"],
            confidentiality=_LEVELS.get(like["confidentiality"], Confidentiality.C3),
            causationid=like["causationid"],
        )
        _, data = decode(self._catalogue, said["event"])
        fact = fact_of(envelope, data, said["decision"], said["rules_version"])
        return None if fact is None else Found(fact, (origin["topic"], origin["partition"], origin["offset"]))

    def _of_status(self, record: ConsumerRecord) -> Found | None:
        headers = {name: value for name, value in record.headers if value is not None}
        if headers.get("ce_type") != _STATUS:
            return None
        try:
            texts = {name: value.decode() for name, value in headers.items()}
            envelope = Envelope(
                id=texts["ce_id"],
                source=texts["ce_source"],
                type=texts["ce_type"],
                time=datetime.fromisoformat(texts["ce_time"]),
                subject=texts["ce_subject"],
                correlationid=texts["ce_correlationid"],
                confidentiality=Confidentiality.C1,
            )
        except (KeyError, ValueError) as error:
            message = "This record of hub.statuses is none of the hub's."
            raise HubError(message, "Only the hub may write to hub.statuses; check the topic's ACL.") from error
        _, data = decode(self._catalogue, record.value or b"")
        fact = fact_of(envelope, data, None, NO_RULES)
        return None if fact is None else Found(fact, (record.topic, record.partition, record.offset))
