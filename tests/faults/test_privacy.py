"""A canary in every field that may hold personal data, and in bad values: found where it must be, and nowhere else."""

import json
from typing import Any

import pytest
from aiokafka import TopicPartition

from hub.wire import kafka_client
from hub.wire.topics import DECISIONS, DIRECTORY, HEARTBEAT, REJECTS, STATUSES, read_topics
from tests.faults.faults_account import Auditor
from tests.faults.faults_events import SOURCES, Record, Sent, example, record_of
from tests.faults.faults_stack import Publisher, Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

CANARY = "Canari-Zoe-Perrin-0600000042"  # also base64url: it can be the ciphertext of a personal block
ROLES = ("gateway", "router", "processors", "dispatcher")


async def _bytes_of(hub: Stack, topic: str) -> bytes:
    """Everything that a topic holds: keys, headers, values."""
    consumer = kafka_client.consumer(hub.settings)
    async with consumer:
        count = next(declared.partitions for declared in read_topics() if declared.name == topic)
        partitions = [TopicPartition(topic, number) for number in range(count)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        held: list[bytes] = []
        for partition, end in (await consumer.end_offsets(partitions)).items():
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=200)).get(partition, ()):
                    held += [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
        return b"\n".join(held)


async def _tables_with(hub: Stack, text: str) -> set[str]:
    """The tables of the ledger that hold a text, as text or as bytes."""
    names = await hub.rows("select table_name from information_schema.tables where table_schema = 'public'")
    forms = [f"%{text}%", f"%{text.encode().hex()}%"]
    found = set()
    for (name,) in names:
        if await hub.rows(f'select 1 from "{name}" held where held::text like any($1) limit 1', forms):
            found.add(str(name))
    return found


async def _places_with(hub: Stack, text: str) -> set[str]:
    """Every place beside the input topics that holds a text: logs, mails, metrics, topics of the hub, tables."""
    needle = text.encode()
    found = {str(log.name) for log in (hub.folder / "logs").iterdir() if needle in log.read_bytes()}
    found |= {
        f"mail to {', '.join(mail.recipients)}" for mail in hub.mail.messages() if needle in mail.path.read_bytes()
    }
    for name in ROLES:
        if text in await hub.role(name).metrics():
            found.add(f"metrics of {name}")
    for topic in (DECISIONS, REJECTS, STATUSES, DIRECTORY, HEARTBEAT):
        if needle in await _bytes_of(hub, topic):
            found.add(topic)
    return found | await _tables_with(hub, text)


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
        assert 202 == (await hub.post(client, over_http)).status_code
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
    await books.settle([*persons, *bad, Sent("canary-http", SOURCES["CD35"], record_of(over_http))])
    assert {DECISIONS, REJECTS} == await _places_with(hub, CANARY)


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
    assert set() == await _places_with(hub, "unkept-")
