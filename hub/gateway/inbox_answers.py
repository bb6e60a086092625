"""What the inbox API answers, as OpenAPI documents it. Times are RFC 3339 in UTC; dates are those of Europe/Paris."""

from datetime import date, datetime

import msgspec

from hub.ledger.acknowledgements import Holder
from hub.ledger.inbox import Item, ItemNotice
from hub.ledger.inbox_holders import Inbox


class InboxAnswer(msgspec.Struct, frozen=True):
    """The inbox of a contact. `last`: the last number of each sequence, INBOX for the items; none before any."""

    contact: str
    label: str
    service: str
    role: str
    cdas: str | None
    last: dict[str, int]


class InboxesAnswer(msgspec.Struct, frozen=True):
    """Inboxes in the order of their contacts; `next` is the address of the next page, null on the last."""

    inboxes: list[InboxAnswer]
    next: str | None


class NoticeAnswer(msgspec.Struct, frozen=True):
    """A version of a notice. `status`: PUBLISHED, CORRECTED by a higher version, or WITHDRAWN."""

    notice: str
    version: int
    status: str
    withdrawal: bool
    issuer: str
    nature: str
    code: str
    title: str
    summary: str
    benefits: list[str]
    published_on: date
    effective_on: date
    communes: list[str]
    epci: list[str]
    not_prior: bool
    replaced_by: str | None


class DeliveryAnswer(msgspec.Struct, frozen=True):
    """One way by which the item was sent; `number` counts the contact's deliveries by this medium, without holes."""

    delivery: str
    medium: str
    number: int | None
    state: str


class HolderAnswer(msgspec.Struct, frozen=True):
    """Who took the item in charge; `mine`: this very contact."""

    service: str
    role: str
    cdas: str | None
    at: datetime
    mine: bool


class ItemAnswer(msgspec.Struct, frozen=True):
    """One event in the inbox. `number` counts the items, without holes; `label` says `state` in French.

    `type` is null at level C3. `situation` is the opaque reference, null for a notice. `holder` is given for one item.
    """

    number: int
    contact: str
    state: str
    label: str
    type: str | None
    kind: str
    lane: str
    confidentiality: str
    event_source: str
    event_id: str
    service: str
    role: str
    cdas: str | None
    purposes: list[str]
    published_at: datetime
    since: datetime
    changed_at: datetime
    acknowledge_by: datetime | None
    shown_at: datetime | None
    taken_at: datetime | None
    situation: str | None
    notice: NoticeAnswer | None
    deliveries: list[DeliveryAnswer]
    holder: HolderAnswer | None = None


class ItemsAnswer(msgspec.Struct, frozen=True):
    """Items in the order asked for. `last` is the number of the newest item of the inbox, 0 before the first.

    `next` is the address of the next page, null on the last: keep `after` then, and ask again later.
    """

    contact: str
    last: int
    items: list[ItemAnswer]
    next: str | None


def inbox_answer(found: Inbox) -> InboxAnswer:
    """An inbox as it is answered."""
    return InboxAnswer(found.contact, found.label, found.service, found.role, found.cdas, found.last)


def item_answer(found: Item, holder: Holder | None = None) -> ItemAnswer:
    """An item as it is answered."""
    return ItemAnswer(
        number=found.number,
        contact=found.contact,
        state=found.state.value,
        label=found.state.label,
        type=found.type,
        kind=found.kind,
        lane=found.lane,
        confidentiality=found.confidentiality,
        event_source=found.event_source,
        event_id=found.event_id,
        service=found.service,
        role=found.role,
        cdas=found.cdas,
        purposes=list(found.purposes),
        published_at=found.published_at,
        since=found.since,
        changed_at=found.changed_at,
        acknowledge_by=found.acknowledge_by,
        shown_at=found.shown_at,
        taken_at=found.taken_at,
        situation=found.subject if found.notice is None else None,
        notice=None if found.notice is None else _notice(found.notice),
        deliveries=[DeliveryAnswer(str(one.delivery), one.medium, one.number, one.state) for one in found.deliveries],
        holder=None
        if holder is None
        else HolderAnswer(holder.service, holder.role, holder.cdas, holder.at, holder.mine),
    )


def _notice(found: ItemNotice) -> NoticeAnswer:
    return msgspec.convert(msgspec.to_builtins(found), NoticeAnswer)
