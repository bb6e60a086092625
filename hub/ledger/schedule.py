"""Make deliveries of decisions, and stop those that a correction or a withdrawal overtook."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.delivery.digests import AT_ONCE, Rhythm
from hub.domain.delivery.reaching import PULLED, Way, media_for
from hub.domain.delivery.states import DUE, PURSUED, DeliveryReason, delivery_id
from hub.domain.rules.parameters import ParameterTable
from hub.domain.subscriptions.rows import Facts, Subscription
from hub.domain.vocabulary import DeliveryStatus, Kind, Medium, Urgency
from hub.ledger.audience import Asked, asked_of, queue_audiences
from hub.ledger.decided import DecidedEvent, Key
from hub.ledger.facts import facts_of
from hub.ledger.giving_way import STEP, GiveWay, next_turn
from hub.ledger.notices import CORRECTED, WITHDRAWN
from hub.ledger.numbers import add_deliveries
from hub.ledger.outbox import StatusChange, add_statuses, status_row
from hub.ledger.subscriptions import subscriptions_of
from hub.ledger.tables import DELIVERIES_CHANNEL, LANES, PULL_LANE
from hub.ledger.webhooks import active_endpoints
from hub.wire.schemas import Catalogue

RECEIVED_RULE: Final = "X1"
"""Row of the notice matrix: a correction or a withdrawal goes to whoever got the original."""

# Whoever got, or may have got, an earlier version. A withdrawal's own message is no version of the notice.
_RECEIVERS = text("""
select distinct on (d.contact) d.contact, d.service, d.role, d.cdas, d.duty
from delivery d
join notice_version v
  on v.notice = d.notice and v.version = d.version and v.source = d.event_source and v.event_id = d.event_id
where d.notice = :notice and d.version <= :version
  and (
    d.accepted_at is not null
    or d.state in ('SENDING', 'ACCEPTED', 'SHOWN', 'TAKEN_IN_CHARGE', 'CONCLUDED', 'ESCALATED')
    or exists (
      select from delivery_attempt a
      where a.delivery = d.id and (a.result in ('accepted', 'abandoned') or a.reason = 'UNCONFIRMED')
    )
  )
order by d.contact, d.version desc
""")

# Held before the receivers are looked up: what a dispatcher claimed between that and the end of the transaction would
# leave as a version that is overtaken, for somebody who is told of no other.
_HOLD = text("""
select d.id from delivery d where d.notice = any(:notices) and d.state = any(:pursued) order by d.id for update
""")

# One statement, so that a delivery claimed at this very moment is either stopped or marked, never missed.
_OVERTAKE = text("""
update delivery d
set superseded = true,
    state = case when d.state = any(:due) then 'CANCELLED' else d.state end,
    reason = case when d.state = any(:due) then
      case v.status when 'WITHDRAWN' then :withdrawn else :corrected end else d.reason end,
    ended_at = case when d.state = any(:due) then cast(:now as timestamptz) else d.ended_at end
from notice_version v, event e
where d.notice = any(:notices) and not d.superseded and d.state = any(:pursued)
  and v.notice = d.notice and v.version = d.version and v.source = d.event_source and v.event_id = d.event_id
  and v.status <> 'PUBLISHED'
  and e.source = d.event_source and e.id = d.event_id
returning d.id, d.event_source, d.event_id, e.subject, e.correlationid, d.contact, d.service, d.role, d.medium,
  d.state, d.reason, d.attempt
""")

# What was asked of a version that is no longer in force is asked of its successor; what was confirmed stays.
_ASK_NO_MORE = text("""
update delivery d set acknowledge_by = null
from notice_version v
where d.notice = any(:notices) and d.acknowledge_by is not null
  and v.notice = d.notice and v.version = d.version and v.source = d.event_source and v.event_id = d.event_id
  and v.status <> 'PUBLISHED'
  and not exists (select from acknowledgement a where a.delivery = d.id and a.kind = 'TAKEN_IN_CHARGE')
