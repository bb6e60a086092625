"""One event in, one decision out: the function that the router and `hub route` share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from hub.domain.decision import Answer, Decision
from hub.domain.directory import Directory
from hub.domain.events import Data, Event
from hub.domain.notice_answers import decide_notice, decide_withdrawal
from hub.domain.paris import paris
from hub.domain.rules.catalogue import RULES_VERSION

Decider = Callable[[str, Data, date, Directory | None], Answer]


class NotRouted(ValueError):
    """Events of this type are accepted and kept, but no rule of this version decides on them."""


def is_routed(event_type: str) -> bool:
    """Whether this version decides on events of this type."""
    return event_type in _DECIDERS


def decide(event: Event, as_of: datetime | None = None, directory: Directory | None = None) -> Decision:
    """Decide on a valid event.

    `as_of` (with an offset) defaults to the event's time; its calendar date in Europe/Paris is what dates are compared
    with. Without a directory the recipients are empty. Raises NotRouted for a type that no rule decides on.
    """
    envelope = event.envelope
    decider = _DECIDERS.get(envelope.type)
    data = event.data
    if decider is None or data is None:
        msg = f"{envelope.type} is not routed by these rules"
        raise NotRouted(msg)
    instant = as_of if as_of is not None else envelope.time
    answer = decider(envelope.type, data, instant.astimezone(paris()).date(), directory)
    return Decision(envelope.id, envelope.type, instant, RULES_VERSION, answer)


_DECIDERS: Final[dict[str, Decider]] = {
    "notice.published": decide_notice,
    "notice.corrected": decide_notice,
    "notice.withdrawn": decide_withdrawal,
}
