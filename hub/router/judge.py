"""One record in, one result out: decided, passed on, refused with a reason, or kept nowhere. No I/O here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog
from aiokafka import ConsumerRecord

from hub.domain.directory.territory import Territory
from hub.domain.events import EVENT_TYPES, SIGNATORIES, Envelope, never_stored
from hub.domain.routing.decide import decide, is_routed
from hub.domain.routing.decision import Answer, Decision
from hub.domain.rules.parameters import NO_ROWS, ParameterTable
from hub.domain.vocabulary import Confidentiality
from hub.router.directory import DirectoryState, Entry, owner_of
from hub.router.lanes import institution_of, misplaced
from hub.wire.avro import decode, encode
from hub.wire.cloudevents import EventReader, ReceivedEvent, kafka_headers
from hub.wire.decisions import DecisionWriter
from hub.wire.faults import EventInvalid, Fault
from hub.wire.rejects import identity_of, reason_of, reject_id, reject_value
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

SOURCE: Final = "urn:hub:hub:router"
_RECORD_OVERHEAD: Final = 256  # what Kafka adds to key and value of a record, and to a batch of one, generously
_DIRECTORY: Final = ".directory"

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Output:
    """A record to write; a None value deletes."""

    key: bytes
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest batch, in bytes, that hub.decisions and hub.rejects take (`max.message.bytes`)."""

    decisions: int
    rejects: int


@dataclass(slots=True)
class Batch:
    """What one batch of one partition comes to: everything that its transaction writes, and what it counts."""

    at: datetime
    decisions: list[tuple[bytes, bytes]] = field(default_factory=list)
    rejects: list[Output] = field(default_factory=list)
    statuses: list[Output] = field(default_factory=list)
    directory: list[Output] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    not_stored: Counter[str] = field(default_factory=Counter)
    unreachable: Counter[tuple[str, str]] = field(default_factory=Counter)
    entries: dict[str, Entry | None] = field(default_factory=dict)
    stamp: str = ""

    def __post_init__(self) -> None:
        self.stamp = self.at.isoformat(timespec="milliseconds")


