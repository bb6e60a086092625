"""The topics of the hub as declared in `topics.toml`, and how the broker's differ from them.

Creating and adjusting never loses a record: partitions only grow, and a topic that is not declared is left alone.
"""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from hub.errors import BrokerUnavailable, HubError
from hub.paths import kafka_deploy_root
from hub.settings import Settings
from hub.wire import kafka_client

DECISIONS: Final = "hub.decisions"
REJECTS: Final = "hub.rejects"
STATUSES: Final = "hub.statuses"
DIRECTORY: Final = "hub.directory"
HEARTBEAT: Final = "hub.heartbeat"

_DAY_MS: Final = 86_400_000
_SETTLE_TURNS: Final = 60
_SETTLE_SECONDS: Final = 0.25
_TOMBSTONE_DAYS: Final = 30  # a reader that was away for less than this still sees what was deleted
_KNOWN: Final = frozenset(
    {"owner", "partitions", "replication", "cleanup", "max_message_bytes", "retention_days", "read", "write"}
)


class TopicsUnreadable(HubError):
    """`topics.toml` is missing, does not parse, or holds something that no topic has."""


class TopicsRefused(HubError):
    """The broker refused to create or change a topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One declared topic. `retention_days` -1 keeps for ever; `read` and `write` are roles and institutions."""

    name: str
    owner: str
    partitions: int
    replication: int
    cleanup: str
    retention_days: int
    max_message_bytes: int
    read: tuple[str, ...]
    write: tuple[str, ...]

    def replicas(self, brokers: int) -> int:
        """Replicas on a cluster of this many brokers."""
        return max(1, min(self.replication, brokers))

    def configs(self, brokers: int) -> dict[str, str]:
        """The broker-side settings of the topic, by Kafka's names."""
        configs = {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(self.retention_days * _DAY_MS if self.retention_days >= 0 else -1),
            "max.message.bytes": str(self.max_message_bytes),
            "min.insync.replicas": str(max(1, self.replicas(brokers) - 1)),
        }
        if self.cleanup == "compact":
            configs["delete.retention.ms"] = str(_TOMBSTONE_DAYS * _DAY_MS)
        return configs


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of a topic that is not as declared; `actual` is None where the topic does not exist."""

    topic: str
    setting: str
    declared: str
    actual: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    partitions: int
    replicas: int
    configs: Mapping[str, str]


def read_topics(path: Path | None = None) -> tuple[Topic, ...]:
    """The declared topics, in the order of the file. Raises TopicsUnreadable."""
    source = kafka_deploy_root() / "topics.toml" if path is None else path
    try:
        document = tomllib.loads(source.read_text(encoding="utf-8"))
        return tuple(_topic(name, document["defaults"] | row) for name, row in document["topics"].items())
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        message = f"{source} cannot be used: {error}."
        raise TopicsUnreadable(message, "Each topic needs owner, retention_days, read and write.") from error


def _topic(name: str, row: dict[str, Any]) -> Topic:
    if unknown := row.keys() - _KNOWN:
        message = f"Topic {name} has an unknown setting: {', '.join(sorted(unknown))}."
        raise TopicsUnreadable(message)
    return Topic(**(row | {"name": name, "read": tuple(row["read"]), "write": tuple(row["write"])}))


@asynccontextmanager
async def admin_session(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client. Raises BrokerUnavailable when no broker answers, BrokerRefused when one turns it down."""
    admin = kafka_client.admin(settings)
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError) as error:
        message = f"Kafka does not answer at {settings.kafka_bootstrap}: {error}."
        away = BrokerUnavailable(message, "Start it, or set HUB_KAFKA_BOOTSTRAP to where it runs.")
        raise await kafka_client.refusal_or(settings, away) from error
    finally:
        await admin.close()


async def diff_topics(settings: Settings, topics: Sequence[Topic] | None = None) -> list[Difference]:
    """How the broker's topics differ from the declared ones. Raises BrokerUnavailable."""
    async with admin_session(settings) as admin:
        return await _differences(admin, read_topics() if topics is None else topics)


