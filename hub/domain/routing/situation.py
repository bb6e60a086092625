"""What the rules read of a situation, and nothing else: every other field of an event passes them by.

A situation is read once, on one day: dates become how long ago they were, the commune becomes a home CDAS. What is left
are symbols, so that equal situations share their answer.
"""

from datetime import date
from enum import Enum
from typing import Any, Final, NamedTuple

from hub.domain.calendar.dates import Elapsed, Unpaid, elapsed, unpaid
from hub.domain.calendar.line import Line
from hub.domain.directory.contacts import Directory
from hub.domain.directory.territory import DEPARTEMENT_PREFIX
from hub.domain.events import Data
from hub.domain.routing.situation_vocabulary import (
    BenefitFamily,
    ChildProtection,
    EmitterService,
    SupportedBy,
    SupportStatus,
)


class Place(Enum):
    """Where the household lives, as far as the convention asks (C18)."""

    HERE = "in the département"
    OUTSIDE = "outside the département"
    NOT_GIVEN = "not given"


class Home(NamedTuple):
    """The home CDAS of the household.

    `code` is None where the map does not know it. `by_emitter` says that the emitter's CDAS stands for it, the commune
    not being given (C18).
    """

    code: str | None
    by_emitter: bool = False


class Emitter(NamedTuple):
    """Who asks."""

    service: str
    cdas: str | None
    cdap_access: bool
    cdap_consulted: bool

    @property
    def is_cdas(self) -> bool:
        """Whether a CDAS asks."""
        return self.service in _CDAS_SERVICES


class Support(NamedTuple):
    """One accompaniment, open or closed."""

    by: str
    cdas: str | None
    status: str
    same_event: bool
    worker_absent: bool

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.status == SupportStatus.OPEN


class LifeEvent(NamedTuple):
    """A life event and how long ago it was; `declared_only` where only the day of its declaration is known."""

    kind: str
    planned: bool
    elapsed: Elapsed
    declared_only: bool


class Benefit(NamedTuple):
    """What happened to a benefit."""

    family: str
    change: str
    unpaid: Unpaid


class Situation(NamedTuple):
    """The situation of a household, on one day."""

    emitter: Emitter
    need: str | None
    autonomous: bool | None
    beneficiary: str
    scheme: str
    child: str
    place: Place
    home: Home | None
    life_event: LifeEvent | None
    support: tuple[Support, ...]
    support_asked: bool
    child_protection: str
    benefit: Benefit | None
    line: Line | None

    @property
    def protection_known(self) -> bool:
        """Whether the CDAS knows the household for child protection."""
        return self.child_protection == ChildProtection.KNOWN_TO_CDAS

    @property
    def open_support(self) -> tuple[Support, ...]:
        """The accompaniments that go on; child protection known to the CDAS counts as one of the CDAS."""
        found = tuple(entry for entry in self.support if entry.is_open)
        if self.protection_known and not any(entry.by == SupportedBy.CD35 for entry in found):
            return (*found, _CHILD_PROTECTION_WORKER)
        return found

    @property
    def followed_by_caf(self) -> bool:
        """Whether the CAF social work service accompanies the household."""
        return any(entry.is_open and entry.by == SupportedBy.CAF for entry in self.support)

    def closed_by_caf(self, *, same_event: bool) -> bool:
        """Whether the CAF closed an accompaniment for this life event, or for another one."""
        return any(
            entry.by == SupportedBy.CAF and entry.status == SupportStatus.CLOSED and entry.same_event is same_event
            for entry in self.support
        )


def read_situation(data: Data, on: date, directory: Directory | None, line: Line | None) -> Situation:
    """Read the fields that `Situation` names (contract, section 3) as they stand on the day `on`."""
    emitter = read_emitter(data["emitter"])
    household = data["household"]
    place, home = locate(household["commune"], emitter, on, directory)
    support = data["support"]
    return Situation(
        emitter,
        data["need"],
        data["autonomous"],
        household["caf_beneficiary"],
        household["scheme"],
        household["dependent_child"],
        place,
        home,
        _life_event(data["life_event"], on),
        () if not support else _supports(support),
        support is not None,
        data["child_protection"],
        _benefit(data["benefit"], on),
        line,
    )


def read_emitter(data: Data) -> Emitter:
    """Read who asks."""
    return Emitter(data["service"], data["cdas"], data["cdap_access"], data["cdap_consulted"])


def locate(commune: str | None, emitter: Emitter, on: date, directory: Directory | None) -> tuple[Place, Home | None]:
    """Where the household lives and its home CDAS, as the head of the contract's section 5 defines them."""
    if commune is None:
        return Place.NOT_GIVEN, None if emitter.cdas is None else Home(emitter.cdas, by_emitter=True)
    if not commune.startswith(DEPARTEMENT_PREFIX):
        return Place.OUTSIDE, None
    return Place.HERE, Home(None if directory is None else directory.home_cdas(commune, on))


def _supports(entries: list[dict[str, Any]]) -> tuple[Support, ...]:
    return tuple(
        Support(entry["by"], entry["cdas"], entry["status"], entry["same_event"], entry["worker_absent"])
        for entry in entries
    )


def _life_event(data: Data | None, on: date) -> LifeEvent | None:
    if data is None:
        return None
    day, declared = data["date"], data["declared_on"]
    declared_only = day is None and declared is not None
    return LifeEvent(data["kind"], data["planned"], elapsed(declared if declared_only else day, on), declared_only)


def _benefit(data: Data | None, on: date) -> Benefit | None:
    if data is None:
        return None
    family = data["code"] if data["code"] in _NAMED_BENEFITS else BenefitFamily.OTHER.value
    return Benefit(family, data["change"], unpaid(data["since"], on))


_CDAS_SERVICES: Final = frozenset({EmitterService.CDAS_RECEPTION, EmitterService.CDAS_SOCIAL_WORKER})
_NAMED_BENEFITS: Final = frozenset({"AAH", "RSA"})
_CHILD_PROTECTION_WORKER: Final = Support(
    SupportedBy.CD35, None, SupportStatus.OPEN, same_event=False, worker_absent=False
)