""")

_CALL = text("select pg_notify(:channel, n.due) from unnest(cast(:due as text[])) as n (due)")


@dataclass(slots=True)
class Recipient:
    """One contact of one event, with the rules of every routing that leads to it, and the gravest urgency.

    `duty`: false for whoever asked for it beside its duty; nothing is asked of it.
    """

    service: str
    role: str
    cdas: str | None
    rules: list[str]
    urgency: Urgency = Urgency.NONE
    duty: bool = True

    def add(self, rules: Sequence[str], urgency: Urgency = Urgency.NONE) -> None:
        """Let one more routing lead to the contact."""
        self.rules.extend(rule for rule in rules if rule not in self.rules)
        self.urgency = max(self.urgency, urgency, key=list(Urgency).index)


Recipients = dict[str, Recipient]
"""The contacts of one event, by reference."""


async def schedule_deliveries(
    connection: AsyncConnection,
    catalogue: Catalogue,
    events: Sequence[DecidedEvent],
    now: datetime,
    parameters: ParameterTable,
    give_way: GiveWay = next_turn,
) -> int:
    """Make the deliveries of new events and stop what they overtake; return how many deliveries were made.

    One delivery per contact and medium that it chose, whatever the number of routings that lead to it. A corrected or
    withdrawn notice also goes to everybody who received an earlier version (rule X1). What has not left of a version
    that is no longer in force is cancelled; what is under way is marked, so that it is not tried again.
    """
    changed = sorted({decided.subject for decided in events if decided.type in {CORRECTED, WITHDRAWN}})
    if changed:
        await connection.execute(_HOLD, {"notices": changed, "pursued": sorted(state.value for state in PURSUED)})
    asked = await asked_of(connection, events, now, parameters)
    addressed: list[tuple[DecidedEvent, Recipients]] = []
    for decided in events:
        recipients = _recipients(decided.decision)
        if decided.type in {CORRECTED, WITHDRAWN}:
            await _add_receivers(connection, decided, recipients)
        addressed.append((decided, recipients))
    made = await make_deliveries(connection, catalogue, addressed, asked, now, give_way)
    await queue_audiences(connection, events, asked, now)
    notices = sorted({decided.subject for decided in events if decided.notice is not None})
    if notices:
        await _overtake(connection, catalogue, notices, now)
    return made


async def make_deliveries(
    connection: AsyncConnection,
    catalogue: Catalogue,
    addressed: Sequence[tuple[DecidedEvent, Recipients]],
    asked: Mapping[Key, Asked],
    now: datetime,
    give_way: GiveWay = next_turn,
) -> int:
    """Make the deliveries to each contact of each event, by the media that it chose; return how many were made.

    `asked` says of notices by when their recipients are to acknowledge. A notice to thousands is made ready, then
    written, in steps; `give_way` is called between them.
    """
    contacts = {contact for _, recipients in addressed for contact in recipients}
    chosen = await subscriptions_of(connection, contacts)
    webhooks = await active_endpoints(connection, contacts)
    facts = await facts_of(connection, [decided for decided, _ in addressed])
    rows: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    for decided, recipients in addressed:
        wanted = asked.get(decided.key)
        services = {recipient.service for recipient in recipients.values()}
        by_service = {} if wanted is None else {service: wanted.acknowledge_by(service) for service in services}
        for number, (contact, recipient) in enumerate(recipients.items(), start=1):
            if number % STEP == 0:
                await give_way()
            latest = by_service.get(recipient.service) if recipient.duty else None
            ways = _ways(
                facts[decided.key],
                recipient,
                chosen.get(contact, ()),
                webhook=contact in webhooks,
                latest=latest,
                otherwise=AT_ONCE if wanted is None else wanted.rhythm(recipient.rules),
                now=now,
            )
            for way in ways:
                row = _delivery(decided, contact, recipient, way, now)
                row["acknowledge_by"] = latest
                rows.append(row)
                statuses += [status_row(catalogue, change) for change in _told(decided, row)]
    await _put(connection, rows, statuses, give_way)
    return len(rows)


async def _put(
    connection: AsyncConnection, rows: Sequence[dict[str, Any]], statuses: list[dict[str, Any]], give_way: GiveWay
) -> None:
    """Add deliveries with the statuses that tell them, and wake the dispatchers' lanes that got one."""
    if not rows:
        return
    of_contact: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        of_contact[row["contact"]].append(row)
    contacts = sorted(of_contact)  # the order of the locks, and all of a contact at once: see hub.ledger.numbers
    for start in range(0, len(contacts), STEP):
        step = contacts[start : start + STEP]
        await add_deliveries(connection, [row for contact in step for row in of_contact[contact]])
        await give_way()
    for start in range(0, len(statuses), STEP):
        await add_statuses(connection, statuses[start : start + STEP])
        await give_way()
    due = sorted({f"{row['lane']}/{row['medium']}" for row in rows if row["lane"] in LANES})
    if due:
        await connection.execute(_CALL, {"channel": DELIVERIES_CHANNEL, "due": due})