class Judge:
    """Decides on records, by the rules and the directory as it stands."""

    def __init__(
        self,
        catalogue: Catalogue,
        territory: Territory,
        state: DirectoryState,
        limits: Limits,
        parameters: ParameterTable = NO_ROWS,
    ) -> None:
        self.limits = limits
        self._parameters = parameters
        self._catalogue = catalogue
        self._state = state
        self._reader = EventReader(catalogue, territory)
        self._writer = DecisionWriter(catalogue)
        self._rejected = catalogue.latest("event.rejected")

    def judge(self, record: ConsumerRecord, batch: Batch) -> None:
        """Add what this record comes to. Every record gives exactly one entry of `batch.refused`."""
        faults: Sequence[Fault] = ()
        try:
            event = self._read(record)
            reason = None if event.data is None else never_stored(event.envelope.type, event.data)
            if reason is None:
                self._accept(record, event, batch)
        except EventInvalid as error:
            faults = error.faults
        except Exception as error:  # noqa: BLE001 -- a fault of ours on one record stops no other; it is kept for replay
            faults = (_own_fault(record, error),)
        if faults:
            reason = self._keeps_nothing(record.value)
            if reason is None:
                self._reject(record, faults, batch)
                return
        if reason is not None:
            batch.results["not_stored"] += 1
            batch.not_stored[reason] += 1
        batch.refused.append(False)

    def refuse_unreadable(self, topic: str, partition: int, offset: int, batch: Batch) -> None:
        """Refuse a record that the Kafka client cannot hand over: only its place is known."""
        record = ConsumerRecord(
            topic, partition, offset, int(batch.at.timestamp() * 1000), 0, None, None, None, 0, 0, headers=()
        )
        detail = "The name of a header is not UTF-8; the record is in the input topic only."
        self._reject(record, (Fault("HEADERS_UNREADABLE", "", detail),), batch)

    def _read(self, record: ConsumerRecord) -> ReceivedEvent:
        topic: str = record.topic
        if (
            record.value is None
            and topic.endswith(_DIRECTORY)
            and not any(n.startswith("ce_") for n, _ in record.headers)
        ):
            return self._bare_deletion(record)
        event = self._reader.from_kafka(record.key, record.value, record.headers)
        fault = misplaced(topic, event.envelope.source, event.envelope.type)
        if fault is not None:
            raise EventInvalid((fault,))
        return event

    def _bare_deletion(self, record: ConsumerRecord) -> ReceivedEvent:
        """A null value without any attribute: the usual way to delete from a compacted topic."""
        try:
            key = (record.key or b"").decode("ascii")
        except UnicodeDecodeError:
            key = ""
        if not key:
            raise EventInvalid((Fault("KEY_NOT_SUBJECT", "/subject", "A deletion needs the reference as its key."),))
        known = self._state.entries.get(key)
        event_type = "contact.changed" if known is None else known.type
        envelope = Envelope(
            id=reject_id(record.topic, record.partition, record.offset),
            source=f"urn:hub:{SIGNATORIES[institution_of(record.topic)].urn_name}:kafka",
            type=event_type,
            time=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
            subject=key,
            correlationid=key,
            confidentiality=EVENT_TYPES[event_type].level,
        )
        return ReceivedEvent(envelope, self._catalogue.latest(event_type), None, None)

    def _accept(self, record: ConsumerRecord, event: ReceivedEvent, batch: Batch) -> None:
        envelope = event.envelope
        change = self._directory_change(event, batch) if record.topic.endswith(_DIRECTORY) else None
        decision: Decision | None = None
        if is_routed(envelope.type):
            decision = decide(event, None, self._state.contacts, self._state.calendar, self._parameters)
        value = self._writer.write(
            envelope,
            event.schema,
            (record.topic, record.partition, record.offset, record.timestamp),
            event.value or b"",
            (self._state.revision, self._state.calendar_revision),
            batch.stamp,
            decision,
        )
        if len(value) + _RECORD_OVERHEAD + len(envelope.subject) > self.limits.decisions:
            detail = "The event and its decision together are larger than a record may be."
            raise EventInvalid((Fault("RECORD_TOO_LARGE", "", detail),))
        batch.decisions.append((envelope.subject.encode(), value))
        if change is not None:
            key, entry = change
            batch.entries[key] = entry
            batch.directory.append(Output(key.encode(), event.value, kafka_headers(envelope, event.schema)))
        if decision is None:
            batch.results["passed"] += 1
        else:
            batch.results["decided"] += 1
            _count_unreachable(decision.answer, envelope.type, batch)

    def _directory_change(self, event: ReceivedEvent, batch: Batch) -> tuple[str, Entry | None] | None:
        """What the event changes in the directory, once it is clear that its sender may; None: nothing to delete."""
        envelope = event.envelope
        key = envelope.subject
        owner = owner_of(envelope.source)
        if envelope.type == "absence.declared" and event.value is not None:  # a deletion names the key of the absence
            self._check_owner(self._entry(key, batch), owner, "contact.changed", known=True)
            key = f"absence:{envelope.subject}:{envelope.id}"
        known = self._entry(key, batch)
        if event.value is None and known is None:
            return None
        self._check_owner(known, owner, envelope.type, known=False)
        return key, None if event.value is None else Entry(envelope.type, owner)

    def _entry(self, key: str, batch: Batch) -> Entry | None:
        return batch.entries[key] if key in batch.entries else self._state.entries.get(key)

    def _check_owner(self, entry: Entry | None, owner: str, event_type: str, *, known: bool) -> None:
        if entry is None:
            if known:
                raise EventInvalid((Fault("NOT_OWNER", "/subject", "The sender has declared no such contact."),))
        elif entry.owner != owner:
            raise EventInvalid((Fault("NOT_OWNER", "/subject", "The contact or calendar belongs to somebody else."),))
        elif entry.type != event_type:
            detail = "The reference already names something of another kind."
            raise EventInvalid((Fault("REFERENCE_TAKEN", "/subject", detail),))

    def _keeps_nothing(self, value: bytes | None) -> str | None:
        """Why nothing of a refused event may be kept, not even as a reject; None when it may."""
        if value is None:
            return None
        try:
            schema, data = decode(self._catalogue, value)
        except EventInvalid:
            return None
        return never_stored(schema.type, data)

    def _reject(self, record: ConsumerRecord, faults: Sequence[Fault], batch: Batch) -> None:
        reason = reason_of(faults)
        reference = reject_id(record.topic, record.partition, record.offset)
        key = reference.encode()
        value = reject_value(self._catalogue, record, faults, batch.stamp)
        if len(value) + _RECORD_OVERHEAD > self.limits.rejects:
            value = reject_value(self._catalogue, record, faults, batch.stamp, whole=False)
        batch.rejects.append(Output(key, value))
        batch.statuses.append(self._status(record, faults, reason, reference, batch))
        batch.refused.append(True)
        batch.results["rejected"] += 1
        batch.reasons[reason] += 1

    def _status(
        self, record: ConsumerRecord, faults: Sequence[Fault], reason: str, reference: str, batch: Batch
    ) -> Output:
        identity = identity_of(record.headers)
        datum = {
            "event_id": identity.id,
            "event_source": identity.source,
            "event_type": identity.type,
            "reason": reason,
            "field": faults[0].pointer or None,
        }
        subject = identity.subject or reference
        envelope = Envelope(
            id=f"rejected-{reference}",
            source=SOURCE,
            type="event.rejected",
            time=batch.at,
            subject=subject,
            correlationid=subject,
            confidentiality=Confidentiality.C1,
            causationid=identity.id,
        )
        return Output(subject.encode(), encode(self._rejected, datum), kafka_headers(envelope, self._rejected))


def _own_fault(record: ConsumerRecord, error: Exception) -> Fault:
    # The exception's text could hold what the sender wrote: its type and place are enough.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "" if frame is None else f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
    reference = reject_id(record.topic, record.partition, record.offset)
    log.error("record_not_judged", record=reference, error=type(error).__name__, place=place)
    return Fault("HUB_FAULT", "", "The hub could not judge this record; its operators will publish it again.")


def _count_unreachable(answer: Answer, event_type: str, batch: Batch) -> None:
    if event_type != "notice.withdrawn":
        for routing in answer.routings:
            if not routing.recipients:
                batch.unreachable[routing.service, routing.role] += 1
