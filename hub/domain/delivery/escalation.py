"""Escalation: who is asked after whom, and when, for as long as nobody takes an urgency in charge.

The chain of a service is a few rows of a table; the waits and the opening hours are parameters of the two institutions.
A plan is made once, when the clock starts, and says who each step is and at which instant it is due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.directory.absence import stand_in
from hub.domain.directory.contacts import Directory
from hub.domain.vocabulary import Institution, Labelled, Role, Service, Urgency

REPEATS: Final = 3
"""How often the administrators are reminded before the chain ends without an answer."""


class Rank(Labelled):
    """The steps of every chain, in order; before them, the contact that the decision names was asked."""

    SUBSTITUTE = "SUBSTITUTE", "suppléant"
    SECRETARIAT = "SECRETARIAT", "secrétariat"
    MANAGER = "MANAGER", "responsable"
    ADMINISTRATORS = "ADMINISTRATORS", "administrateurs des deux institutions"
    REPEAT = "REPEAT", "rappel aux administrateurs"


class StepReason(Labelled):
    """Why a step is due when it is, or why it asks nobody."""

    NOT_TAKEN = "NOT_TAKEN", "personne n’a pris en charge dans le délai"
    CONTACT_ABSENT = "CONTACT_ABSENT", "contact absent : étape sans attendre"
    SERVICE_CLOSED = "SERVICE_CLOSED", "service fermé : étape sans attendre"
    STEP_BEFORE_EMPTY = "STEP_BEFORE_EMPTY", "étape précédente sans destinataire : étape sans attendre"
    STEP_BEFORE_FAILED = "STEP_BEFORE_FAILED", "étape précédente injoignable : étape sans attendre"
    NOBODY = "NOBODY", "personne à solliciter"
    ALREADY_ASKED = "ALREADY_ASKED", "déjà sollicité à une étape précédente"
    ALL_ABSENT = "ALL_ABSENT", "absents, sans suppléant présent"


class Nature(Labelled):
    """What kind of urgency climbs: it sets the waits, the clock and the administrators."""

    BENEFIT = "BENEFIT", "accès aux droits"
    SOCIAL = "SOCIAL", "urgence sociale"
    CHILD_PROTECTION = "CHILD_PROTECTION", "protection de l’enfance"


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One step of one service: the services and roles that are looked for; the first that has somebody is asked."""

    service: Service
    rank: Rank
    asks: tuple[tuple[Service, Role], ...]


CHAINS: Final = (
    ChainRow(
        Service.CAF_BENEFITS,
        Rank.SECRETARIAT,
        ((Service.CAF_BENEFITS, Role.SECRETARIAT), (Service.CAF_BENEFITS, Role.GENERIC_MAILBOX)),
    ),
    ChainRow(Service.CAF_BENEFITS, Rank.MANAGER, ((Service.CAF_BENEFITS, Role.MANAGER),)),
    ChainRow(
        Service.CAF_SOCIAL_WORK,
        Rank.SECRETARIAT,
        ((Service.CAF_SOCIAL_WORK, Role.SECRETARIAT), (Service.CAF_SOCIAL_WORK, Role.GENERIC_MAILBOX)),
    ),
    ChainRow(Service.CAF_SOCIAL_WORK, Rank.MANAGER, ((Service.CAF_SOCIAL_WORK, Role.MANAGER),)),
    ChainRow(
        Service.CDAS,
        Rank.SECRETARIAT,
        ((Service.CDAS, Role.SECRETARIAT), (Service.CDAS, Role.GENERIC_MAILBOX)),
    ),
    ChainRow(Service.CDAS, Rank.MANAGER, ((Service.CDAS, Role.MANAGER),)),
)
"""Secretariat and manager of each service. Substitutes are the directory's; administrators are those of the hub."""

