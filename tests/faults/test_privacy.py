"""A canary in every field that may hold personal data, and in bad values: found where it must be, and nowhere else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.activity.feedback import FeedbackState, WithholdingReason
from hub.ledger.engine import ledger_engine
from hub.ledger.feedback import moderate
from hub.wire.topics import DECISIONS, REJECTS
from tests.faults.faults_account import Auditor
from tests.faults.faults_canary import places_with
from tests.faults.faults_events import SOURCES, Record, Sent, example, record_of
from tests.faults.faults_stack import Publisher, Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CANARY = "Canari-Zoe-Perrin-0600000042"  # also base64url: it can be the ciphertext of a personal block


def _person(name: str, event_type: str = "referral.requested") -> dict[str, Any]:
    event = example(event_type, name, SOURCES["CD35"])
    return event | {"data": event["data"] | {"personal_block": f"eyJhbGciOiJFQ0RILUVTIn0..aXY.{CANARY}.dGFn"}}


def _bad(name: str) -> list[Sent]:
    """Refused events with the canary as their bad value."""
    good = record_of(_person(name))
    headers = [(key, value if key != "ce_time" else CANARY.encode()) for key, value in good.headers]
    typed = [(key, value if key != "ce_type" else CANARY.encode()) for key, value in good.headers]
    short = (good.value or b"") + b"\x00"
    source = SOURCES["CD35"]
    return [
        Sent(name, source, Record(good.topic, good.key, good.value, headers), reason="TIME_INVALID"),
        Sent(name, source, Record(good.topic, good.key, good.value, typed), reason="TYPE_UNKNOWN"),
        Sent(name, source, Record(good.topic, good.key, short, good.headers), reason="AVRO_TRAILING_BYTES"),
        Sent(name, source, Record(good.topic, good.key, CANARY.encode(), good.headers), reason="NOT_FRAMED"),
    ]


async def test_what_a_person_confides_is_in_no_log_mail_metric_status_or_table(hub: Stack, books: Auditor) -> None:
    persons = [
        Sent(f"canary-{number}", SOURCES["CD35"], record_of(_person(f"canary-{number}", event_type)))
        for number, event_type in enumerate(("referral.requested", "benefit_urgency.reported", "handover.requested"))
    ]
    over_http = _person("canary-http")
    bad = [one for number in range(4) for one in _bad(f"canary-bad-{number}")[number : number + 1]]
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(one.record for one in (*persons, *bad))
    await publisher.flush()
    async with hub.client() as client:
        await hub.post_until_accepted(client, over_http)
        for members in ({"type": CANARY}, {"time": CANARY}, {"dataschema": CANARY}, {"confidentiality": CANARY}):
            answer = await hub.post(client, _person("canary-refused") | members)
            assert 422 == answer.status_code
            assert CANARY not in answer.text
        for fields in (
            {"need": CANARY},
            {CANARY: 1},
            {"autonomous": CANARY},
            {"reception_level": {CANARY: CANARY}},
            {"personal_block": CANARY},
        ):
            refused = _person("canary-refused")
            refused["data"] |= fields
            answer = await hub.post(client, refused)
            assert 422 == answer.status_code
            assert CANARY not in answer.text or CANARY in fields  # a pointer names the sender's own field to the sender
        broken = json.dumps(_person("canary-broken")).encode()[:-3]
        assert 400 == (await hub.post_bytes(client, broken, SOURCES["CD35"])).status_code
    await books.settle([*persons, *bad, Sent("canary-http", SOURCES["CD35"], record_of(over_http))], repeats=True)
    assert {DECISIONS, REJECTS} == await places_with(hub, CANARY)


async def test_a_text_of_feedback_is_for_moderators_and_goes_when_it_holds_personal_data(
    hub: Stack, books: Auditor
) -> None:
    said, source = "Canari-Yves-Le-Floch", SOURCES["CD35"]
    event = example("field_feedback.submitted", "canary-feedback", source)
    event["data"]["text"] = f"Merci à {said}."
    async with hub.client() as client:
        await hub.post_until_accepted(client, event)
    await books.settle([Sent("canary-feedback", source, record_of(event))], repeats=True)
    assert {DECISIONS, "field_feedback", "field_feedback_now"} == await places_with(hub, said)
    engine = ledger_engine(hub.settings)
    async with engine.begin() as connection:
        reason = WithholdingReason.PERSONAL_DATA
        await moderate(connection, source, "canary-feedback", FeedbackState.WITHHELD, "operator:a", NOW, reason)
    await engine.dispose()
    assert {DECISIONS} == await places_with(hub, said)


def _dangers(prefix: str) -> list[dict[str, Any]]:
    """Events that the hub keeps nothing of."""
    source = SOURCES["CD35"]
    report = example("child_protection.reported", f"{prefix}-report", source)
    report["data"] |= {"immediate_danger": True}
    referral = example("referral.requested", f"{prefix}-referral", source)
    referral["data"] |= {"child_protection": "IMMEDIATE_DANGER"}
    handover = example("handover.requested", f"{prefix}-handover", source)
    handover["data"] |= {"agreement": {"given": False, "on": None}}
    return [report, referral, handover]


async def test_immediate_danger_and_a_handover_without_agreement_leave_a_bare_count(hub: Stack, books: Auditor) -> None:
    name = "hub_never_stored_total"
    before = {role: await hub.role(role).metric(name) for role in ("gateway", "router")}
    published = [Sent(e["id"], e["source"], record_of(e), kept=False) for e in _dangers("unkept-kafka")]
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(one.record for one in published)
    await publisher.flush()
    async with hub.client() as client:
        answers = [await hub.post(client, event) for event in _dangers("unkept-http")]
    assert ["PROSECUTOR_DIRECT", "PROSECUTOR_DIRECT", "AGREEMENT_MISSING"] == [
        next(word for word in ("PROSECUTOR_DIRECT", "AGREEMENT_MISSING", "nothing") if word in f"{answer.text} nothing")
        for answer in answers
    ]
    for role in ("gateway", "router"):

        async def counted(role: str = role) -> bool:
            return await hub.role(role).metric(name) == before[role] + 3

        await until(counted, lambda role=role: f"the {role} has not counted them")  # type: ignore[misc]  # bound
    await books.settle(published)
    assert set() == await places_with(hub, "unkept-")
