"""Who gets the weekly letter: each administrator once a week, whatever the number of processes and restarts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NOBODY: Final = ""  # the week in which a ledger began: its letter goes to nobody
_BEGIN: Final = text("""
insert into weekly_letter (week, contact, sent_at, claimed_until)
select :week, :nobody, cast(:now as timestamptz), cast(:now as timestamptz)
where not exists (select from weekly_letter)
on conflict do nothing
""")
_CLAIM: Final = text("""
insert into weekly_letter (week, contact, claimed_until)
select :week, n.contact, cast(:until as timestamptz) from unnest(cast(:contacts as text[])) as n (contact)
where not exists (select from weekly_letter w where w.week = :week and w.contact = :nobody)
order by n.contact
on conflict (week, contact) do update set claimed_until = excluded.claimed_until
where weekly_letter.sent_at is null and weekly_letter.claimed_until <= cast(:now as timestamptz)
returning contact
""")
_SENT: Final = text("update weekly_letter set sent_at = :now where week = :week and contact = :contact")


async def claim_letters(
    connection: AsyncConnection, week: str, contacts: Sequence[str], *, now: datetime, until: datetime
) -> list[str]:
    """The contacts to which this process sends the letter of a week now; another may try those after `until`.

    A ledger's first letter is that of the week after the one in which it was first asked: nobody is written to because
    a hub was set up.
    """
    await connection.execute(_BEGIN, {"week": week, "now": now, "nobody": _NOBODY})
    claim = {"week": week, "contacts": sorted(contacts), "now": now, "until": until, "nobody": _NOBODY}
    return sorted((await connection.execute(_CLAIM, claim)).scalars())


async def letter_sent(connection: AsyncConnection, week: str, contact: str, now: datetime) -> None:
    """Say that a contact needs no further attempt this week."""
    await connection.execute(_SENT, {"week": week, "contact": contact, "now": now})
