"""What is wrong with a directory over a period: cases that would reach nobody, places, addresses, absences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hub.domain.directory.absence import NotThere, StandIn, named_deputies
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.territory_holders import cdas_holders, sector_holders
from hub.domain.vocabulary import Labelled, Role, Service

DAYS_AHEAD: Final = 60
"""How many days, today included, the lint and the router's metrics look at."""

CASE_ROLES: Final = (
    (Service.CAF_BENEFITS, Role.FRONT_OFFICE),
    (Service.CAF_BENEFITS, Role.PRIORITY_CONTACT),
    (Service.CAF_SOCIAL_WORK, Role.SECRETARIAT),
    (Service.CAF_SOCIAL_WORK, Role.SOCIAL_WORKER),
    (Service.CAF_SOCIAL_WORK, Role.MANAGER),
    (Service.CDAS, Role.RECEPTION),
    (Service.CDAS, Role.RECEPTION_SECOND_LEVEL),
    (Service.CDAS, Role.SOCIAL_WORKER),
    (Service.CDAS, Role.MANAGER),
    (Service.CDAS, Role.CONCERTATION),
)
"""Where a person's case can go (contract, sections 5 and 6). Other bodies are left out: no directory names them."""

NOTICE_ROLES: Final = (
    (Service.CAF_REFERENTS, Role.REFERENT),
    (Service.CD35_SOCIAL_LIFE_REFERENTS, Role.REFERENT),
    (Service.CDAS, Role.GENERIC_MAILBOX),
    (Service.ASIP, Role.ACTOR),
)
"""Where a notice can go (contract, section 7)."""

_ONE_DAY: Final = timedelta(days=1)


