"""Where a text is found in a whole hub: topics, tables, logs, mails, metrics."""

from collections.abc import Collection

from aiokafka import TopicPartition

from hub.wire import kafka_client
from hub.wire.topics import DECISIONS, DIRECTORY, HEARTBEAT, REJECTS, STATUSES, read_topics
from tests.faults.faults_stack import ROLES, Stack


async def places_with(hub: Stack, text: str) -> set[str]:
    """Every place beside the input topics that holds a text: logs, mails, metrics, topics of the hub, tables."""
    return (await places_of(hub, [text]))[text]


async def places_of(hub: Stack, texts: Collection[str]) -> dict[str, set[str]]:
    """The same for several texts, each with its places, in one look."""
    held = {str(log.name): log.read_bytes() for log in (hub.folder / "logs").iterdir()}
    for mail in hub.mail.messages():
        parts = [part.get_payload(decode=True) for part in mail.message().walk()]  # as it is read, and as it was sent
        whole = [mail.path.read_bytes(), mail.subject.encode(), *(part for part in parts if isinstance(part, bytes))]
        to = f"mail to {', '.join(mail.recipients)}"
        held[to] = b"\n".join([held.get(to, b""), *whole])
    for name in ROLES:
        held[f"metrics of {name}"] = (await hub.role(name).metrics()).encode()
    for topic in (DECISIONS, REJECTS, STATUSES, DIRECTORY, HEARTBEAT):
        held[topic] = await _bytes_of(hub, topic)
    return {
        text: {place for place, content in held.items() if text.encode() in content} | await _tables_with(hub, text)
        for text in texts
    }


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
