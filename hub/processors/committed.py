"""Faust's Kafka consumer, corrected where the hub's promises need it (faust-streaming 0.15.3).

Three faults are designed around here, each in the smallest way that the library leaves:

- At-least-once consumers read uncommitted records: ours reads committed ones only.
- A gap of offsets after offset 0 is not noticed (0 is taken for "nothing read"), and no offset is committed after it
  any more; transaction markers make such gaps all the time. And a gap is noted one offset too long, up to the record
  that follows it, which would then count as acknowledged before it is.
- A batch that is cancelled while it is handled is acknowledged all the same: `freeze` forbids every later commit.
"""

import logging
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver

FAUST_LOGGER: Final = logging.getLogger("faust.hub")
"""Where Faust's services of ours log: below its own name, so that its level holds."""


class CommittedConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the aiokafka consumer."""

    logger = FAUST_LOGGER

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        # The driver derives the isolation level from this flag and from nothing else.
        before = self.consumer.in_transaction
        self.consumer.in_transaction = True
        try:
            return super()._create_worker_consumer(transport)
        finally:
            self.consumer.in_transaction = before


class CommittedConsumer(driver.Consumer):
    """Reads committed records, commits what was handled, and nothing after `freeze`."""

    logger = FAUST_LOGGER
    frozen = False

    def freeze(self) -> None:
        """Commit nothing from now on: what is acknowledged later was cancelled, not handled."""
        self.frozen = True

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001 -- the library's signature
        """Commit the offsets of handled records, unless frozen."""
        if self.frozen:
            return False
        return bool(await super().commit(topics, start_new_transaction))

    def _new_consumer_thread(self) -> CommittedConsumerThread:
        return CommittedConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        await super()._add_gap(tp, offset_from, offset_to - 1)

    def _to_message(self, tp: Any, record: Any) -> Any:
        if self._read_offset[tp] == 0 and record.offset > 1:
            self._gap[tp].addi(1, record.offset)
        return super()._to_message(tp, record)


class CommittedTransport(driver.Transport):
    """Faust's aiokafka transport with the consumer above."""

    Consumer = CommittedConsumer
