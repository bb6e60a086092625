"""Whose inboxes there are: the contacts for whom a system may act, and how far each inbox counts."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text


@dataclass(frozen=True, slots=True)
class Holders:
    """Contacts of one institution: those named, and those of services, each with the code of a CDAS or None for all.

    `institution` None: of whatever institution.
    """

    institution: str | None
    contacts: Collection[str]
    services: Collection[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox of a contact; `last`: the last number of each of its sequences, INBOX for the items."""

    contact: str
    label: str
    service: str
    role: str
    cdas: str | None
    last: dict[str, int]


_INBOXES = text("""
select c.ref, c.label, c.service, c.role, c.cdas,
  coalesce((select jsonb_object_agg(s.sequence, s.last) from delivery_sequence s where s.contact = c.ref), '{}') as last
from contact c
where (cast(:institution as text) is null or c.institution = :institution) and c.ref > :after
  and (
    c.ref = any(:contacts)
    or exists (
      select from unnest(:services, :cdas) as w (service, cdas)
      where c.service = w.service and (w.cdas = '' or c.cdas = w.cdas)
    )
  )
order by c.ref
limit :limit
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("contacts", "services", "cdas")))


async def inboxes(connection: AsyncConnection, holders: Holders, *, after: str = "", limit: int = 100) -> list[Inbox]:
    """At most `limit` inboxes whose contact's reference comes after `after`, in that order."""
    found = await connection.execute(_INBOXES, _parameters(holders) | {"after": after, "limit": limit})
    return [Inbox(row.ref, row.label, row.service, row.role, row.cdas, row.last) for row in found]


async def holds(connection: AsyncConnection, holders: Holders, contact: str) -> bool:
    """Whether a contact is one of them, as the directory stands now."""
    parameters = _parameters(holders) | {"contact": contact}
    return bool(await connection.scalar(_HOLDS, parameters))


_HOLDS = text("""
select exists (
  select from contact c
  where (cast(:institution as text) is null or c.institution = :institution) and c.ref = :contact
    and (
      c.ref = any(:contacts)
      or exists (
        select from unnest(:services, :cdas) as w (service, cdas)
        where c.service = w.service and (w.cdas = '' or c.cdas = w.cdas)
      )
    )
)
""").bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("contacts", "services", "cdas")))


def _parameters(holders: Holders) -> dict[str, object]:
    return {
        "institution": holders.institution,
        "contacts": list(holders.contacts),
        "services": [service for service, _ in holders.services],
        "cdas": [cdas or "" for _, cdas in holders.services],
    }
