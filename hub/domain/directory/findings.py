"""What is wrong with a directory, as people read it: one wording for the command line and for the weekly letter."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import Finding, FindingKind
from hub.domain.directory.territory_import import place_name
from hub.domain.french import NO_BREAK, plural
from hub.domain.vocabulary import Role, Service

_NAMED_AT_MOST: Final = 6


def heading(kind: FindingKind, count: int) -> str:
    """The kind of several findings, and how many they are."""
    return f"{kind.label[0].upper()}{kind.label[1:]} ({count})"


def summary(found: Sequence[Finding], first: date, last: date) -> str:
    """How many findings of each kind there are, in a sentence."""
    period = days_between(first, last)
    if not found:
        return f"Rien à signaler {period}."
    counts = Counter(finding.kind for finding in found)
    parts = f"{NO_BREAK}; ".join(f"{kind.label}{NO_BREAK}: {counts[kind]}" for kind in FindingKind if counts[kind])
    return f"{len(found)}{NO_BREAK}{plural('constat', len(found))} {period}. {parts[0].upper()}{parts[1:]}."


def where(finding: Finding, directory: Directory) -> str:
    """The contact by its label, else the CDAS or the service, with the role where there is one."""
    if finding.kind is FindingKind.LOOP:
        return ", ".join(_contact(reference, directory) for reference in finding.contacts)
    if finding.contacts:
        return _contact(finding.contacts[0], directory)
    if finding.service is None or finding.role is None:
        return "territoire"
    service = ", ".join(finding.cdas) or Service(finding.service).label
    return f"{service}, {Role(finding.role).label}"


def details(finding: Finding, directory: Directory) -> str:
    """What is wrong, as far as the kind does not say it."""
    match finding.kind:
        case FindingKind.UNREACHABLE:
            return _places_of(finding, directory)
        case FindingKind.UNHELD:
            return _named(finding.places, directory)
        case FindingKind.CONTESTED:
            claimants = ", ".join(finding.cdas)
            return f"{_named(finding.places, directory)}{NO_BREAK}: {claimants} ({finding.cdas[0]} est retenu)"
        case FindingKind.LOOP:
            return " → ".join((*finding.contacts, finding.contacts[0]))
        case FindingKind.GAP:
            return f"{_not_there(finding)}{NO_BREAK}; {_INSTEAD}"
        case FindingKind.DEPUTY_AWAY:
            return f"{_not_there(finding)}{NO_BREAK}; {finding.stand_in} le remplace"
        case FindingKind.OVERLAP:
            named = ", ".join(finding.contacts[1:])
            then = f"{finding.stand_in} est retenu" if finding.stand_in else _INSTEAD
            return f"{named}{NO_BREAK}; {then}"
        case FindingKind.NO_ADDRESS:
            return "ses envois échoueront"


_INSTEAD: Final = "le reste du service ou sa boîte générique reçoit ses situations"


def _not_there(finding: Finding) -> str:
    return ", ".join(f"{deputy} ({reason.label})" for deputy, reason in finding.tried)


def _places_of(finding: Finding, directory: Directory) -> str:
    held = finding.places
    if finding.cdas and finding.unplaced:
        return "pour tout ce CDAS"
    if set(directory.territory.communes) <= set(held):
        return "dans tout le département"
    parts = [_named(held, directory)] if held else []
    if finding.unplaced:
        parts.append("lorsque la commune n’est pas connue")
    return ", et ".join(parts)


def _named(places: Sequence[str], directory: Directory) -> str:
    names = [f"{place_name(place, directory.territory)} ({place})" for place in places[:_NAMED_AT_MOST]]
    more = len(places) - len(names)
    others = f" et {more}{NO_BREAK}{plural('autre', more)}" if more > 0 else ""
    return ", ".join(names) + others


def _contact(reference: str, directory: Directory) -> str:
    contact = directory.get(reference)
    return reference if contact is None else f"{contact.label} ({reference})"


def days(finding: Finding) -> str:
    """When it is wrong."""
    return days_between(finding.first, finding.last)


def days_between(first: date, last: date) -> str:
    """« le 02/03/2026 », « du 02/03/2026 au 05/03/2026 »."""
    return f"le {first:%d/%m/%Y}" if first == last else f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
