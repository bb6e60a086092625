"""What of an event is kept to count it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.events import EVENT_TYPES, Envelope
from hub.domain.indicators.facts import COUNTED, Fact, digest, fact_of, from_json, to_json
from hub.domain.indicators.increments import increments
from hub.domain.vocabulary import Confidentiality
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

READER = EventReader(load_catalogue(), load_territory())


def examples() -> Iterator[Any]:
    for folder in sorted(schemas_root().iterdir()):
        if folder.name in EVENT_TYPES and EVENT_TYPES[folder.name].emitters:
            for path in sorted(folder.glob("*.json")):
                yield pytest.param(json.loads(path.read_text("utf-8")), id=f"{folder.name}-{path.stem}")


def of(event: dict[str, Any]) -> Fact | None:
    received = READER.from_json(event)
    return fact_of(received.envelope, received.data, None, "1")


@pytest.mark.parametrize("event", list(examples()))
def test_every_example_counts_or_does_not_and_what_counts_has_a_cell(event: dict[str, Any]) -> None:
    fact = of(event)
    if fact is None:
        assert event["type"] not in COUNTED or event["type"] == "referral.confirmed"
        return
    assert event["type"] in COUNTED
    assert 1 == sum(amount for cell, amount in increments([fact]).items() if cell.measure == "received")


@pytest.mark.parametrize("event", list(examples()))
def test_a_fact_survives_being_written_and_holds_no_reference(event: dict[str, Any]) -> None:
    fact = of(event)
    if fact is None:
        return
    plain = json.dumps(to_json(fact))
    again = from_json(json.loads(plain))
    assert (fact, digest(fact)) == (again, digest(again))
    for name in ("subject", "correlationid"):
        assert event.get(name, event["subject"]) not in plain.replace(event["id"], "").replace(event["source"], "")


def test_child_protection_is_counted_nowhere() -> None:
    assert "child_protection.reported" not in COUNTED
    path = min((schemas_root() / "social_urgency.reported").glob("*.json"))
    event = json.loads(path.read_text("utf-8"))
    event["data"]["category"] = "CHILD_PROTECTION"
    event["confidentiality"] = "C3"
    fact = of(event)
    assert fact is not None
    assert "CHILD_PROTECTION" not in json.dumps(to_json(fact))


def envelope(type_: str, **said: str) -> Envelope:
    told = {"id": "é-1", "source": "urn:hub:cd35:si", "subject": "S-1", "correlationid": "C-1"} | said
    time = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))
    return Envelope(told["id"], told["source"], type_, time, told["subject"], told["correlationid"], Confidentiality.C1)


def test_the_digest_and_the_thread_of_a_fact_are_those_that_stand_in_the_ledger() -> None:
    """Both are kept: another spelling of the same fact would look like another fact."""
    fact = fact_of(envelope("meeting.held"), {"kind": "SPECIAL"}, None, "1")
    assert fact is not None
    assert UTC is fact.time.tzinfo
    assert datetime(2026, 3, 2, 8, tzinfo=UTC) == fact.time
    spelled = (
        '{"corrects":null,"id":"é-1","month":"2026-03","rules_version":"1","source":"urn:hub:cd35:si",'
        '"thread":"THREAD","time":"2026-03-02T08:00:00+00:00","type":"meeting.held","values":{"kind":"SPECIAL"}}'
    )
    assert hashlib.sha256(b"event urn:hub:cd35:si \xc3\xa9-1").hexdigest()[:24] == fact.thread
    assert hashlib.sha256(spelled.replace("THREAD", fact.thread).encode()).digest() == digest(fact)


@pytest.mark.parametrize(
    ("type_", "data", "name"),
    [
        ("notice.withdrawn", {"version": 2}, "notice S-1"),
        ("handover.refused", {}, "situation C-1"),
        ("meeting.held", {"kind": "SPECIAL"}, "event urn:hub:cd35:si é-1"),
        ("training.held", {"kind": "", "cdas": [], "participants": 1}, "event urn:hub:cd35:si é-1"),
        (
            "cdap_message.received",
            {"nature": "", "urgent": False, "information_available": "NO"},
            "event urn:hub:cd35:si é-1",
        ),
        ("social_worker_query.received", {"origin": "", "nature": ""}, "event urn:hub:cd35:si é-1"),
        ("field_feedback.submitted", {"theme": "", "kind": ""}, "event urn:hub:cd35:si é-1"),
        (
            "delivery.status_changed",
            {
                "acknowledge_by": "2026-04-01", "status": "SCHEDULED", "delivery": "d", "event_id": "e", "contact": "c",
                "service": "CDAS", "at": "2026-03-02T23:30:00+00:00",
            },
            "notice S-1",
        ),
    ],
)  # fmt: skip
def test_facts_are_read_together_by_notice_by_situation_or_not_at_all(
    type_: str, data: dict[str, Any], name: str
) -> None:
    fact = fact_of(envelope(type_), data, None, "1")
    assert fact is not None
    assert hashlib.sha256(name.encode()).hexdigest()[:24] == fact.thread


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"status": "REDIRECTED"}, True),
        ({"status": "SENT"}, False),
        ({"acknowledge_by": None}, False),
        ({"status": "TAKEN_IN_CHARGE", "role": "REFERENT"}, True),
        ({"status": "TAKEN_IN_CHARGE", "role": "GENERIC_MAILBOX", "acknowledge_by": None}, True),
        ({"status": "TAKEN_IN_CHARGE", "role": "ACTOR"}, True),
        ({"status": "TAKEN_IN_CHARGE", "role": "MANAGER"}, False),
    ],
    ids=str,
)
def test_of_a_delivery_it_counts_that_it_asks_and_who_confirmed(change: dict[str, Any], kept: bool) -> None:  # noqa: FBT001 (a column of the table)
    data = {
        "acknowledge_by": "2026-04-01", "status": "SCHEDULED", "delivery": "d", "event_id": "e", "contact": "c",
        "service": "CDAS", "role": "REFERENT", "at": "2026-03-02T23:30:00+00:00",
    } | change  # fmt: skip
    fact = fact_of(envelope("delivery.status_changed"), data, None, "1")
    assert kept is (fact is not None)
    assert fact is None or fact.values == {
        "status": data["status"], "delivery": "d", "event": "e", "contact": "c", "service": "CDAS", "on": "2026-03-03"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "told"), [(2.0, "2"), (0.5, "0.5"), (100.0, "100"), (float("inf"), None), (float("nan"), None)]
)
def test_hours_are_exact_and_what_is_no_number_is_left_out(hours: float, told: str | None) -> None:
    fact = fact_of(envelope("benefit_urgency.handled"), {"delay_hours": hours}, None, "1")
    assert fact is not None
    assert {"delay_hours": told} == fact.values


@pytest.mark.parametrize(
    ("institution", "services", "direction"),
    [
        ("CD35", ["CAF_BENEFITS"], "CDAS_TO_CAF"),
        ("CD35", ["ASIP", "CAF_SOCIAL_WORK"], "CDAS_TO_CAF"),
        ("CD35", ["CDAS"], "OTHER"),
        ("CAF", ["CDAS", "ASIP"], "CAF_TO_CDAS"),
        ("CAF", ["CAF_BENEFITS"], "OTHER"),
        ("CAF", [], "OTHER"),
    ],
)
def test_a_request_goes_where_its_decision_says(institution: str, services: list[str], direction: str) -> None:
    data = {"emitter": {"service": "CDAS_RECEPTION", "institution": institution}}
    decision = {"outcome": "ROUTED", "routings": [{"service": service} for service in (*services[::-1], *services)]}
    fact = fact_of(envelope("referral.requested"), data, decision, "1")
    assert fact is not None
    assert {
        "outcome": "ROUTED", "emitter": "CDAS_RECEPTION", "services": sorted(services), "direction": direction
    } == fact.values  # fmt: skip


@pytest.mark.parametrize(
    ("support", "is_open"),
    [
        (None, False),
        ([], False),
        ([{"by": "CAF", "status": "OPEN"}], True),
        ([{"by": "CAF", "status": "CLOSED"}], False),
        ([{"by": "CDAS", "status": "OPEN"}], False),
        ([{"by": "CDAS", "status": "CLOSED"}, {"by": "CAF", "status": "OPEN"}], True),
    ],
    ids=str,
)
def test_a_social_urgency_says_whether_the_caf_supports_the_household(support: Any, is_open: bool) -> None:  # noqa: FBT001 (a column of the table)
    data = {
        "emitter": {"service": "CDAS_RECEPTION", "institution": "CD35", "cdas": "CDAS-01"}, "category": "FOOD",
        "handled_before_referral": False, "directed_to": "CAF_SOCIAL_WORK", "support": support,
    }  # fmt: skip
    fact = fact_of(envelope("social_urgency.reported"), data, None, "1")
    assert fact is not None
    assert {
        "outcome": None, "emitter": "CDAS_RECEPTION", "services": [], "direction": "OTHER", "category": "FOOD",
        "cdas": "CDAS-01", "handled_before_referral": False, "directed_to": "CAF_SOCIAL_WORK", "caf_open": is_open,
    } == fact.values  # fmt: skip


def test_what_has_no_data_or_counts_nowhere_gives_no_fact() -> None:
    assert fact_of(envelope("meeting.held"), None, None, "1") is None
    assert fact_of(envelope("absence.declared"), {"kind": "SPECIAL"}, None, "1") is None
    assert fact_of(envelope("referral.confirmed"), {"decision": "CONFIRMED"}, None, "1") is None
    modified = fact_of(envelope("referral.confirmed"), {"decision": "MODIFIED", "service": "CDAS"}, None, "1")
    assert modified is not None
    assert {"service": "CDAS"} == modified.values


def test_a_withdrawal_keeps_the_version_that_it_withdraws() -> None:
    """No indicator reads it, but the digest in the ledger is made of it."""
    fact = fact_of(envelope("notice.withdrawn"), {"version": 2}, None, "1")
    assert fact is not None
    assert {"version": 2} == fact.values


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"concertation_on": date(2026, 3, 5)}, "2026-03-05"),
        ({"exchange_on": date(2026, 3, 6)}, "2026-03-06"),
        ({"concertation_on": date(2026, 3, 5), "exchange_on": date(2026, 3, 6)}, "2026-03-05"),
        ({}, None),
    ],
    ids=["concertation", "exchange", "both", "neither"],
)
def test_an_answer_is_dated_by_its_concertation_or_exchange(said: dict[str, Any], days: str | None) -> None:
    fact = fact_of(envelope("handover.accepted"), {"direction": "CDAS_TO_CAF", **said}, None, "1")
    assert fact is not None
    assert {"direction": "CDAS_TO_CAF", "on": days} == fact.values


def test_an_instruction_counts_where_nothing_else_was_asked_and_the_sender_supports_the_person() -> None:
    for only, open_, expected in ((True, True, True), (True, False, False), (True, None, False), (False, True, False)):
        data = {"direction": "", "justified": "", "instruction_only": only, "sender_support_open": open_}
        fact = fact_of(envelope("referral.concluded"), data, None, "1")
        assert fact is not None
        assert expected is fact.values["only_instruction"]


@pytest.mark.parametrize(("communication", "told"), [(None, False), ({"on": "2026-03-01"}, True)])
def test_a_transfer_request_says_whether_it_was_talked_about_and_what_was_decided(
    communication: Any,
    told: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    data = {"direction": "CDAS_TO_CAF", "communication": communication}
    fact = fact_of(envelope("handover.requested"), data, {"outcome": "ROUTED"}, "1")
    assert fact is not None
    assert {"direction": "CDAS_TO_CAF", "communication": told, "outcome": "ROUTED"} == fact.values
