"""Two kinds of trouble with the broker: the kind that is waited out, and the kind that ends the process."""

from typing import Final

from aiokafka import errors

from hub.errors import HubError

FATAL: Final = (
    errors.ProducerFenced,
    errors.OutOfOrderSequenceNumber,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.InvalidTxnState,
    errors.TransactionalIdAuthorizationFailed,
    errors.TopicAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.AuthenticationFailedError,
    errors.IncompatibleBrokerVersion,
    errors.IllegalStateError,
    errors.IllegalArgumentError,
    errors.CorruptRecordException,
)
"""Errors after which this process cannot know what is written: it ends, and a new one reads what is committed."""

TRANSIENT: Final = (errors.KafkaError, errors.IllegalOperation, OSError, TimeoutError)
"""Everything else that aiokafka raises while a broker is away or moves; FATAL is looked at first."""


class RouterStopped(HubError):
    """The router met something that only a new process can sort out. Nothing is lost: offsets move with results."""


def stopped_by(error: BaseException, what: str) -> RouterStopped:
    """The error that ends the process, with the way out."""
    name = type(error).__name__
    if isinstance(error, errors.ProducerFenced | errors.InvalidProducerEpoch):
        return RouterStopped(
            f"Another router took over {what} ({name}).",
            "A supervisor may start this one again. If it goes on, two routers have the same HUB_ROUTER_INSTANCE.",
        )
    if "Authorization" in name or "Authentication" in name:
        return RouterStopped(f"The broker refuses {what} ({name}).", "Check the user, its password and its ACLs.")
    return RouterStopped(f"Kafka reports a fault that cannot be waited out, on {what} ({name}).", "Start it again.")
