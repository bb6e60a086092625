"""What a contact's choices would have sent it last month: read from the ledger, nothing is changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.delivery.digests import AT_ONCE, Rhythm
from hub.domain.notices.matrix import ADDED_RULE
from hub.domain.notices.versions import Version, in_force_on
from hub.domain.subscriptions.preview import Occurrence, Preview, month_before, preview
from hub.domain.subscriptions.rows import Facts, Subscription
from hub.domain.vocabulary import Kind, Urgency
from hub.ledger.facts import notice_facts
from hub.ledger.matrix import matrix_versions
from hub.ledger.notices import WITHDRAWN
from hub.ledger.schedule import RECEIVED_RULE
from hub.ledger.webhooks import active_endpoints

# What was sent to the contact, an event a line, whatever the media; reminders and escalations are no choice of it.
_OWN: Final = text("""
select e.type, e.kind, e.decision -> 'routings' as routings, min(d.created_at) as at, min(d.acknowledge_by) as latest,
  bool_or(:received = any(d.rules)) as received, bool_and(d.rules = array[cast(:added as text)]) as added, e.time,
  v.code, v.benefits, v.communes, v.epci, v.effective_on
from delivery d
join event e on e.source = d.event_source and e.id = d.event_id
left join notice_version v on v.notice = d.notice and v.version = d.version
where d.contact = :contact and d.occasion = '' and d.created_at >= :since and d.created_at < :until
  and (d.duty or :received = any(d.rules))
group by e.source, e.id, v.notice, v.version
""")

# Notices that were sent to others, as `chosen_by` looks at them.
_OTHERS: Final = text("""
select e.type, e.kind, e.recorded_at as at, v.code, v.benefits, v.communes, v.epci, v.effective_on
from event e
join notice_version v on v.source = e.source and v.event_id = e.id
join contact c on c.ref = :contact and not c.opted_out
where e.kind = 'notices' and e.outcome = 'ROUTED' and e.recorded_at >= :since and e.recorded_at < :until
  and (e.confidentiality = 'C0' or (e.confidentiality = 'C1' and c.institution in ('CAF', 'CD35')))
  and not exists (
    select from delivery d
    where d.contact = :contact and d.event_source = e.source and d.event_id = e.id
      and d.occasion = '' and (d.duty or :received = any(d.rules))
  )
""")


async def preview_of(connection: AsyncConnection, contact: str, rows: Sequence[Subscription], now: datetime) -> Preview:
    """What these rows would have made of the last calendar month before `now`.

    The contact's duty is what it was sent; its choices are tried on every notice that was sent to others.
    """
    first, last = month_before(now)
    asked = {
        "contact": contact,
        "since": _begins(first),
        "until": _begins(last + timedelta(days=1)),
        "received": RECEIVED_RULE,
    }
    matrices = await matrix_versions(connection)
    own = (await connection.execute(_OWN, asked | {"added": ADDED_RULE})).mappings()
    others = (await connection.execute(_OTHERS, asked)).mappings()
    occurrences = [_own(row, contact, matrices) for row in own]
    occurrences += [Occurrence(_facts(row), duty=False, at=row["at"]) for row in others]
    webhook = bool(await active_endpoints(connection, [contact]))
    return preview(occurrences, rows, first, last, webhook=webhook, territory=load_territory())


def _own(row: RowMapping, contact: str, matrices: Sequence[Version]) -> Occurrence:
    facts = _facts(row, at_once=row["received"], urgency=_urgency(row["routings"] or (), contact))
    return Occurrence(facts, duty=True, at=row["at"], latest=row["latest"], otherwise=_otherwise(row, matrices))


def _otherwise(row: RowMapping, matrices: Sequence[Version]) -> Rhythm:
    """The rhythm that the matrix gives whom it added, where the contact chose none."""
    if not row["added"] or row["code"] is None:
        return AT_ONCE
    found = in_force_on(matrices, row["time"].astimezone(paris()).date()).rows.get(row["code"])
    return AT_ONCE if found is None else found.rhythm


def _facts(row: RowMapping, *, at_once: bool = False, urgency: Urgency = Urgency.NONE) -> Facts:
    at_once = at_once or row["type"] == WITHDRAWN
    if row["code"] is not None:
        return notice_facts(dict(row), at_once=at_once)
    return Facts(Kind(row["kind"]), urgency=urgency, at_once=at_once)


def _urgency(routings: Sequence[dict[str, Any]], contact: str) -> Urgency:
    """The gravest of the routings that led to the contact."""
    found = [Urgency(routing["urgency"]) for routing in routings if contact in routing["recipients"]]
    return max(found, key=list(Urgency).index, default=Urgency.NONE)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=paris()).astimezone(UTC)
