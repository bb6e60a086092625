"""Programs that know nothing of the hub write and read its topics, with the gateway as their schema registry."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from hub.embedded.kafka import EmbeddedKafka
from hub.paths import schemas_root
from tests.integration.engines.roles import command, running

Read = Callable[["Hub", str], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a foreign client finds Kafka and the registry."""

    kafka: str
    registry: str


@pytest.fixture(scope="module")
def hub(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Give a gateway and a router, and two records of a foreign producer: one that is taken, one that is refused."""
    folder = tmp_path_factory.mktemp("hub")
    variables = {"HUB_KAFKA_BOOTSTRAP": kafka.bootstrap, "HUB_DATABASE_URL": database}
    for arguments in (("topics", "apply"), ("database", "upgrade")):
        done = command(variables, folder, *arguments)
        assert 0 == done.returncode, done.stderr
    with ExitStack() as stack:
        gateway, router = (
            stack.enter_context(running(variables, folder, "run", role)) for role in ("gateway", "router")
        )
        gateway.wait_until_ready()
        router.wait_until_ready()
        found = Hub(kafka.bootstrap, f"{gateway.url}/registry")
        publish(found, "taken", "notice.published")
        publish(found, "refused", "notice.shouted")
        yield found


def publish(hub: Hub, id_: str, event_type: str) -> None:
    """Publish a notice as an institution does that has Confluent's client and a serialiser, and nothing of ours."""
    serialize = AvroSerializer(
        SchemaRegistryClient({"url": hub.registry}),
        conf={
            "auto.register.schemas": False,
            "use.latest.version": True,
            "subject.name.strategy": record_subject_name_strategy,
        },
        schema_str=json.dumps({"type": "record", "namespace": "notice", "name": "published", "fields": []}),
    )
    example = json.loads(min((schemas_root() / "notice.published").glob("*.json")).read_text(encoding="utf-8"))
    data = example["data"] | {"notice": id_, "issuer": "CD35", "nature": "ORGANISATION", "code": "O1"}
    data |= {name: date.fromisoformat(data[name]) for name in ("published_on", "effective_on")}
    headers = {
        "content-type": "application/avro", "ce_specversion": "1.0", "ce_id": id_, "ce_type": event_type,
        "ce_source": "urn:hub:cd35:si-social", "ce_time": example["time"], "ce_subject": id_,
    }  # fmt: skip
    faults: list[object] = []
    producer = Producer({"bootstrap.servers": hub.kafka, "acks": "all"})
    value = serialize(data, SerializationContext("cd35.notices", MessageField.VALUE))
    producer.produce(
        "cd35.notices", value, id_, headers=headers, on_delivery=lambda fault, _: faults.append(fault)
    )  # fmt: skip
    assert 0 == producer.flush(60)
    assert [None] == faults


def confluent(hub: Hub, topic: str) -> list[dict[str, Any]]:
    """The records of a topic up to now, through Confluent's client; waits for the first."""
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": hub.registry}))
    consumer = Consumer(
        {
            "bootstrap.servers": hub.kafka, "group.id": f"foreign-{topic}", "auto.offset.reset": "earliest",
            "isolation.level": "read_committed", "enable.auto.commit": False,
        }
    )  # fmt: skip
    consumer.subscribe([topic])
    found: list[dict[str, Any]] = []
    try:
        while (message := consumer.poll(2 if found else 60)) is not None:
            assert message.error() is None
            found.append(deserialize(message.value(), SerializationContext(topic, MessageField.VALUE)))
    finally:
        consumer.close()
    return found


def kcat(hub: Hub, topic: str) -> list[dict[str, Any]]:
    """The first record of a topic, through kcat."""
    done = subprocess.run(
        ["kcat", "-C", "-q", "-c", "1", "-b", hub.kafka, "-t", topic, "-s", "value=avro", "-r", hub.registry],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


CLIENTS = [confluent, pytest.param(kcat, marks=pytest.mark.needs_tool("kcat:Avro"))]


@pytest.mark.parametrize("read", CLIENTS)
def test_a_notice_written_by_a_foreign_serialiser_is_read_back_from_its_topic(hub: Hub, read: Read) -> None:
    assert {row["notice"] for row in read(hub, "cd35.notices")} & {"taken", "refused"}


@pytest.mark.parametrize("read", CLIENTS)
def test_its_decision_is_read_from_the_decisions_of_the_hub(hub: Hub, read: Read) -> None:
    (record,) = read(hub, "hub.decisions")
    assert "taken" == record["envelope"]["id"]
    assert "cd35.notices" == record["origin"]["topic"]
    decision = record["decision"]
    decision = decision.get("decided", decision)  # kcat names the branch of a union, Confluent's client does not
    assert "ROUTED" == decision["outcome"]


@pytest.mark.parametrize("read", CLIENTS)
def test_its_refusal_is_read_from_the_statuses(hub: Hub, read: Read) -> None:
    (record,) = read(hub, "hub.statuses")
    assert "TYPE_UNKNOWN" in json.dumps(record, default=str)
