"""From parsed JSON to an event that may be accepted: nothing stored, authority, schema and semantics, in this order."""

from dataclasses import dataclass
from typing import Any, Final

from hub.domain.events import EVENT_TYPES, SourceInvalid, never_stored, parse_source
from hub.domain.vocabulary import Kind
from hub.gateway.credentials import System
from hub.gateway.fingerprint import fingerprint
from hub.gateway.problems import FORBIDDEN, PROBLEMS, Refusal, refusal
from hub.ledger.acceptance import Acceptance
from hub.wire.cloudevents import EventReader, to_kafka_record, topic_of
from hub.wire.faults import EventInvalid, Fault

MOST_RECORD_BYTES: Final = 900_000  # of its value; with key, headers and framing below Kafka's limit of a batch (1 MB)

LABELS: Final = {
    "PROSECUTOR_DIRECT": "selon les procédures de signalement",
    "AGREEMENT_MISSING": "accord de la personne manquant",
}
"""French labels of the two answers to events of which nothing is stored (contract §5 row 0, §6)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that passed every check: its ledger row, and its Kafka record."""

    row: Acceptance
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


def check_event(event: dict[str, Any], system: System, reader: EventReader) -> Candidate:
    """Check one event, given in structured form. Raises Refusal with every fault found.

    An event of which nothing may be stored is refused before anything else is looked at, so that its sender is told
    what to do even where another field is wrong.
    """
    _refuse_never_stored(event)
    faults = _authority_faults(event, system)
    try:
        received = reader.from_json(event)
    except EventInvalid as error:
        raise _refuse([*faults, *error.faults]) from None
    if faults:
        raise _refuse(faults)
    envelope = received.envelope
    key, value, headers = to_kafka_record(received)
    if value is not None and len(value) > MOST_RECORD_BYTES:
        raise refusal("EVENT_TOO_LARGE", f"An event takes at most {MOST_RECORD_BYTES} bytes on Kafka.")
    row = Acceptance(
        envelope.source,
        envelope.id,
        fingerprint(event),
        envelope.type,
        envelope.subject,
        EVENT_TYPES[envelope.type].kind.value,
        system.institution.institution.value,
        topic_of(envelope),
    )
    return Candidate(row, key, value, headers)


def _refuse(faults: list[Fault]) -> Refusal:
    forbidden = any(fault.code in FORBIDDEN for fault in faults)
    count = "One fault was" if len(faults) == 1 else f"{len(faults)} faults were"
    return refusal("EVENT_FORBIDDEN" if forbidden else "EVENT_INVALID", f"{count} found; `errors` lists all.", faults)


def _refuse_never_stored(event: dict[str, Any]) -> None:
    data = event.get("data")
    if not isinstance(data, dict):
        return
    if not isinstance(data.get("agreement"), dict | None):
        data = {**data, "agreement": None}  # a fault of form, found by the schema
    reason = never_stored(str(event.get("type")), data)
    if reason is None:
        return
    if reason == "PROSECUTOR_DIRECT":
        detail = "Immediate danger goes straight to the prosecutor, outside the hub. Nothing of this event was kept."
        members: dict[str, Any] = {"outcome": "OFF_HUB", "instruction": reason, "rejections": []}
    else:
        detail = "A hand-over needs the person's agreement. Nothing of this event was kept."
        members = {"outcome": "REJECTED", "instruction": None, "rejections": [reason]}
    raise Refusal(PROBLEMS[reason], detail, members={**members, "label": LABELS[reason]})


def _authority_faults(event: dict[str, Any], system: System) -> list[Fault]:
    faults = []
    source, type_, data = event.get("source"), event.get("type"), event.get("data")
    if isinstance(source, str) and source != system.source and _is_source(source):
        faults.append(Fault("SOURCE_NOT_YOURS", "/source", FORBIDDEN["SOURCE_NOT_YOURS"]))
    row = EVENT_TYPES.get(type_) if isinstance(type_, str) else None
    if row is not None and row.kind is not Kind.EMITTED and not system.may_publish(row.name):
        faults.append(Fault("KIND_NOT_ALLOWED", "/type", FORBIDDEN["KIND_NOT_ALLOWED"]))
    if row is not None and row.kind is Kind.NOTICES and isinstance(data, dict):
        issuer = data.get("issuer")
        if issuer in {"CAF", "CD35"} and issuer != system.institution.institution.value:
            faults.append(Fault("ISSUER_NOT_YOURS", "/data/issuer", FORBIDDEN["ISSUER_NOT_YOURS"]))
    return faults


def _is_source(text: str) -> bool:
    try:
        parse_source(text)
    except SourceInvalid:
        return False
    return True
