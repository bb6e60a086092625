"""The port of every outbound channel: what it is given to deliver, and the three answers it may give.

A channel delivers one message once. It never retries, waits or decides: the dispatcher owns the schedule.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

from hub.domain.delivery.states import DeliveryReason

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

SituationOccasion = Literal["FIRST", "ESCALATION", "TAKEN"]
NoticeStatus = Literal["PUBLISHED", "CORRECTED", "WITHDRAWN"]


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """What a message may show of a notice: public or internal text, never about a person.

    Dates are calendar dates, Europe/Paris; `not_prior` is the warning NOT_PRIOR of the decision. `decided_at`: when the
    hub decided where this version, or the withdrawal, goes; it carries its offset. `reminder`: it was sent before, and
    nobody of the service has said that it was read.
    """

    notice: str
    version: int
    status: NoticeStatus
    issuer: str
    title: str
    summary: str
    published_on: date | None
    effective_on: date | None
    not_prior: bool
    decided_at: datetime
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class SituationContent:
    """A situation waits for its reader: nothing of it may be shown, not even what kind it is.

    `occasion`: FIRST; ESCALATION: nobody who was asked before has taken it in charge, and the reader is asked in turn;
    TAKEN: somebody has, and `taken_by` is the service and role (symbols of contract §4).
    """

    occasion: SituationOccasion = "FIRST"
    taken_by: tuple[str, str] | None = None


Content: TypeAlias = NoticeContent | SituationContent


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery to one recipient.

    `delivery` is stable over retries and names the message for the recipient's system. `recipient` is the address in
    the channel's own terms (mail: an e-mail address). `service` and `role` say why the recipient gets it (symbols of
    contract §4). `link` leads to the full content. `sent_at` carries its offset. `acknowledge` leads to the recipient's
    own page to take the delivery in charge, personal and secret; None: nobody is asked to. `thread` names the notice or
    the situation, the same in every message about it; it is shown nowhere. `event_source` and `event_id` name the event
    that it tells, and `decided_at` when the hub decided where that goes. `number` counts the recipient's messages of
    this channel without a gap, from 1; None: they are not counted. `duty`: the convention sends it; False: the
    recipient asked for it.
    """

    delivery: UUID
    recipient: str
    service: str
    role: str
    lane: Literal["standard", "urgent"]
    content: Content
    link: str
    sent_at: datetime
    thread: str
    acknowledge: str | None = None
    event_source: str = ""
    event_id: str = ""
    decided_at: datetime = _LONG_AGO
    number: int | None = None
    duty: bool = True


@dataclass(frozen=True, slots=True)
class Digest:
    """Several messages to one recipient, told as one: all about notices, never empty.

    `id` is stable over retries of the same messages. `sent_at` carries its offset.
    """

    id: UUID
    recipient: str
    messages: tuple[Message, ...]
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel has taken the message over; `detail` is its code, never its free text."""

    detail: str


@dataclass(frozen=True, slots=True)
class Transient:
    """Not delivered, or not known to be: worth another try, not sooner than `retry_after` seconds where given.

    `tried` is False when nothing was sent and none of it concerns this message: its recipient has enough under way, or
    is spared. It then comes back after `retry_after` and no try is counted, while the limit of time goes on.
    """

    reason: DeliveryReason
    detail: str
    retry_after: float | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Permanent:
    """Not delivered, and another try would not change it."""

    reason: DeliveryReason
    detail: str


Result: TypeAlias = Accepted | Transient | Permanent


class Channel(Protocol):
    """One way to reach a contact."""

    async def deliver(self, message: Message) -> Result:
        """Deliver once and say what became of it; raises nothing but cancellation."""
        ...

    async def close(self) -> None:
        """Leave the channel's connections as its protocol wants it."""
        ...


@runtime_checkable
class DigestChannel(Protocol):
    """A channel that also tells several messages as one."""

    async def deliver_digest(self, digest: Digest) -> Result:
        """Deliver once and say what became of all of it; raises nothing but cancellation."""
        ...
