"""Deliveries as a dispatcher holds them: what to send, to whom, and in which attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Uuid, and_, any_, bindparam, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger.outbox import StatusChange, status_row
from hub.ledger.tables import contact, delivery, event, notice_version
from hub.wire.schemas import Catalogue

# Made once: a burst asks it again and again.
_SHOWN: Final = (
    select(notice_version)
    .where(notice_version.c.notice == delivery.c.notice, notice_version.c.version <= delivery.c.version)
    .order_by(notice_version.c.version.desc())
    .limit(1)
    .lateral("shown")
)
_WITH_ALL_NEEDED: Final = (
    select(
        delivery,
        event.c.type.label("event_type"),
        event.c.subject,
        event.c.correlationid,
        event.c.decided_at,
        contact.c.ref,
        contact.c.email,
        contact.c.valid_to,
        contact.c.opted_out,
        _SHOWN.c.version.label("shown_version"),
        _SHOWN.c.issuer,
        _SHOWN.c.title,
        _SHOWN.c.summary,
        _SHOWN.c.published_on,
        _SHOWN.c.effective_on,
        _SHOWN.c.warnings,
    )
    .join(event, and_(event.c.source == delivery.c.event_source, event.c.id == delivery.c.event_id))
    .outerjoin(contact, contact.c.ref == delivery.c.contact)
    .outerjoin(_SHOWN, true())
    .where(delivery.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(delivery.c.due_at, delivery.c.id)
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """What the directory says of a contact today: its address, and until when it stands (dates included)."""

    email: str | None
    valid_to: date | None
    opted_out: bool


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What may be shown of a notice's version; dates are calendar dates, Europe/Paris."""

    version: int
    issuer: str
    title: str
    summary: str
    published_on: date
    effective_on: date
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What identifies a delivery, whatever its state; `subject` and `correlationid` are those of its event."""

    id: UUID
    event_source: str
    event_id: str
    subject: str
    correlationid: str
    contact: str
    service: str
    role: str
    medium: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this dispatcher holds until its lease ends, with everything its message needs.

    `attempt` counts from 1 and is the one that has begun. `notice` is None for what is not about a notice;
    `text` is None when the ledger holds no version of it; `recipient` when the directory holds no such contact.
    `number` counts the contact's deliveries by this medium; None: they are not counted.
    `duty`: the convention sends it; False: the contact asked for it.
    `occasion` says what made it beyond the first one (hub.domain.delivery.occasions).
    """

    delivery: Delivered
    lane: str
    attempt: int
    first_attempt_at: datetime
    event_type: str
    decided_at: datetime
    notice: str | None
    version: int | None
    text: NoticeText | None
    recipient: Recipient | None
    number: int | None = None
    duty: bool = True
    occasion: str = ""


async def read_claims(connection: AsyncConnection, ids: Sequence[UUID]) -> list[Claim]:
    """The deliveries of these ids, with all that an attempt needs."""
    found = await connection.execute(_WITH_ALL_NEEDED, {"ids": list(ids)})
    return [_claim(row) for row in found.mappings()]


def _claim(row: RowMapping) -> Claim:
    return Claim(
        delivery=Delivered(
            id=row["id"],
            event_source=row["event_source"],
            event_id=row["event_id"],
            subject=row["subject"],
            correlationid=row["correlationid"],
            contact=row["contact"],
            service=row["service"],
            role=row["role"],
            medium=row["medium"],
        ),
        lane=row["lane"],
        attempt=row["attempt"],
        first_attempt_at=row["first_attempt_at"],
        event_type=row["event_type"],
        decided_at=row["decided_at"],
        notice=row["notice"],
        version=row["version"],
        text=None
        if row["shown_version"] is None
        else NoticeText(
            version=row["shown_version"],
            issuer=row["issuer"],
            title=row["title"],
            summary=row["summary"],
            published_on=row["published_on"],
            effective_on=row["effective_on"],
            warnings=tuple(row["warnings"]),
        ),
        recipient=None if row["ref"] is None else Recipient(row["email"], row["valid_to"], row["opted_out"]),
        number=row["number"],
        duty=row["duty"],
        occasion=row["occasion"],
    )


def told(
    catalogue: Catalogue, claim: Claim, status: DeliveryStatus, reason: DeliveryReason | None, at: datetime
) -> dict[str, Any]:
    """The row of the status outbox that tells a state of a claimed delivery."""
    of = claim.delivery
    change = StatusChange(
        delivery=of.id,
        event_source=of.event_source,
        event_id=of.event_id,
        subject=of.subject,
        correlationid=of.correlationid,
        contact=of.contact,
        service=of.service,
        role=of.role,
        medium=of.medium,
        status=status.value,
        reason=reason.value if reason is not None else None,
        attempt=claim.attempt,
        at=at,
    )
    return status_row(catalogue, change)
