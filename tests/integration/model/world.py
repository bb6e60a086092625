"""The small world that the machine moves: a ledger, its clock, a directory of eight contacts, two dispatchers."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_parameters, load_territory
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.schedule import schedule_of
from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Kind, Medium
from hub.health import Health
from hub.ledger.claimed import Claim
from hub.ledger.contacts import ABSENCE, CONTACT, DirectoryRecord, apply_directory, directory_revision
from hub.ledger.decided import DecidedEvent
from hub.ledger.directory_view import DirectoryView, DirectoryViews
from hub.ledger.escalations import EscalationPolicy
from hub.ledger.subscriptions import replace_subscriptions
from hub.settings import Settings
from tests.integration.ledger.decided_building import notice, routing
from tests.timeline.timeline import TOPIC, Person, at, urgency

START: Final = "2026-03-27 15:30"  # the Friday before the night of summer time
LEASE: Final = timedelta(seconds=60)
PEOPLE: Final = (
    Person("worker", "CDAS/SOCIAL_WORKER", "CDAS-01", deputy="colleague"),
    Person("colleague", "CDAS/SOCIAL_WORKER", "CDAS-01"),
    Person("other", "CDAS/SOCIAL_WORKER", "CDAS-01", deputy="worker"),
    Person("mailbox", "CDAS/GENERIC_MAILBOX", "CDAS-01"),
    Person("manager", "CDAS/MANAGER", "CDAS-01"),
    Person("caf-referent", "CAF_REFERENTS/REFERENT", institution="CAF"),
    Person("cd35-referent", "CD35_SOCIAL_LIFE_REFERENTS/REFERENT"),
    Person("actor", "ASIP/ACTOR", institution="PARTNER"),
)
_DAILY: Final = Subscription(Basis.DUTY, frozenset({Medium.MAIL}), Rhythm(Pace.DAILY, 8), kind=Kind.NOTICES)
_URGENCIES: Final[tuple[tuple[str, Mapping[str, Sequence[str]]], ...]] = (
    # the event's kind, and the contacts asked for each purpose
    ("social_urgency", {"URGENT_RESPONSE": ("worker",)}),
    ("social_urgency", {"URGENT_RESPONSE": ("worker", "other")}),
    ("benefit_urgency", {"URGENT_RESPONSE": ("worker",), "SUPPORT": ("mailbox",)}),
    ("child_protection", {"CONTINUITY": ("worker", "colleague")}),
    ("social_urgency", {"URGENT_RESPONSE": ()}),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A claim in the hands of a dispatcher, and until when it is its own."""

    claim: Claim
    dispatcher: str
    until: datetime


@dataclass(slots=True)
class World:
    """What the machine remembers beside the ledger: time, what was published and to whom, what is in flight.

    `purposes`: of each delivery that a routing or a redirection made, what its recipient is asked for.
    """

    settings: Settings
    now: datetime = field(default_factory=lambda: at(START))
    held: list[Held] = field(default_factory=list)
    published: list[DecidedEvent] = field(default_factory=list)
    deliveries: list[UUID] = field(default_factory=list)
    numbers: int = 0
    redirected: dict[UUID, UUID] = field(default_factory=dict)
    policy: EscalationPolicy = field(default_factory=lambda: EscalationPolicy(load_parameters()))

    def clock(self) -> datetime:
        """The time; it never stands still, so that no two acts share an instant."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def number(self) -> int:
        """A number that was not given before."""
        self.numbers += 1
        return self.numbers

    def attempts(self) -> Attempts:
        """What says what an attempt's result means, with the shipped schedule."""
        return Attempts({}, schedule_of(self.settings), "https://hub.example", Health("dispatcher"), self.clock)

    async def view(self, connection: AsyncConnection) -> DirectoryView:
        """The directory as an escalation's step reads it."""
        return await DirectoryViews(load_territory()).read(connection)

    async def settle_in(self, connection: AsyncConnection) -> None:
        """Fill the directory; the mailbox reads its notices in a daily digest."""
        await apply(connection, [(one.contact, one.data(), CONTACT) for one in PEOPLE], self.clock())
        await replace_subscriptions(connection, "mailbox", [_DAILY], by="mailbox", now=self.clock())

    def urgency(self, choice: int) -> DecidedEvent:
        """A new urgency."""
        kind, asked = _URGENCIES[choice % len(_URGENCIES)]
        made = [urgency(*contacts, kind=kind, purpose=purpose) for purpose, contacts in asked.items()]
        routings = [one.decision["routings"][0] for one in made if one.decision is not None]
        number = self.number()
        return replace(
            made[0], id=f"urgency-{number}", subject=f"S-{number}", correlationid=f"S-{number}", offset=number,
            value_sha256=hashlib.sha256(str(number).encode()).digest(),
            decision={"outcome": "ROUTED", "routings": routings},
        )  # fmt: skip

    def handled(self, of: DecidedEvent) -> DecidedEvent:
        """An institution's own system says that it has a situation."""
        number = self.number()
        name = {"benefit_urgency.reported": "benefit_urgency.handled"}.get(of.type, "social_urgency.taken_in_charge")
        return replace(
            of, id=f"handled-{number}", type=name, decision=None, causationid=of.id, offset=number,
            value_sha256=hashlib.sha256(str(number).encode()).digest(),
        )  # fmt: skip

    def notice(self, to: Sequence[str], *, kind: str = "published", of: str = "", version: int = 1) -> DecidedEvent:
        """A new notice, or a correction or withdrawal of one."""
        number = self.number()
        given: dict[str, Any] = {} if kind == "withdrawn" else {"effective_on": date(2026, 4, 2)}
        made = notice(
            f"notice-{number}", routing(list(to)), kind=kind, reference=of or f"N-{number}", version=version, **given
        )
        return replace(made, directory_revision=1, time=self.now, offset=number)


async def apply(connection: AsyncConnection, records: Sequence[tuple[str, Any, str]], now: datetime) -> None:
    """Let the directory's topic say more."""
    offset = await directory_revision(connection, TOPIC)
    rows = [DirectoryRecord(offset + more, key, data, kind) for more, (key, data, kind) in enumerate(records)]
    await apply_directory(connection, TOPIC, rows, now)


def absence(contact: str, now: datetime, deputy: str | None) -> tuple[str, dict[str, Any], str]:
    """The record of an absence from today on, for four days."""
    first = now.date()
    data = {"contact": contact, "from": first, "to": first + timedelta(days=4), "deputy": deputy}
    return f"absence-{contact}", data, ABSENCE