class FindingKind(Labelled):
    """What can be wrong, worst first."""

    UNREACHABLE = "UNREACHABLE", "personne n’est joignable"
    UNHELD = "UNHELD", "commune sans CDAS"
    LOOP = "LOOP", "absences qui se renvoient l’une à l’autre"
    GAP = "GAP", "absence dont aucun suppléant n’est là"
    NO_ADDRESS = "NO_ADDRESS", "contact sans adresse de courriel"
    CONTESTED = "CONTESTED", "commune revendiquée par plusieurs CDAS"
    OVERLAP = "OVERLAP", "absences simultanées avec des suppléants différents"
    DEPUTY_AWAY = "DEPUTY_AWAY", "premier suppléant indisponible, un autre le remplace"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong from `first` to `last`, both included; the other fields say where.

    `cdas` holds one code, or the claimants of CONTESTED. `places` are communes and parts, sorted; `unplaced` says that
    a case whose commune is not known is concerned too. `contacts` holds references: the one concerned first. `tried`
    are the deputies that are not there and why; `stand_in` is who replaces the contact all the same.
    """

    kind: FindingKind
    first: date
    last: date
    service: str | None = None
    role: str | None = None
    cdas: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unplaced: bool = False
    contacts: tuple[str, ...] = ()
    tried: tuple[tuple[str, NotThere], ...] = ()
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Areas:
    """Who has which places on a day: all communes and parts that somebody names, and those of each CDAS, sorted."""

    places: tuple[str, ...]
    by_cdas: tuple[tuple[str, tuple[str, ...]], ...]


def lint(directory: Directory, first: date, last: date) -> list[Finding]:
    """All that is wrong from `first` to `last`, worst first; what holds on consecutive days is one finding.

    Raises ValueError when `last` is before `first`.
    """
    if last < first:
        msg = "the last day is before the first"
        raise ValueError(msg)
    of_places = _merged(
        replace(finding, last=end)
        for start, end in directory.stretches(first, last)
        for finding in (*unreachable(directory, start), *_map_findings(directory, start))
    )
    found = [*of_places, *lint_absences(directory, first, last), *_without_address(directory, first, last)]
    severity = list(FindingKind)
    return sorted(
        found, key=lambda f: (severity.index(f.kind), f.first, str(f.service), str(f.role), f.cdas, f.contacts)
    )


def areas_on(directory: Directory, day: date) -> Areas:
    """The places of a day, and the CDAS that has each; a CDAS without places is there too."""
    holders = cdas_holders(directory, day)
    named = (places for holder in holders.values() for _, places in holder.contacts)
    sectors = (places for holder in sector_holders(directory, day).values() for _, places in holder.contacts)
    parts = {place for place in frozenset[str]().union(*named, *sectors) if directory.territory.is_part(place)}
    held: dict[str, list[str]] = {code: [] for code in holders}
    places = tuple(sorted({*directory.territory.communes, *parts}))
    for place in places:
        home = directory.home_cdas(place, day)
        if home is not None:
            held[home].append(place)
    return Areas(places, tuple((code, tuple(of_code)) for code, of_code in sorted(held.items())))


def unreachable(directory: Directory, day: date) -> Iterator[Finding]:
    """Where a decision of this day would reach nobody, by service, role and CDAS.

    What would go to the home CDAS of a place that no CDAS holds is not here: see UNHELD.
    """
    areas = areas_on(directory, day)
    for service, role in (*CASE_ROLES, *NOTICE_ROLES):
        yield from nobody_for(directory, day, areas, service, role)


def nobody_for(directory: Directory, day: date, areas: Areas, service: Service, role: Role) -> Iterator[Finding]:
    """Where a decision of this day for one service and role would reach nobody, by CDAS."""
    asked = areas.by_cdas if service is Service.CDAS else ((None, areas.places),)
    for cdas, held in asked:
        if (service, role) in NOTICE_ROLES:
            lost = tuple(_not_informed(directory, service, role, day, cdas, held))
            unplaced = not directory.resolve(service, role, day, cdas=cdas)
        else:
            lost = tuple(p for p in held if not directory.reach(service, role, day, cdas=cdas, commune=p).recipients)
            unplaced = not directory.reach(service, role, day, cdas=cdas).recipients
        if lost or unplaced:
            codes = () if cdas is None else (cdas,)
            yield Finding(FindingKind.UNREACHABLE, day, day, service, role, codes, lost, unplaced)


def lint_absences(directory: Directory, first: date, last: date) -> list[Finding]:
    """What is wrong with the absences from `first` to `last`, in no order.

    An absence without any deputy is not wrong: the mailbox of the service has it. A contact in a loop is not told as a
    gap as well.
    """
    away = sorted({a.contact for a in directory.absences if a.first <= last and first <= a.last})
    contacts = [contact for contact in map(directory.get, away) if contact is not None]
    return _merged(
        replace(finding, last=end)
        for start, end in directory.stretches(first, last)
        for finding in _absences_of(directory, contacts, start)
    )


def _absences_of(directory: Directory, contacts: Iterable[Contact], day: date) -> Iterator[Finding]:
    loops = set()
    for contact in contacts:
        found = directory.stand_in(contact, day) if contact.is_valid_on(day) else None
        if found is None:
            continue
        named = named_deputies(contact, directory.absences.on(contact.contact, day))
        if len(named) > 1:
            yield _of_contact(FindingKind.OVERLAP, contact, day, found, *named)
        if found.loop:
            loops.add(found.loop)
        if contact.contact not in found.loop and found.tried:
            kind = FindingKind.GAP if found.reference is None else FindingKind.DEPUTY_AWAY
            yield _of_contact(kind, contact, day, found)
    for loop in sorted(loops):
        yield Finding(FindingKind.LOOP, day, day, contacts=loop)


def unheld(directory: Directory, day: date) -> tuple[str, ...]:
    """The communes that no CDAS holds on a day, sorted."""
    return tuple(code for code in sorted(directory.territory.communes) if directory.home_cdas(code, day) is None)


def _map_findings(directory: Directory, day: date) -> Iterator[Finding]:
    lost = unheld(directory, day)
    if lost:
        yield Finding(FindingKind.UNHELD, day, day, places=lost)
    claimed: dict[tuple[str, ...], list[str]] = {}
    for overlap in directory.overlaps(day):
        claimed.setdefault(overlap.cdas, []).append(overlap.place)
    for cdas, places in claimed.items():
        yield Finding(FindingKind.CONTESTED, day, day, cdas=cdas, places=tuple(places))


def _without_address(directory: Directory, first: date, last: date) -> list[Finding]:
    found = []
    for contact in directory:
        start = max(first, contact.valid_from)
        end = last if contact.valid_to is None else min(last, contact.valid_to)
        if not contact.email and not contact.opted_out and start <= end:
            cdas = () if contact.cdas is None else (contact.cdas,)
            kind = FindingKind.NO_ADDRESS
            found.append(Finding(kind, start, end, contact.service, contact.role, cdas, contacts=(contact.contact,)))
    return found


def _not_informed(
    directory: Directory, service: Service, role: Role, day: date, cdas: str | None, places: Iterable[str]
) -> Iterator[str]:
    """The places of which nobody would receive a notice."""
    references = directory.resolve(service, role, day, cdas=cdas)
    if service is not Service.ASIP:
        if not references:
            yield from places
        return
    contacts = [contact for contact in map(directory.get, references) if contact is not None]
    scopes = [directory.territory.spread(contact.communes, contact.epci) for contact in contacts]
    if not all(scopes):
        return
    informed = {directory.territory.commune_of(place) for scope in scopes for place in scope}
    yield from (place for place in places if directory.territory.commune_of(place) not in informed)


def _of_contact(kind: FindingKind, contact: Contact, day: date, found: StandIn, *named: str) -> Finding:
    cdas = () if contact.cdas is None else (contact.cdas,)
    references = (contact.contact, *named)
    service, role = contact.service, contact.role
    return Finding(
        kind, day, day, service, role, cdas, contacts=references, tried=found.tried, stand_in=found.reference
    )


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, which come by first day; the same one on the days that follow is made one."""
    done: list[Finding] = []
    latest: dict[Finding, Finding] = {}
    for finding in findings:
        what = replace(finding, first=date.min, last=date.min)
        before = latest.get(what)
        if before is not None and before.last + _ONE_DAY == finding.first:
            latest[what] = replace(before, last=finding.last)
            continue
        if before is not None:
            done.append(before)
        latest[what] = finding
    return [*done, *latest.values()]
