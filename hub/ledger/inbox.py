"""The inbox of a contact: everything that was to reach it, by whatever medium; behind pages, API and feeds.

One item stands for one event. Items are numbered from 1 without holes (`hub.ledger.numbers`), and a higher number never
appears before a lower one: whoever has read up to a number has missed nothing. Nothing here says anything of a person;
of an event at level C3 not even what type it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, DateTime, Text

from hub.domain.delivery.inbox import ItemState
from hub.domain.vocabulary import Confidentiality, Kind, Medium, WarningCode

LARGEST_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class ItemNotice:
    """What may be shown of the notice of an item; dates are calendar dates, Europe/Paris.

    `status` is that of this version today: PUBLISHED (in force), CORRECTED (a higher one replaces it) or WITHDRAWN.
    `withdrawal`: the item tells the withdrawal, and bears the text of the version that is withdrawn. `replaced_by`: the
    notice that replaces a withdrawn one, where its issuer named it.
    """

    notice: str
    version: int
    status: str
    withdrawal: bool
    issuer: str
    nature: str
    code: str
    title: str
    summary: str
    benefits: tuple[str, ...]
    published_on: date
    effective_on: date
    communes: tuple[str, ...]
    epci: tuple[str, ...]
    not_prior: bool
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class ItemDelivery:
    """One way by which an item was sent; `number` counts the contact's deliveries by this medium."""

    delivery: UUID
    medium: str
    number: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Item:
    """One event in a contact's inbox.

    `number`: its place in the inbox. `delivery`: the one to take in charge. `type` is None for an event at level C3.
    `subject`: the opaque reference of the situation or notice. `notice` is None for a situation. `purposes`: why the
    contact is asked (contract §4). `published_at`: when the event reached Kafka; `since`: when it came into the inbox;
    `changed_at`: the last change of any delivery. `acknowledge_by`: when its acknowledgement is first missed, if asked.
    """

    number: int
    contact: str
    state: ItemState
    delivery: UUID
    type: str | None
    kind: str
    lane: str
    confidentiality: str
    subject: str
    event_source: str
    event_id: str
    service: str
    role: str
    cdas: str | None
    purposes: tuple[str, ...]
    published_at: datetime
    since: datetime
    changed_at: datetime
    acknowledge_by: datetime | None
    shown_at: datetime | None
    taken_at: datetime | None
    notice: ItemNotice | None
    deliveries: tuple[ItemDelivery, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items; what is left out asks for any.

    `since`: in the inbox since this moment or later. `medium` with `numbers` (first and last, included): those sent by
    this medium under these numbers: what a receiver who finds a gap asks for.
    """

    states: Collection[ItemState] = ()
    kinds: Collection[str] = ()
    since: datetime | None = None
    notice: str | None = None
    medium: Medium | None = None
    numbers: tuple[int, int] | None = None


# Grouped in the order of the index on (contact, item): a page reads no more rows than it shows, unless a state filters.
_ITEMS = """
with mine as (
  select d.item, d.contact, d.event_source, d.event_id, max(d.notice) as notice, max(d.version) as version,
    min(d.service) as service, min(d.role) as role, min(d.cdas) as cdas,
    min(d.created_at) as since, min(d.acknowledge_by) as acknowledge_by,
    greatest(max(d.created_at), max(d.accepted_at), max(d.ended_at), max(a.taken_at), max(a.shown_at)) as changed_at,
    max(a.shown_at) as shown_at, min(a.taken_at) as taken_at,
    bool_or(d.superseded or d.reason = 'TAKEN_BY_ANOTHER') as overtaken,
    bool_and(d.state in ('CANCELLED', 'REDIRECTED', 'CONCLUDED')) as stopped,
    array_agg(d.id order by d.state = any(:closed), d.medium, d.number) as ids,
    jsonb_agg(jsonb_build_object('delivery', d.id, 'medium', d.medium, 'number', d.number, 'state', d.state)
      order by d.medium, d.number) as deliveries
  from delivery d
  left join lateral (
    select max(k.at) filter (where k.kind = 'SHOWN') as shown_at,
      min(k.at) filter (where k.kind = 'TAKEN_IN_CHARGE') as taken_at
    from acknowledgement k where k.delivery = d.id
  ) a on true
  where d.contact = :contact and d.item > :after and d.item < :before
  group by d.item, d.contact, d.event_source, d.event_id
), standing as (
  select m.*, e.type, e.kind, e.subject, e.confidentiality, e.received_at, e.decision -> 'routings' as routings,
    v.version as shown_version, v.status, v.issuer, v.nature, v.code, v.title, v.summary, v.benefits, v.published_on,
    v.effective_on, v.communes, v.epci, v.warnings, w.replaced_by,
    case
      when m.taken_at is not null then 'TAKEN'
      when m.notice is null and m.overtaken then 'TAKEN_BY_ANOTHER'
      when m.notice is not null and e.type <> 'notice.withdrawn' and v.status <> 'PUBLISHED' then 'OUTDATED'
      when m.stopped then 'CLOSED'
      else 'OPEN'
    end as state
  from mine m
  join event e on e.source = m.event_source and e.id = m.event_id
  left join lateral (
    select * from notice_version n where n.notice = m.notice and n.version <= m.version
    order by n.version desc limit 1
  ) v on true
  left join notice_withdrawal w on w.notice = m.notice and w.version = m.version
)
select * from standing s
where (cardinality(:states) = 0 or s.state = any(:states))
  and (cardinality(:kinds) = 0 or s.kind = any(:kinds))
  and (cast(:since as timestamptz) is null or s.since >= :since)
  and (cast(:notice as text) is null or s.notice = :notice)
  and (cast(:medium as text) is null or exists (
    select from delivery n
    where n.contact = s.contact and n.item = s.item and n.medium = :medium and n.number between :first and :last
  ))
order by s.item {direction}
limit :limit
"""
_TYPES: Final[tuple[BindParameter[Any], ...]] = (
    *(bindparam(name, type_=ARRAY(Text)) for name in ("states", "kinds", "closed")),
    *(bindparam(name, type_=BigInteger) for name in ("after", "before", "first", "last", "limit")),
    bindparam("since", type_=DateTime(timezone=True)),
)
_OLDEST = text(_ITEMS.format(direction="asc")).bindparams(*_TYPES)
_NEWEST = text(_ITEMS.format(direction="desc")).bindparams(*_TYPES)
_CLOSED: Final = ("CANCELLED", "REDIRECTED", "CONCLUDED", "SENDING")
_NO_END: Final = 2**62


async def items(
    connection: AsyncConnection,
    contact: str,
    after: int = 0,
    limit: int = 100,
    *,
    before: int | None = None,
    newest_first: bool = False,
    wanted: Wanted | None = None,
) -> list[Item]:
    """At most `limit` items with a number above `after` and below `before`, the oldest first unless asked otherwise.

    The next page begins after the number of the last one (before it, newest first).
    """
    wanted = wanted or Wanted()
    first, last = wanted.numbers or (1, _NO_END)
    found = await connection.execute(
        _NEWEST if newest_first else _OLDEST,
        {
            "contact": contact,
            "after": after,
            "before": _NO_END if before is None else before,
            "limit": min(limit, LARGEST_PAGE),
            "states": [state.value for state in wanted.states],
            "kinds": list(wanted.kinds),
            "since": wanted.since,
            "notice": wanted.notice,
            "medium": None if wanted.medium is None else wanted.medium.value,
            "first": first,
            "last": last,
            "closed": list(_CLOSED),
        },
    )
    return [_item(row) for row in found.mappings()]


async def item(connection: AsyncConnection, contact: str, number: int) -> Item | None:
    """One item of a contact's inbox by its number; None when it has no such item."""
    if not 0 < number < _NO_END:
        return None
    found = await items(connection, contact, number - 1, 1, before=number + 1)
    return found[0] if found else None


async def last_numbers(connection: AsyncConnection, contact: str) -> dict[str, int]:
    """The last number given in each of a contact's sequences: its media, and INBOX for the items; none before any."""
    query = text("select sequence, last from delivery_sequence where contact = :contact order by sequence")
    return {row.sequence: row.last for row in await connection.execute(query, {"contact": contact})}


def _item(row: RowMapping) -> Item:
    return Item(
        number=row["item"],
        contact=row["contact"],
        state=ItemState(row["state"]),
        delivery=row["ids"][0],
        type=None if row["confidentiality"] == Confidentiality.C3.value else row["type"],
        kind=row["kind"],
        lane="urgent" if row["kind"] == Kind.URGENCIES.value else "standard",
        confidentiality=row["confidentiality"],
        subject=row["subject"],
        event_source=row["event_source"],
        event_id=row["event_id"],
        service=row["service"],
        role=row["role"],
        cdas=row["cdas"],
        purposes=_purposes(row["contact"], (row["service"], row["role"], row["cdas"]), row["routings"] or ()),
        published_at=row["received_at"],
        since=row["since"],
        changed_at=row["changed_at"],
        acknowledge_by=row["acknowledge_by"],
        shown_at=row["shown_at"],
        taken_at=row["taken_at"],
        notice=_notice(row),
        deliveries=tuple(
            ItemDelivery(UUID(one["delivery"]), one["medium"], one["number"], one["state"]) for one in row["deliveries"]
        ),
    )


def _purposes(
    contact: str, place: tuple[str, str, str | None], routings: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    by_name = {routing["purpose"] for routing in routings if contact in routing["recipients"]}
    of_place = (r["purpose"] for r in routings if place == (r["service"], r["role"], r["cdas"]))
    return tuple(sorted(by_name or of_place))


def _notice(row: RowMapping) -> ItemNotice | None:
    if row["notice"] is None or row["shown_version"] is None:
        return None
    return ItemNotice(
        notice=row["notice"],
        version=row["shown_version"],
        status=row["status"],
        withdrawal=row["type"] == "notice.withdrawn",
        issuer=row["issuer"],
        nature=row["nature"],
        code=row["code"],
        title=row["title"],
        summary=row["summary"],
        benefits=tuple(row["benefits"]),
        published_on=row["published_on"],
        effective_on=row["effective_on"],
        communes=tuple(row["communes"]),
        epci=tuple(row["epci"]),
        not_prior=WarningCode.NOT_PRIOR.value in row["warnings"],
        replaced_by=row["replaced_by"],
    )
