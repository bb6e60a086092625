"""Confluent's own client reads our topics with its own deserialiser, through our registry."""

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from gateway_setup import Gateway, new_notice

from hub.embedded.kafka import EmbeddedKafka


def test_confluents_deserializer_reads_a_topic_through_the_registry(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = new_notice()
    gateway.post(event)
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": f"{gateway.url}/registry"}))
    consumer = Consumer(
        {"bootstrap.servers": kafka.bootstrap, "group.id": event["id"], "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["caf.notices"])
    found = None
    try:
        while found is None or found["notice"] != event["subject"]:
            message = consumer.poll(30)
            assert message is not None, "the topic ended without the event"
            found = deserialize(message.value(), SerializationContext("caf.notices", MessageField.VALUE))
    finally:
        consumer.close()
    assert found["title"] == event["data"]["title"]