DEFAULT_ADMINISTRATORS: Final = (
    (Service.CAF_REFERENTS, Role.REFERENT),
    (Service.CD35_SOCIAL_LIFE_REFERENTS, Role.REFERENT),
)
"""Who stands for the administrators where none are set: the referents that the convention names."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A service that was asked, and its CDAS where it is one."""

    service: str
    cdas: str | None


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of working time before each of the first four ranks, and between the reminders of the last."""

    before: tuple[float, ...]
    repeat: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What climbs: its nature, the services asked, and the contacts that were asked first."""

    nature: Nature
    desks: tuple[Desk, ...]
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step: its number from 1, whom it asks (references, sorted; empty: nobody), when (UTC), and why then."""

    number: int
    rank: Rank
    contacts: tuple[str, ...]
    due_at: datetime
    reason: StepReason


def nature_of(event_type: str, urgency: str) -> Nature | None:
    """What kind of urgency a routing is; None for what does not climb, as an appointment that is asked beside it."""
    if event_type == "child_protection.reported":
        return Nature.CHILD_PROTECTION
    return {Urgency.BENEFIT.value: Nature.BENEFIT, Urgency.SOCIAL.value: Nature.SOCIAL}.get(urgency)


def plan(
    asked: Asked,
    directory: Directory,
    hours: Sequence[OfficeHours],
    waits: Waits,
    administrators: Sequence[str],
    start: datetime,
) -> tuple[PlannedStep, ...]:
    """Who is asked when, from `start` on. `hours` are those of the services asked; the first to be at work counts.

    A step without anybody hands its instant on to the next. Whoever was asked is not asked again, except by the
    reminders of the administrators. A contact that is away is replaced at once. A social urgency, or a concern for a
    child, that comes while the service is closed takes its first step at once; all else waits for working time.
    """
    day = start.astimezone(paris()).date()
    seen = set(asked.contacts)
    at, hurry = start, _hurry(asked, directory, hours, day, start)
    steps: list[PlannedStep] = []
    for rank, wait in zip(_RANKS, (*waits.before, *(waits.repeat,) * REPEATS), strict=True):
        at = at if hurry else min(one.after(at, wait) for one in hours)
        if rank is Rank.REPEAT:
            contacts = next((step.contacts for step in reversed(steps) if step.contacts), asked.contacts)
            found, empty = contacts, StepReason.NOBODY
        else:
            found = _who(rank, asked, directory, administrators, day)
            contacts = tuple(contact for contact in found if contact not in seen)
            empty = StepReason.ALREADY_ASKED if found else StepReason.NOBODY
        reason = (hurry or StepReason.NOT_TAKEN) if contacts else empty
        steps.append(PlannedStep(len(steps) + 1, rank, contacts, at, reason))
        seen.update(contacts)
        hurry = None if contacts else StepReason.STEP_BEFORE_EMPTY
    return tuple(steps)


def present(contacts: Iterable[str], directory: Directory, day: date) -> tuple[str, ...]:
    """Who of these is to be asked on a day: each that is there, else whoever stands in; sorted, without the others."""
    found = set()
    for reference in contacts:
        contact = directory.get(reference)
        if contact is None or not contact.is_valid_on(day) or contact.opted_out:
            continue
        instead = directory.stand_in(contact, day)
        found.add(reference if instead is None else instead.reference)
    return tuple(sorted(reference for reference in found if reference is not None))


def administrators_of(directory: Directory, named: Sequence[str], day: date) -> tuple[str, ...]:
    """The administrators that are in the directory on a day: those named, else the referents of both institutions."""
    if named:
        return tuple(sorted(reference for reference in set(named) if _is_valid(directory, reference, day)))
    found = (directory.resolve(service, role, day) for service, role in DEFAULT_ADMINISTRATORS)
    return tuple(sorted({reference for references in found for reference in references}))


def next_contacts(desk: Desk, contact: str, directory: Directory, day: date) -> tuple[Rank, tuple[str, ...]] | None:
    """Whom the chain of a service asks after a contact that was not reached; None: it has nobody else.

    The references are sorted, and those of the first rank that has somebody present.
    """
    asked = Asked(Nature.SOCIAL, (desk,), (contact,))
    for rank in (Rank.SUBSTITUTE, Rank.SECRETARIAT, Rank.MANAGER):
        found = tuple(one for one in _who(rank, asked, directory, (), day) if one != contact)
        if found:
            return rank, found
    return None


_RANKS: Final = (Rank.SUBSTITUTE, Rank.SECRETARIAT, Rank.MANAGER, Rank.ADMINISTRATORS, *(Rank.REPEAT,) * REPEATS)


def _hurry(
    asked: Asked, directory: Directory, hours: Sequence[OfficeHours], day: date, start: datetime
) -> StepReason | None:
    """Why the first step does not wait; None when it does."""
    if not asked.contacts:
        return StepReason.STEP_BEFORE_EMPTY
    if not any(reference in present((reference,), directory, day) for reference in asked.contacts):
        return StepReason.CONTACT_ABSENT
    if asked.nature is not Nature.BENEFIT and not any(one.is_open(start) for one in hours):
        return StepReason.SERVICE_CLOSED
    return None


def _who(rank: Rank, asked: Asked, directory: Directory, administrators: Sequence[str], day: date) -> tuple[str, ...]:
    if rank is Rank.SUBSTITUTE:
        return _substitutes(asked.contacts, directory, day)
    if rank is Rank.ADMINISTRATORS:
        found = administrators_of(directory, administrators, day)
        if asked.nature is Nature.CHILD_PROTECTION:  # its access list is the Département's alone (R52, C3)
            found = tuple(one for one in found if _institution(directory, one) == Institution.CD35)
        return present(found, directory, day)
    return tuple(sorted({one for desk in asked.desks for one in _of_desk(rank, desk, directory, day)}))


def _substitutes(contacts: Iterable[str], directory: Directory, day: date) -> tuple[str, ...]:
    known = (directory.get(reference) for reference in contacts)
    found = (stand_in(one, day, directory.absences, directory.get).reference for one in known if one is not None)
    return tuple(sorted({reference for reference in found if reference is not None}))


def _of_desk(rank: Rank, desk: Desk, directory: Directory, day: date) -> tuple[str, ...]:
    for row in CHAINS:
        if (row.service, row.rank) == (desk.service, rank):
            for service, role in row.asks:
                reach = directory.reach(service, role, day, cdas=desk.cdas)
                if reach.recipients and not reach.last_resort:
                    return reach.recipients
    return ()


def _institution(directory: Directory, reference: str) -> str | None:
    contact = directory.get(reference)
    return None if contact is None else contact.institution


def _is_valid(directory: Directory, reference: str, day: date) -> bool:
    contact = directory.get(reference)
    return contact is not None and contact.is_valid_on(day)
