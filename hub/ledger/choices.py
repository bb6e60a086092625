"""Who asked for a notice beside those to whom the convention and the notice matrix send it."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.subscriptions.rows import Basis, wish
from hub.domain.vocabulary import Confidentiality, Institution, Kind
from hub.ledger.decided import DecidedEvent
from hub.ledger.facts import facts_of
from hub.ledger.schedule import Recipient, Recipients
from hub.ledger.subscriptions import subscriptions_by_basis
from hub.ledger.tables import contact

_READERS: Final = {
    Confidentiality.C0.value: frozenset(Institution),
    Confidentiality.C1.value: frozenset({Institution.CAF, Institution.CD35}),
}
"""The institutions whose contacts may ask for a notice of each level: public ones everybody, internal ones the two
institutions, anything else nobody."""


async def chosen_by(connection: AsyncConnection, decided: DecidedEvent, already: Collection[str]) -> Recipients:
    """The contacts that asked for a notice, apart from `already`; none for an event that is no notice.

    They stand in the directory on the day of the event, and have not opted out. By which media each is told, and when,
    is the choice of `media_for`.
    """
    readers = _READERS.get(decided.confidentiality, frozenset())
    if decided.kind != Kind.NOTICES.value or not readers:
        return {}
    chosen = await subscriptions_by_basis(connection, Basis.CHOICE)
    facts = (await facts_of(connection, [decided]))[decided.key]
    territory = load_territory()
    fitting = []
    for reference, rows in chosen.items():
        found = wish(rows, Basis.CHOICE, facts, territory)
        if reference not in already and found is not None and found.media:
            fitting.append(reference)
    if not fitting:
        return {}
    today = decided.time.astimezone(paris()).date()
    stands = and_(contact.c.valid_from <= today, or_(contact.c.valid_to.is_(None), contact.c.valid_to >= today))
    standing_contacts = await connection.execute(
        select(contact.c.ref, contact.c.service, contact.c.role, contact.c.cdas)
        .where(
            contact.c.ref.in_(fitting),
            stands,
            ~contact.c.opted_out,
            contact.c.institution.in_(sorted(one.value for one in readers)),
        )
        .order_by(contact.c.ref)
    )
    return {row.ref: Recipient(row.service, row.role, row.cdas, [], duty=False) for row in standing_contacts}
