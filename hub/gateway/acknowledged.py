"""What the metrics and the log keep of acknowledgements, by whatever page or address they came."""

from datetime import datetime
from uuid import UUID

import structlog

from hub import metrics
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.acknowledgements import Answer, Asked, Change, Taking

log = structlog.get_logger()


def count_changes(asked: Asked, changes: tuple[Change, ...]) -> None:
    """Count the states that deliveries came to, and the acknowledgements among them."""
    for change in changes:
        metrics.DELIVERIES.labels(change.medium, change.state.value).inc()
        if change.state in {DeliveryStatus.SHOWN, DeliveryStatus.TAKEN_IN_CHARGE}:
            metrics.ACKNOWLEDGEMENTS.labels(asked.lane, asked.kind, change.state.value).inc()


def count_taking(of: UUID, found: Taking, now: datetime) -> None:
    """Count and log that a delivery was taken in charge; nothing where somebody had it already."""
    if found.answer is not Answer.TAKEN:
        return
    asked = found.asked
    count_changes(asked, found.changes)
    metrics.TAKEN_IN_CHARGE_SECONDS.labels(asked.lane, asked.kind).observe((now - asked.published_at).total_seconds())
    log.info("taken_in_charge", delivery=str(of), lane=asked.lane, kind=asked.kind)
