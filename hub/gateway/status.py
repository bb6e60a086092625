"""Where an event stands, as its sender may know it: no contact, no payload."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.gateway.answers import rfc3339
from hub.gateway.problems import refusal
from hub.ledger.paths import EventPath, event_path


async def event_status(engine: AsyncEngine, source: str, event_id: str) -> dict[str, Any] | None:
    """The standing of an event, or None when nothing is known of it. Raises Refusal LEDGER_AWAY."""
    try:
        async with engine.connect() as connection:
            path = await event_path(connection, source, event_id)
    except (SQLAlchemyError, OSError, TimeoutError):
        raise refusal("LEDGER_AWAY", "Ask again in a moment.", Retry_After="2") from None
    return None if path is None else _shown(path)


def _shown(path: EventPath) -> dict[str, Any]:
    """`status` is accepted until the decision is known, then decided; rejected when a record of it was only refused.

    `deliveries` counts deliveries by state (symbols of `delivery.status_changed`), with the times of the first and the
    last that a medium accepted, and when the first was taken in charge (a notice: read). `refused` lists the records
    that were refused, with the reason, never with content.
    """
    decided = path.decided
    taken = [step.taken_in_charge_at for step in path.deliveries if step.taken_in_charge_at is not None]
    sent = sorted(step.accepted_at for step in path.deliveries if step.accepted_at is not None)
    return {
        "id": path.id,
        "source": path.source,
        "type": path.type,
        "subject": path.subject,
        "status": "decided" if decided else "rejected" if path.refused and not path.accepted_at else "accepted",
        "accepted_at": _time(path.accepted_at),
        "received_at": _time(decided.received_at if decided else None),
        "decided_at": _time(decided.decided_at if decided else None),
        "outcome": decided.outcome if decided else None,
        "rules_version": decided.rules_version if decided else None,
        "deliveries": {
            "total": len(path.deliveries),
            "by_state": dict(sorted(Counter(step.state for step in path.deliveries).items())),
            "first_accepted_at": _time(sent[0] if sent else None),
            "last_accepted_at": _time(sent[-1] if sent else None),
            "first_taken_in_charge_at": _time(min(taken, default=None)),
        },
        "refused": [{"reason": step.reason, "field": step.field, "at": _time(step.at)} for step in path.refused],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
