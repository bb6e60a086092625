"""The notices of feeds as they stand: of a contact's inbox, or the public ones of a territory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from hub.domain.vocabulary import WarningCode


@dataclass(frozen=True, slots=True)
class StandingNotice:
    """The newest version of a notice, and whether it was withdrawn.

    `first_at`, `changed_at`: when the ledger learnt of the first version, and of this one or the withdrawal.
    `decided_at`: when the hub decided where this version, or the withdrawal, goes.
    """

    notice: str
    version: int
    corrected: bool
    withdrawn: bool
    issuer: str
    code: str
    title: str
    summary: str
    published_on: date
    effective_on: date
    not_prior: bool
    first_at: datetime
    changed_at: datetime
    decided_at: datetime


_STANDING = """
select v.notice, v.version, v.issuer, v.code, v.title, v.summary, v.published_on, v.effective_on, v.warnings,
  h.first_at, h.versions > 1 as corrected, w.notice is not null as withdrawn,
  coalesce(we.recorded_at, e.recorded_at) as changed_at, coalesce(we.decided_at, e.decided_at) as decided_at
from (
  select n.notice, max(n.version) as newest, count(*) as versions, min(f.recorded_at) as first_at,
    max(f.confidentiality) as confidentiality
  from notice_version n join event f on f.source = n.source and f.id = n.event_id
  {of}
  group by n.notice
) h
join notice_version v on v.notice = h.notice and v.version = h.newest
join event e on e.source = v.source and e.id = v.event_id
left join lateral (
  select * from notice_withdrawal x where x.notice = v.notice and x.version >= v.version order by x.version limit 1
) w on true
left join event we on we.source = w.source and we.id = w.event_id
where {where}
order by changed_at desc, v.notice
limit :limit
"""
# A notice of which any version named internal contacts (C1) is not public.
_PUBLIC = text(
    _STANDING.format(
        of="",
        where="""
h.confidentiality = 'C0' and (
  :everywhere or (cardinality(v.communes) = 0 and cardinality(v.epci) = 0)
  or v.communes && :communes or v.epci && :epci
)
""",
    )
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("communes", "epci")))
_NAMED = text(_STANDING.format(of="where n.notice = any(:notices)", where="true")).bindparams(
    bindparam("notices", type_=ARRAY(Text))
)


async def public_notices(
    connection: AsyncConnection, places: tuple[Sequence[str], Sequence[str]] | None, limit: int
) -> list[StandingNotice]:
    """At most `limit` public notices of a territory, the last changed first.

    `places`: codes of its communes and of its EPCI; None: the whole département, so every public notice. Whatever
    names no place is for everywhere.
    """
    communes, epci = places or ((), ())
    parameters = {"everywhere": places is None, "communes": list(communes), "epci": list(epci), "limit": limit}
    return [_standing(row) for row in (await connection.execute(_PUBLIC, parameters)).mappings()]


async def named_notices(connection: AsyncConnection, notices: Sequence[str], limit: int) -> list[StandingNotice]:
    """At most `limit` of these notices, the last changed first, however confidential: for who received them."""
    parameters = {"notices": list(notices), "limit": limit}
    return [_standing(row) for row in (await connection.execute(_NAMED, parameters)).mappings()]


def _standing(row: RowMapping) -> StandingNotice:
    return StandingNotice(
        notice=row["notice"],
        version=row["version"],
        corrected=row["corrected"],
        withdrawn=row["withdrawn"],
        issuer=row["issuer"],
        code=row["code"],
        title=row["title"],
        summary=row["summary"],
        published_on=row["published_on"],
        effective_on=row["effective_on"],
        not_prior=WarningCode.NOT_PRIOR.value in row["warnings"],
        first_at=row["first_at"],
        changed_at=row["changed_at"],
        decided_at=row["decided_at"],
    )
