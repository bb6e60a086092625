"""What a contact chose: by which media, and when, each thing reaches it; and what it wants to read beside its duty.

A contact holds any number of rows. Those of basis DUTY say how what the convention sends it reaches it: they choose
media, never whether. Those of basis CHOICE ask for notices that the convention does not send it, and may be taken back.
Where several rows of a basis fit, the one with the most criteria counts; their order never matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm
from hub.domain.directory.territory import Territory
from hub.domain.vocabulary import Kind, Labelled, Medium, NoticeCode, Urgency

CHOOSABLE_KINDS: Final = (Kind.NOTICES, Kind.REFERRALS, Kind.URGENCIES)
CHOOSABLE_CODES: Final = tuple(code for code in NoticeCode if code is not NoticeCode.X1)
"""A correction keeps the code of its notice: X1 is a row of the matrix, never the code of an event that is chosen."""

AT_ONCE_CODES: Final = frozenset({NoticeCode.O2, NoticeCode.L5})
"""Rows of the notice matrix to be told at once: no digest holds them back."""

PUSH: Final = frozenset({Medium.MAIL, Medium.WEBHOOK})
"""Media that reach a contact which looks at nothing."""


class Basis(Labelled):
    """Why something reaches a contact."""

    DUTY = "DUTY", "prévu par la convention"
    CHOICE = "CHOICE", "demandé en plus"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One row of a contact's choices; an empty or absent criterion fits everything.

    `communes` (INSEE codes) and `epci` (SIREN) are one criterion, the territory. `media` empty: nothing is wanted
    (basis CHOICE only). `rhythm` is that of the mails about notices; every other medium carries its message at once.
    """

    basis: Basis
    media: frozenset[Medium]
    rhythm: Rhythm = AT_ONCE
    kind: Kind | None = None
    codes: frozenset[NoticeCode] = frozenset()
    benefits: frozenset[str] = frozenset()
    communes: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    urgency: Urgency | None = None

    @property
    def criteria(self) -> tuple[object, ...]:
        """The criteria, for comparison: two rows of one basis with the same ones contradict each other."""
        return self.kind, self.codes, self.benefits, frozenset(self.communes), frozenset(self.epci), self.urgency

    @property
    def precision(self) -> int:
        """How many criteria are given."""
        given = (self.kind, self.codes, self.benefits, self.communes or self.epci, self.urgency)
        return sum(bool(criterion) for criterion in given)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an event when its deliveries are made; nothing of a person.

    `code`, `benefits`, territory and `effective_on` are those of a notice; `communes` and `epci` empty: the whole
    département. `code` None: the notice is known by its reference only. `at_once`: it waits for no digest.
    """

    kind: Kind
    urgency: Urgency = Urgency.NONE
    code: NoticeCode | None = None
    benefits: frozenset[str] = frozenset()
    communes: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    effective_on: date | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a contact's rows come to for one event."""

    media: frozenset[Medium]
    rhythm: Rhythm


def fits(row: Subscription, facts: Facts, territory: Territory) -> bool:
    """Whether every criterion of the row holds; one that only a notice can meet fits no situation."""
    if row.kind is not None and row.kind is not facts.kind:
        return False
    if row.urgency is not None and row.urgency is not facts.urgency:
        return False
    if row.codes and facts.code not in row.codes:
        return False
    if row.benefits and row.benefits.isdisjoint(facts.benefits):
        return False
    if not (row.communes or row.epci):
        return True
    if facts.kind is not Kind.NOTICES:
        return False
    wanted, concerned = territory.spread(row.communes, row.epci), territory.spread(facts.communes, facts.epci)
    return not concerned or territory.meet(wanted, concerned)


def wish(rows: Iterable[Subscription], basis: Basis, facts: Facts, territory: Territory) -> Wish | None:
    """What the rows of a basis come to for an event; None when none of them fits.

    Of rows with equally many criteria: all their media, and the earliest rhythm; of choices, one that wants nothing
    wins.
    """
    fitting = [row for row in rows if row.basis is basis and fits(row, facts, territory)]
    if not fitting:
        return None
    most = max(row.precision for row in fitting)
    best = [row for row in fitting if row.precision == most]
    if any(not row.media for row in best):
        return Wish(frozenset(), AT_ONCE)
    return Wish(frozenset().union(*(row.media for row in best)), min((row.rhythm for row in best), key=_slowness))


def _slowness(rhythm: Rhythm) -> tuple[int, int, int]:
    return list(Pace).index(rhythm.pace), rhythm.weekday or 0, rhythm.hour or 0


def of_contact(rows: Sequence[Subscription], basis: Basis) -> tuple[Subscription, ...]:
    """The rows of a basis, the most general first."""
    return tuple(sorted((row for row in rows if row.basis is basis), key=lambda row: row.precision))
