"""What becomes of each record of a day, what may be wrong with it, and what an operator does then.

Every published record has exactly one fate, and every delivery one place: the counts add up by construction, so that
what is left over is a difference, named down to its event.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self

from hub.domain.calendar.paris import paris
from hub.domain.vocabulary import DeliveryStatus


class Fate(StrEnum):
    """Where a published record ended; also the label of a metric."""

    DECIDED = "decided"
    HELD = "held"
    """Decided, and a human has to go on: INCOMPLETE or HUMAN_QUALIFICATION."""
    PASSED = "passed"
    """Kept in the ledger; no rule decides on its type."""
    REJECTED = "rejected"
    REPEATED = "repeated"
    """The same event published again: the first one stands."""
    NOT_STORED = "not_stored"
    """The law forbids to keep anything of it: a bare count."""
    IN_FLIGHT = "in_flight"
    """The router or the ledger has not come to it yet."""
    MISSING = "missing"
    """None of these: a difference says so."""


HELD_OUTCOMES: Final = frozenset({"INCOMPLETE", "HUMAN_QUALIFICATION"})


class Reached(StrEnum):
    """Where a delivery stands."""

    DELIVERED = "delivered"
    """Accepted by the channel or shown; nobody has said that it was taken in charge."""
    ACKNOWLEDGED = "acknowledged"
    OPEN = "open"
    """The hub still has to do something, or somebody else was asked."""
    FAILED = "failed"
    STOPPED = "stopped"
    """Cancelled by a correction or a withdrawal, or redirected: another delivery has it."""


_S = DeliveryStatus
REACHED: Final[Mapping[DeliveryStatus, Reached]] = {
    _S.SCHEDULED: Reached.OPEN,
    _S.SENDING: Reached.OPEN,
    _S.RETRYING: Reached.OPEN,
    _S.ESCALATED: Reached.OPEN,
    _S.ACCEPTED: Reached.DELIVERED,
    _S.SHOWN: Reached.DELIVERED,
    _S.TAKEN_IN_CHARGE: Reached.ACKNOWLEDGED,
    _S.CONCLUDED: Reached.ACKNOWLEDGED,
    _S.FAILED: Reached.FAILED,
    _S.CANCELLED: Reached.STOPPED,
    _S.REDIRECTED: Reached.STOPPED,
}
"""Every state of a delivery in exactly one place."""


class Gap(StrEnum):
    """A kind of difference, with its meaning and what to do; also the label of a metric."""

    meaning: str
    way_out: str

    def __new__(cls, symbol: str, meaning: str = "", way_out: str = "") -> Self:
        """Build the member `symbol`."""
        member = str.__new__(cls, symbol)
        member._value_ = symbol
        member.meaning = meaning
        member.way_out = way_out
        return member

    NOT_READ = (
        "NOT_READ",
        "The router has not read the record for more than an hour.",
        "Start the router, or see why it stands still: its logs, hub_router_lag_seconds.",
    )
    NOT_DECIDED = (
        "NOT_DECIDED",
        "The router went past the record; neither a decision nor a reject says what became of it.",
        "Keep the router's logs and the topics as they are, and have the sender publish the event again.",
    )
    NOT_RECORDED = (
        "NOT_RECORDED",
        "The record was decided or rejected; the ledger does not hold it.",
        (
            "If the processors did not set it aside (record_set_aside in their logs), have their group hub-processors "
            "read hub.decisions and hub.rejects of that day again: what the ledger holds stays as it is."
        ),
    )
    TWICE = (
        "TWICE",
        "The router decided on the same record more than once.",
        "Check that no two routers use the same transactional id on different clusters; the first decision stands.",
    )
    NOT_PUBLISHED = (
        "NOT_PUBLISHED",
        "A decision or a reject names a record that its input topic does not hold.",
        "Check who may write to hub.decisions and hub.rejects: only the router may.",
    )
    UNREADABLE = (
        "UNREADABLE",
        "A record of hub.decisions or hub.rejects cannot be read.",
        "Check who may write there, and that this program is not older than the router.",
    )
    NOT_SCHEDULED = (
        "NOT_SCHEDULED",
        "The decision names a contact for whom no delivery exists.",
        "Tell the contact by another way, and report the fault: intake makes both in one transaction.",
    )
    NO_CONTACT = (
        "NO_CONTACT",
        "A routing of the decision reaches no contact.",
        "Add the contact to the directory, and tell the service by another way meanwhile.",
    )
    NOT_PLANNED = (
        "NOT_PLANNED",
        "Whom the notice matrix adds to the notice has not been looked for in more than an hour.",
        (
            "Start the processors; see audience_not_planned in their logs. hub.directory may be behind: compare "
            "hub_directory_revision."
        ),
    )
    STUCK = (
        "STUCK",
        "A delivery has been due for more than an hour, and no dispatcher takes it.",
        "Start the dispatcher; hub.directory may be behind: compare hub_directory_revision.",
    )


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a day in Europe/Paris and that of the next, in UTC: 23, 24 or 25 hours apart."""
    first, second = (datetime.combine(day + timedelta(days=more), time(), paris()).astimezone(UTC) for more in (0, 1))
    return first, second
