"""Reminders of notices that nobody acknowledged: when the acknowledgement is first missed, and on the effective day.

Each comes once for a contact, whatever the number of media and of dispatchers: its row in `notice_reminder` claims it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import present
from hub.domain.delivery.occasions import reminder_occasion
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus, Medium, Role
from hub.ledger.directory_view import DirectoryView
from hub.ledger.escalation_steps import schedule_more
from hub.ledger.holding import hold_event, hold_version
from hub.ledger.tables import acknowledgement, delivery, notice_reminder
from hub.wire.schemas import Catalogue

# The second comes on the effective day at eight, where that is later than the first: a notice that is in force when
# it is published is reminded once. What was due more than a week ago is left alone.
_DUE = text("""
select distinct on (d.event_source, d.event_id, d.contact, k.number)
  d.id, d.event_source, d.event_id, d.notice, d.version, d.contact, d.service, d.role, d.cdas, d.rules,
  e.subject, e.correlationid, k.number
from delivery d
join event e on e.source = d.event_source and e.id = d.event_id
join notice_version v
  on v.notice = d.notice and v.version = d.version and v.source = d.event_source and v.event_id = d.event_id
cross join lateral (
  select 1 as number, d.acknowledge_by as due_at
  union all
  select 2, (v.effective_on + time '08:00') at time zone 'Europe/Paris'
  where (v.effective_on + time '08:00') at time zone 'Europe/Paris' > d.acknowledge_by
) k
where d.acknowledge_by is not null and d.occasion = ''
  and d.acknowledge_by <= :now
  and k.due_at between cast(:now as timestamptz) - interval '7 days' and :now
  and d.state not in ('CANCELLED', 'REDIRECTED', 'TAKEN_IN_CHARGE', 'CONCLUDED')
  and v.status = 'PUBLISHED'
  and not exists (
    select from delivery o
    left join acknowledgement a on a.delivery = o.id and a.kind = 'TAKEN_IN_CHARGE'
    left join notice_reminder r on r.delivery = o.id and r.number = k.number
    where o.event_source = d.event_source and o.event_id = d.event_id and o.contact = d.contact
      and (a.delivery is not null or r.delivery is not null)
  )
order by d.event_source, d.event_id, d.contact, k.number, d.id
limit :limit
""")


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that was made: its number, and whom it goes to."""

    number: int
    asked: tuple[str, ...]


async def due_reminders(connection: AsyncConnection, now: datetime, limit: int = 200) -> list[Mapping[str, Any]]:
    """The deliveries whose acknowledgement is missed and was not reminded yet."""
    return [dict(row) for row in (await connection.execute(_DUE, {"now": now, "limit": limit})).mappings()]


async def remind(
    connection: AsyncConnection, catalogue: Catalogue, view: DirectoryView, due: Mapping[str, Any], now: datetime
) -> Reminded | None:
    """Remind the recipient, or who stands in for it, and the manager of its service.

    None when another process did, or when the version was overtaken or acknowledged since it was found to be `due`.
    """
    if await hold_version(connection, due) != "PUBLISHED":
        return None
    await hold_event(connection, due["event_source"], due["event_id"])
    if await _is_acknowledged(connection, due):
        return None
    day = now.astimezone(paris()).date()
    managers = view.directory.reach(due["service"], Role.MANAGER, day, cdas=due["cdas"])
    heads: Sequence[str] = () if managers.last_resort else managers.recipients
    asked = tuple(sorted({*present([due["contact"]], view.directory, day), *heads}))
    claimed = (
        insert(notice_reminder)
        .values(delivery=due["id"], number=due["number"], asked=list(asked), at=now)
        .on_conflict_do_nothing()
        .returning(notice_reminder.c.seq)
    )
    if await connection.scalar(claimed) is None:
        return None
    same = ("event_source", "event_id", "notice", "version", "rules")
    contacts = [contact for contact in map(view.directory.get, asked) if contact is not None]
    rows = [
        {name: due[name] for name in same}
        | {
            "contact": contact.contact,
            "service": contact.service,
            "role": contact.role,
            "cdas": contact.cdas,
            "medium": Medium.MAIL.value,
            "occasion": reminder_occasion(due["number"]),
            "lane": "standard",
            "directory_revision": view.revision,
        }
        for contact in contacts
    ]
    thread = {"subject": due["subject"], "correlationid": due["correlationid"]}
    await schedule_more(connection, catalogue, rows, thread, DeliveryReason.NOT_TAKEN_IN_CHARGE, now)
    return Reminded(due["number"], asked)


async def _is_acknowledged(connection: AsyncConnection, due: Mapping[str, Any]) -> bool:
    """Whether the recipient said meanwhile, of the delivery by any medium, that it has read the notice."""
    said = exists().where(
        acknowledgement.c.delivery == delivery.c.id,
        acknowledgement.c.kind == DeliveryStatus.TAKEN_IN_CHARGE.value,
        delivery.c.event_source == due["event_source"],
        delivery.c.event_id == due["event_id"],
        delivery.c.contact == due["contact"],
    )
    return bool(await connection.scalar(select(said)))
