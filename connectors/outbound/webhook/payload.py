"""What a system is told: that something waits, and where to read it. The rest it fetches, with its own rights."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from connectors.outbound.channel import Message, NoticeContent

_NOTICES: Final = {
    "PUBLISHED": "notice.published",
    "CORRECTED": "notice.corrected",
    "WITHDRAWN": "notice.withdrawn",
}
_SITUATIONS: Final = {
    "FIRST": "situation.waiting",
    "ESCALATION": "situation.escalated",
    "TAKEN": "situation.taken",
}
VERIFICATION: Final = "webhook.verification"
TEST: Final = "webhook.test"


def payload(message: Message) -> bytes:
    """The body of a delivery, the same bytes at every attempt.

    Of a situation nothing but that one waits, or is taken in charge: not what it is about.
    """
    content = message.content
    data: dict[str, Any] = {
        "delivery": str(message.delivery),
        "number": message.number,
        "contact": message.recipient,
        "service": message.service,
        "role": message.role,
        "event": {"source": message.event_source, "id": message.event_id},
        "href": message.link,
    }
    if not isinstance(content, NoticeContent):
        return _body(_SITUATIONS[content.occasion], message.decided_at, data)
    return _body(
        _NOTICES[content.status],
        message.decided_at,
        data | {"notice": content.notice, "version": content.version, "reminder": content.reminder},
    )


def verification(endpoint: UUID, challenge: str, at: datetime) -> bytes:
    """The body of a handshake: whoever answers with the challenge wants what comes to this address."""
    return _body(VERIFICATION, at, {"webhook": str(endpoint), "challenge": challenge})


def trial(endpoint: UUID, at: datetime) -> bytes:
    """The body of a trial, which stands for nothing."""
    return _body(TEST, at, {"webhook": str(endpoint)})


def _body(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    timestamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = {"type": kind, "timestamp": timestamp, "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
