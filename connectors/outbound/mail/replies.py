"""What a mail server's replies mean for a delivery (RFC 5321 §4.2, RFC 3463).

Reply texts may quote addresses: only the reply code and the enhanced status code are ever kept.
"""

import re
from enum import StrEnum

from connectors.outbound.channel import Permanent, Transient
from hub.domain.delivery.states import DeliveryReason

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")

# The server wants us to authenticate, or differently: our configuration, whatever mail it is.
_AUTHENTICATION_CODES = frozenset({454, 530, 534, 535, 538})


class Step(StrEnum):
    """Where in a mail transaction a reply came; part of the detail of a failure."""

    CONNECT = "connect"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    CONTENT = "content"


_REFUSALS = {Step.SENDER: DeliveryReason.SENDER_REFUSED, Step.RECIPIENT: DeliveryReason.ADDRESS_REFUSED}


def describe(step: Step, code: int, text: str) -> str:
    """The detail of a reply: step, reply code and enhanced code, as `recipient 550 5.1.1`; nothing of the text."""
    enhanced = _ENHANCED.match(text)
    return f"{step} {code}{' ' + enhanced.group(1) if enhanced else ''}"


def classify(step: Step, code: int, text: str) -> Transient | Permanent:
    """A reply that is not the awaited one: 5xx about this mail is permanent, everything else is worth another try.

    What the server says before it has heard of a mail (greeting, EHLO) concerns us, not the mail: transient.
    """
    detail = describe(step, code, text)
    if step is not Step.CONTENT and code in _AUTHENTICATION_CODES:
        return Transient(DeliveryReason.AUTHENTICATION_REFUSED, detail)
    if step is Step.CONNECT:
        return Transient(DeliveryReason.TEMPORARILY_REFUSED, detail)
    if 500 <= code < 600:
        return Permanent(_REFUSALS.get(step, DeliveryReason.MESSAGE_REFUSED), detail)
    return Transient(DeliveryReason.TEMPORARILY_REFUSED, detail)