async def apply_topics(
    settings: Settings, topics: Sequence[Topic] | None = None
) -> tuple[list[Difference], list[Difference]]:
    """Create and adjust the topics: what was different, and what still is (fewer partitions, other replicas).

    Applying twice changes nothing. Raises BrokerUnavailable, and TopicsRefused when the broker says no.
    """
    declared = read_topics() if topics is None else topics
    async with admin_session(settings) as admin:
        before = await _differences(admin, declared)
        if not before:
            return [], []
        brokers = await _brokers(admin)
        found = await _found(admin, [topic.name for topic in declared])
        await _create(admin, [topic for topic in declared if topic.name not in found], brokers)
        existing = [topic for topic in declared if topic.name in found]
        grown = {t.name: NewPartitions(t.partitions) for t in existing if t.partitions > found[t.name].partitions}
        if grown:
            await admin.create_partitions(grown)
        changed = {d.topic for d in before if "." in d.setting}
        await _configure(admin, [topic for topic in existing if topic.name in changed], brokers)
        return before, await _settled_differences(admin, declared)


async def _settled_differences(admin: AIOKafkaAdminClient, declared: Sequence[Topic]) -> list[Difference]:
    """What differs once the brokers know what was just made: on a busy machine they take some seconds to hear of it."""
    for _ in range(_SETTLE_TURNS):
        try:
            found = await _differences(admin, declared)
        except UnknownTopicOrPartitionError:
            found = None
        if found is not None and all(difference.actual is not None for difference in found):
            return found
        await asyncio.sleep(_SETTLE_SECONDS)
    return await _differences(admin, declared)


async def message_limits(settings: Settings, names: Sequence[str]) -> dict[str, int]:
    """`max.message.bytes` of each topic that exists, in bytes. Raises BrokerUnavailable."""
    async with admin_session(settings) as admin:
        found = await _found(admin, names)
        return {name: int(found[name].configs["max.message.bytes"]) for name in names if name in found}


async def _differences(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[Difference]:
    brokers = await _brokers(admin)
    found = await _found(admin, [topic.name for topic in topics])
    differences = []
    for topic in topics:
        state = found.get(topic.name)
        if state is None:
            differences.append(Difference(topic.name, "exists", "yes", None))
            continue
        wanted = {
            "partitions": str(topic.partitions),
            "replication": str(topic.replicas(brokers)),
            **topic.configs(brokers),
        }
        actual = {"partitions": str(state.partitions), "replication": str(state.replicas), **state.configs}
        differences += [
            Difference(topic.name, name, value, actual.get(name))
            for name, value in wanted.items()
            if actual.get(name) != value
        ]
    return differences


async def _brokers(admin: AIOKafkaAdminClient) -> int:
    return len((await admin.describe_cluster())["brokers"])


async def _found(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, _Found]:
    present = set(await admin.list_topics())
    wanted = [name for name in names if name in present]
    if not wanted:
        return {}
    configs = await _configs(admin, wanted)
    described = await admin.describe_topics(wanted)
    return {
        row["topic"]: _Found(
            len(row["partitions"]), min(len(p["replicas"]) for p in row["partitions"]), configs[row["topic"]]
        )
        for row in described
        if row["partitions"]
    }


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    configs: dict[str, dict[str, str]] = {}
    for answer in answers:
        for resource in answer.to_object()["resources"]:
            if resource["error_code"]:
                raise for_code(resource["error_code"])(resource["resource_name"])
            configs[resource["resource_name"]] = {
                e["config_names"]: e["config_value"] for e in resource["config_entries"]
            }
    return configs


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic], brokers: int) -> None:
    if not topics:
        return
    new = [NewTopic(t.name, t.partitions, t.replicas(brokers), topic_configs=t.configs(brokers)) for t in topics]
    answer = await admin.create_topics(new)
    for name, code, *message in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            _refuse(name, code, message)


async def _configure(admin: AIOKafkaAdminClient, topics: Sequence[Topic], brokers: int) -> None:
    if not topics:
        return
    resources = [ConfigResource(ConfigResourceType.TOPIC, t.name, t.configs(brokers)) for t in topics]
    for answer in await admin.alter_configs(resources):
        for resource in answer.to_object()["resources"]:
            if resource["error_code"]:
                _refuse(resource["resource_name"], resource["error_code"], [resource["error_message"]])


def _refuse(topic: str, code: int, message: Sequence[object]) -> None:
    text = (
        f"Kafka refuses topic {topic}: {for_code(code).__name__} {' '.join(str(m) for m in message if m)}".strip() + "."
    )
    raise TopicsRefused(text, "Check deploy/kafka/topics.toml and what the hub's user may do on the cluster.")
