import json
from datetime import date
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

hub = json.loads(Path(".hub/endpoints.json").read_text(encoding="utf-8"))
registry = SchemaRegistryClient({"url": hub["gateway"]["registry"]})
schema = registry.get_latest_version("notice.published").schema
serialize = AvroSerializer(
    registry,
    schema.schema_str,
    conf={"auto.register.schemas": False, "subject.name.strategy": record_subject_name_strategy},
)
subject = "N-2026-0303"
notice = {
    "notice": subject,
    "version": 1,
    "issuer": "CD35",
    "nature": "SCHEME",
    "code": "D1",
    "impacts": ["RIGHTS_CHANGED"],
    "significant": False,
    "title": "Une nouvelle aide du Département aux familles",
    "summary": "À partir du 1er juin 2026, une aide au départ en vacances peut être demandée dans tous les CDAS.",
    "benefits": [],
    "published_on": date(2026, 4, 1),
    "effective_on": date(2026, 6, 1),
    "communes": [],
    "epci": [],
}
envelope = {
    "ce_specversion": "1.0",
    "ce_id": "readme-kafka-1",
    "ce_source": "urn:hub:cd35:si-social",
    "ce_type": "notice.published",
    "ce_time": "2026-04-01T09:00:00+02:00",
    "ce_subject": subject,
    "content-type": "application/avro",
}
producer = Producer({"bootstrap.servers": hub["kafka"], "enable.idempotence": True})
producer.produce(
    "cd35.notices",
    key=subject,
    value=serialize(notice, SerializationContext("cd35.notices", MessageField.VALUE)),
    headers=list(envelope.items()),
)
producer.flush()
