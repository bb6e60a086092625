"""The versions of the notice matrix: who proposed and approved each, and which one is in force on a day (R28).

Version 0 is the proposal that ships with the hub. It is in force until both institutions have agreed on another; they
may agree on it as it stands, by proposing it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hub.domain.notices.matrix import Rows
from hub.domain.vocabulary import Institution, Labelled

SHIPPED: Final = 0
"""The number of the version that ships."""

SIDES: Final = (Institution.CAF, Institution.CD35)
"""Who has to approve."""


class MatrixAct(Labelled):
    """What is done to a version."""

    PROPOSED = "PROPOSED", "proposée"
    APPROVED = "APPROVED", "approuvée"
    REFUSED = "REFUSED", "refusée"
    APPLIED = "APPLIED", "adoptée"


class VersionState(Labelled):
    """Where a version stands on a day."""

    PROPOSED = "PROPOSED", "proposée"
    ADOPTED = "ADOPTED", "adoptée, pas encore en vigueur"
    IN_FORCE = "IN_FORCE", "en vigueur"
    REPLACED = "REPLACED", "remplacée"
    REFUSED = "REFUSED", "refusée"


class VersionActRefused(ValueError):
    """A version is in no state for this act; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: when, by whom, and for which institution where it is one side's."""

    at: datetime
    who: str
    what: MatrixAct
    side: Institution | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version. `valid_from`: the day proposed; `in_force_from`: the day it takes force, None until it is applied."""

    number: int
    valid_from: date
    rows: Rows
    in_force_from: date | None = None
    acts: tuple[Act, ...] = ()

    def approval(self, side: Institution) -> Act | None:
        """The approval of one side, if it gave it."""
        return next((act for act in self.acts if act.what is MatrixAct.APPROVED and act.side is side), None)

    @property
    def refused(self) -> bool:
        """Whether one side refused it."""
        return any(act.what is MatrixAct.REFUSED for act in self.acts)


def in_force_on(versions: Iterable[Version], day: date) -> Version:
    """The version in force on a day: of those that took force by then, the latest, the higher number on the same day.

    `versions` hold the shipped one, which has always been in force.
    """
    begun = [v for v in versions if v.in_force_from is not None and v.in_force_from <= day]
    return max(begun, key=lambda version: (version.in_force_from or date.min, version.number))


def state_on(versions: Sequence[Version], version: Version, day: date) -> VersionState:
    """Where a version stands on a day."""
    if version.refused:
        return VersionState.REFUSED
    if version.in_force_from is None:
        return VersionState.PROPOSED
    if version.in_force_from > day:
        return VersionState.ADOPTED
    return VersionState.IN_FORCE if in_force_on(versions, day) is version else VersionState.REPLACED


def check_approval(version: Version, side: Institution, who: str) -> None:
    """Raise VersionActRefused unless `who` may approve for a side now: once for each side, by two people."""
    _check_open(version)
    given = version.approval(side)
    if given is not None:
        msg = f"La version {version.number} est déjà approuvée pour {side.label}, par {given.who}."
        raise VersionActRefused(msg)
    if any(act.what is MatrixAct.APPROVED and act.who == who for act in version.acts):
        msg = f"{who} a approuvé la version {version.number} pour l’autre institution : il faut une autre personne."
        raise VersionActRefused(msg)


def check_refusal(version: Version) -> None:
    """Raise VersionActRefused unless the version can still be refused."""
    _check_open(version)


def check_application(versions: Iterable[Version], version: Version) -> None:
    """Raise VersionActRefused unless both sides approved, and nothing newer was applied meanwhile."""
    _check_open(version)
    missing = [side.label for side in SIDES if version.approval(side) is None]
    if missing:
        msg = f"La version {version.number} n’est pas approuvée pour : {', '.join(missing)}."
        raise VersionActRefused(msg)
    newer = max((v.number for v in versions if v.in_force_from is not None), default=SHIPPED)
    if newer > version.number:
        msg = f"La version {newer}, plus récente, est déjà adoptée : il faut proposer à nouveau celle-ci."
        raise VersionActRefused(msg)


def _check_open(version: Version) -> None:
    if version.number == SHIPPED:
        msg = "La version 0 est livrée avec le hub : pour l’approuver, il faut d’abord la proposer."
        raise VersionActRefused(msg)
    if version.refused:
        msg = f"La version {version.number} est refusée."
        raise VersionActRefused(msg)
    if version.in_force_from is not None:
        msg = f"La version {version.number} est déjà adoptée."
        raise VersionActRefused(msg)
