"""Records of both topics, and what they count by the domain alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from hub.domain.events import Envelope
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact, fact_of
from hub.domain.indicators.increments import increments
from hub.domain.vocabulary import Confidentiality
from hub.ledger.outbox import StatusChange, status_row
from hub.replay.gathered import by_thread
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.decisions import read_decision
from hub.wire.schemas import load_catalogue
from hub.wire.topics import STATUSES

CATALOGUE = load_catalogue()
_NAMES = UUID("f3a7d9f0-1c6c-5d1c-9d0e-35cd35000006")


def decided_fact(value: bytes) -> Fact | None:
    """The fact of a decision record, by reading all of it."""
    record = read_decision(CATALOGUE, value)
    like = record["envelope"]
    envelope = Envelope(
        id=like["id"],
        source=like["source"],
        type=like["type"],
        time=datetime.fromisoformat(like["time"]),
        subject=like["subject"],
        correlationid=like["correlationid"],
        confidentiality=Confidentiality(like["confidentiality"]),
    )
    return fact_of(envelope, decode(CATALOGUE, record["event"])[1], record["decision"], record["rules_version"])


def facts_of(values: Iterable[bytes]) -> list[Fact]:
    """The facts of decision records, in order."""
    return [fact for fact in map(decided_fact, values) if fact is not None]


def cells_of(facts: Sequence[Fact]) -> Counter[Cell]:
    """What facts count of which no key comes twice."""
    gone, total = replaced(facts), Counter[Cell]()
    for thread in by_thread(fact for fact in facts if fact.key not in gone).values():
        total.update(increments(thread))
    return total


def status_change(notice: Fact, contact: str, status: str, at: datetime, by: datetime | None) -> StatusChange:
    """A change of a delivery of a notice."""
    return StatusChange(
        delivery=uuid5(_NAMES, f"{notice.id} {contact}"),
        event_source=notice.source,
        event_id=notice.id,
        subject=notice.id.partition(".")[0],
        correlationid=notice.id.partition(".")[0],
        contact=contact,
        service="CDAS",
        role="GENERIC_MAILBOX",
        medium="PORTAL",
        status=status,
        reason=None,
        attempt=0,
        at=at,
        acknowledge_by=by,
    )


def status_fact(change: StatusChange) -> Fact | None:
    """The fact of a change of a delivery, as the ledger makes it."""
    row: dict[str, Any] = status_row(CATALOGUE, change)
    said = row["headers"]
    envelope = Envelope(
        id=said["ce_id"],
        source=said["ce_source"],
        type=said["ce_type"],
        time=change.at,
        subject=change.subject,
        correlationid=change.correlationid,
        confidentiality=Confidentiality.C1,
    )
    return fact_of(envelope, decode(CATALOGUE, row["value"])[1], None, "")


async def publish_statuses(settings: Settings, changes: Sequence[StatusChange]) -> None:
    """Publish them as the relay of the outbox does."""
    async with kafka_client.producer(settings) as producer:
        for change in changes:
            row: dict[str, Any] = status_row(CATALOGUE, change)
            headers = [(name, value.encode()) for name, value in row["headers"].items()]
            await producer.send_and_wait(STATUSES, row["value"], row["key"].encode(), headers=headers)


NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