def _ways(
    facts: Facts,
    recipient: Recipient,
    chosen: Sequence[Subscription],
    *,
    webhook: bool,
    latest: datetime | None,
    otherwise: Rhythm,
    now: datetime,
) -> tuple[Way, ...]:
    # Whoever received what has changed must learn it, and at once, also where it had only asked for it.
    received = RECEIVED_RULE in recipient.rules
    return media_for(
        replace(facts, urgency=recipient.urgency, at_once=facts.at_once or received),
        chosen,
        duty=recipient.duty or received,
        webhook=webhook,
        now=now,
        latest=latest,
        otherwise=otherwise,
        territory=load_territory(),
    )


def _recipients(decision: dict[str, Any] | None) -> dict[str, Recipient]:
    recipients: dict[str, Recipient] = {}
    for routing in decision["routings"] if decision else ():
        for contact in routing["recipients"]:
            known = recipients.setdefault(contact, Recipient(routing["service"], routing["role"], routing["cdas"], []))
            known.add(routing["rules"], Urgency(routing["urgency"]))
    return recipients


async def _add_receivers(connection: AsyncConnection, decided: DecidedEvent, recipients: dict[str, Recipient]) -> None:
    data = decided.notice or {}
    version = data["version"] if decided.type == WITHDRAWN else data["version"] - 1
    for row in await connection.execute(_RECEIVERS, {"notice": decided.subject, "version": version}):
        receiver = Recipient(row.service, row.role, row.cdas, [], duty=row.duty)
        recipients.setdefault(row.contact, receiver).add([RECEIVED_RULE])


def _delivery(decided: DecidedEvent, contact: str, recipient: Recipient, way: Way, now: datetime) -> dict[str, Any]:
    medium = way.medium.value
    lane = "urgent" if decided.kind == Kind.URGENCIES.value else "standard"
    # The portal has it as soon as it stands there; a feed is fetched when its reader likes.
    stands = way.medium is Medium.PORTAL
    return {
        "id": delivery_id(decided.source, decided.id, contact, medium),
        "event_source": decided.source,
        "event_id": decided.id,
        "notice": decided.notice and decided.notice["notice"],
        "version": decided.notice and decided.notice["version"],
        "contact": contact,
        "service": recipient.service,
        "role": recipient.role,
        "cdas": recipient.cdas,
        "rules": recipient.rules,
        "medium": medium,
        "lane": "digest" if way.digest else PULL_LANE if way.medium in PULLED else lane,
        "state": (DeliveryStatus.ACCEPTED if stands else DeliveryStatus.SCHEDULED).value,
        "due_at": way.due_at,
        "accepted_at": now if stands else None,
        "directory_revision": decided.directory_revision,
        "created_at": now,
        "duty": recipient.duty,
        "digest": way.digest and way.digest.value,
    }


def _told(decided: DecidedEvent, row: dict[str, Any]) -> Iterator[StatusChange]:
    states = [DeliveryStatus.SCHEDULED.value]
    if row["state"] == DeliveryStatus.ACCEPTED.value:  # by every step of the life of a delivery, as by any medium
        states += [DeliveryStatus.SENDING.value, row["state"]]
    for state in states:
        yield StatusChange(
            delivery=row["id"],
            event_source=decided.source,
            event_id=decided.id,
            subject=decided.subject,
            correlationid=decided.correlationid,
            contact=row["contact"],
            service=row["service"],
            role=row["role"],
            medium=row["medium"],
            status=state,
            reason=None,
            attempt=0,
            at=row["created_at"],
            acknowledge_by=row["acknowledge_by"] if state == DeliveryStatus.SCHEDULED.value else None,
        )


async def _overtake(connection: AsyncConnection, catalogue: Catalogue, notices: Sequence[str], now: datetime) -> None:
    due = sorted(state.value for state in DUE)
    parameters = {
        "notices": list(notices),
        "due": due,
        "pursued": [*due, DeliveryStatus.SENDING.value],
        "withdrawn": DeliveryReason.NOTICE_WITHDRAWN.value,
        "corrected": DeliveryReason.NOTICE_CORRECTED.value,
        "now": now,
    }
    stopped = [
        StatusChange(
            delivery=UUID(str(row.id)),
            event_source=row.event_source,
            event_id=row.event_id,
            subject=row.subject,
            correlationid=row.correlationid,
            contact=row.contact,
            service=row.service,
            role=row.role,
            medium=row.medium,
            status=row.state,
            reason=row.reason,
            attempt=row.attempt,
            at=now,
        )
        for row in await connection.execute(_OVERTAKE, parameters)
        if row.state == DeliveryStatus.CANCELLED.value
    ]
    await add_statuses(connection, [status_row(catalogue, change) for change in stopped])
    await connection.execute(_ASK_NO_MORE, {"notices": list(notices)})
