"""What the auditor looks for: open urgencies without a valid next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.vocabulary import Labelled

GRACE: Final = timedelta(seconds=60)
"""How long something may be under way before it is a fault."""

_LOOKED_BACK: Final = timedelta(days=7)


class EscalationFault(Labelled):
    """What can be wrong with the escalation of an open urgency: also a metric label."""

    MISSING = "MISSING", "aucune chaîne de relances"
    NOT_STARTED = "NOT_STARTED", "le délai n’a pas commencé à courir"
    NO_NEXT_STEP = "NO_NEXT_STEP", "aucune étape suivante"
    OVERDUE = "OVERDUE", "étape en retard"


@dataclass(frozen=True, slots=True)
class Fault:
    """One open urgency that would not climb: the row of its escalation, or of one to be opened."""

    kind: EscalationFault
    row: Mapping[str, Any]


_MISSING = text("""
select distinct on (e.source, e.id, r ->> 'purpose')
  e.source as event_source, e.id as event_id, e.subject, e.type, r ->> 'purpose' as purpose, r ->> 'urgency' as urgency,
  e.directory_revision
from event e
cross join lateral jsonb_array_elements(coalesce(e.decision -> 'routings', '[]')) r
where e.kind = 'urgencies' and e.decision is not null
  and e.recorded_at between :since and :until
  and not (r ->> 'service' = 'EXTERNAL_REFERENT' and r -> 'recipients' = '[]')
  and (e.type = 'child_protection.reported' or r ->> 'urgency' in ('BENEFIT', 'SOCIAL'))
  and not exists (
    select from escalation x
    where x.event_source = e.source and x.event_id = e.id and x.purpose = r ->> 'purpose'
  )
  and not exists (
    select from delivery d join acknowledgement a on a.delivery = d.id and a.kind = 'TAKEN_IN_CHARGE'
    where d.event_source = e.source and d.event_id = e.id
  )
order by e.source, e.id, r ->> 'purpose'
limit 100
""")

_FAULTY = text("""
select x.id, x.nature,
  case
    when x.state = 'OPEN' then 'NOT_STARTED'
    when min(s.due_at) is null then 'NO_NEXT_STEP'
    else 'OVERDUE'
  end as fault
from escalation x
left join escalation_step s on s.escalation = x.id and s.state = 'WAITING'
where (x.state = 'OPEN' and x.created_at < :until) or x.state = 'RUNNING'
group by x.id
having x.state = 'OPEN' or min(s.due_at) is null or min(s.due_at) < :until
order by x.id
limit 100
""")


async def audit(connection: AsyncConnection, now: datetime) -> list[Fault]:
    """Every open urgency without a valid next step; at most a hundred of each sort at a time."""
    window = {"since": now - _LOOKED_BACK, "until": now - GRACE}
    missing = (await connection.execute(_MISSING, window)).mappings()
    faulty = (await connection.execute(_FAULTY, {"until": now - GRACE})).mappings()
    return [
        *(Fault(EscalationFault.MISSING, dict(row)) for row in missing),
        *(Fault(EscalationFault(row["fault"]), dict(row)) for row in faulty),
    ]


async def count_open(connection: AsyncConnection) -> dict[str, int]:
    """How many escalations are in each state, without those that ended."""
    counted = await connection.execute(
        text("select state, count(*) from escalation where state <> 'ENDED' group by state")
    )
    return dict.fromkeys(("OPEN", "RUNNING", "EXHAUSTED"), 0) | dict(counted.all())
