"""Records of the hub's own topics that cannot be taken: recorded where an operator finds them, and passed."""

from typing import Any, Final

import structlog

from hub import metrics
from hub.ledger.rejects import RejectedRecord
from hub.processors.parts import Parts

log = structlog.get_logger()

UNREADABLE: Final = "UNREADABLE_RECORD"
"""The bytes are none of the router's."""

NOT_STORABLE: Final = "NOT_STORABLE"
"""PostgreSQL refuses a value of the record."""


def set_aside(parts: Parts, event: Any, reason: str, fault: str | None = None) -> RejectedRecord:
    """Say loudly that a Faust event is passed over; the row to record names the record itself, to be read again."""
    message = event.message
    log.error(
        "record_set_aside",
        reason=reason,
        fault=fault,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
    )
    metrics.INTAKE_RECORDS.labels(message.topic, "refused").inc()
    return RejectedRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        reason=reason,
        field=None,
        source=None,
        event_id=None,
        type=None,
        rejected_at=parts.clock(),
    )
