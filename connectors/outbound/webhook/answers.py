"""What a system's answer means for a delivery (RFC 9110 §15, Standard Webhooks). Nothing of its text is ever kept."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from connectors.outbound.channel import Accepted, Permanent, Result, Transient
from connectors.outbound.webhook.calls import Answer
from hub.domain.delivery.states import DeliveryReason

GONE: Final = 410
_LONGEST_WAIT: Final = 3600.0  # seconds that a system may ask for
_LATER: Final = frozenset({408, 425, 429})
_NOT_THERE: Final = frozenset({404, 405, GONE})
_MOVED: Final = frozenset({301, 308})


def meaning(answer: Answer, now: datetime) -> Result:
    """Accepted for 2xx; permanent for a refusal; transient for what may be otherwise later.

    A redirect is never followed. One that says of itself that it stays is permanent: the directory must name the new
    address.
    """
    status = answer.status
    detail = f"answer {status}"
    if 200 <= status < 300:
        return Accepted(detail)
    if status in _LATER or status >= 500:
        after = seconds_asked(answer.retry_after, now)
        return Transient(DeliveryReason.TEMPORARILY_REFUSED, detail, after)
    if status in _MOVED:
        return Permanent(DeliveryReason.ADDRESS_REFUSED, f"{detail}: redirects are not followed")
    if 300 <= status < 400:
        return Transient(DeliveryReason.TEMPORARILY_REFUSED, f"{detail}: redirects are not followed")
    reason = DeliveryReason.ADDRESS_REFUSED if status in _NOT_THERE else DeliveryReason.MESSAGE_REFUSED
    return Permanent(reason, detail)


def seconds_asked(retry_after: str | None, now: datetime) -> float | None:
    """What `Retry-After` asks for, in seconds from now, at most an hour; None where it asks for nothing readable."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(wait, 0.0), _LONGEST_WAIT)
