"""What the ledger takes in: one decided event, as the router published it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from hub.domain.activity.feedback import Feedback
from hub.domain.indicators.facts import Fact

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DecidedEvent:
    """One record of hub.decisions. `topic`, `partition` and `offset` say where the event itself was published.

    `decision` is the data of `routing.decided`, or None for a type that is not routed. `notice` is the data of a
    notice event and None for any other: nothing of a person-level event's data passes here but its `fact`, which is
    what the indicators count of it; None where they count nothing. `feedback`: of field feedback, which is no
    person-level event, with the text that a moderator is to read.
    """

    source: str
    id: str
    type: str
    kind: str
    subject: str
    correlationid: str
    causationid: str | None
    confidentiality: str
    time: datetime
    topic: str
    partition: int
    offset: int
    received_at: datetime
    value_sha256: bytes
    decision: dict[str, Any] | None
    directory_revision: int
    calendar_revision: int
    rules_version: str
    decided_at: datetime
    notice: dict[str, Any] | None
    fact: Fact | None = None
    feedback: Feedback | None = None

    @property
    def key(self) -> Key:
        """The idempotency key."""
        return self.source, self.id


EVENT_COLUMNS: Final = tuple(
    part.name for part in fields(DecidedEvent) if part.name not in {"notice", "fact", "feedback"}
)
"""Those of its fields that the table `event` holds under the same name."""
