"""Whether the group still counts this process among its members: asked before a partition's writer is opened."""

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError


class NotAMember(KafkaError):  # type: ignore[misc]  # aiokafka ships no types
    """The group does not know this member, or does not answer. Its partitions may belong to somebody else by now."""


async def ensure_member(consumer: AIOKafkaConsumer) -> None:
    """Return when the broker, asked now, counts this consumer among the members of its group. Raises NotAMember.

    A process that stood still for longer than its session meets its first fault before its next heartbeat is due. To
    open a writer then would fence the router that has taken over: the one that is well would end, not this one.
    """
    # What the consumer believes is as old as its last heartbeat; only a new one tells. Refused, it has the consumer
    # join again, which revokes its partitions first.
    if not await consumer._coordinator._do_heartbeat():  # noqa: SLF001 -- aiokafka offers no other way to ask
        raise NotAMember
