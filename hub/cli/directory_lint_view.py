"""How `hub directory lint` and `hub directory absences` read: in French for people, as plain data for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from hub.cli.importing import NBSP, plural
from hub.cli.output import on_terminal, print_json, print_line, print_table
from hub.domain.absence import Absence
from hub.domain.directory import Directory
from hub.domain.directory_lint import Finding, FindingKind
from hub.domain.territory_import import place_name
from hub.domain.vocabulary import Role, Service

_NAMED_AT_MOST: Final = 6


def show_findings(found: Sequence[Finding], directory: Directory, first: date, last: date, *, as_json: bool) -> None:
    """Print findings, which come worst first, and how many there are of each kind.

    On a terminal a table for each kind; in a pipe a line for each finding: kind, where, details, days.
    """
    if as_json:
        for finding in found:
            print_json(_data(finding))
        counts = Counter(finding.kind for finding in found)
        summary = {kind.value.lower(): counts[kind] for kind in FindingKind}
        print_json({"summary": summary, "from": first, "to": last})
        return
    for kind, held in groupby(found, key=attrgetter("kind")):
        rows = [(_where(finding, directory), _details(finding, directory), _days(finding)) for finding in held]
        if on_terminal():
            print_table(("où", "détail", "quand"), rows, title=_heading(kind, len(rows)))
            print_line()
        else:
            print_table((), ((kind.label, *row) for row in rows))
    print_line(_summary(found, first, last))


def show_absences(absences: Iterable[Absence], directory: Directory, day: date, *, as_json: bool) -> None:
    """Print absences by contact and day, and who stands in on `day` where that day is one of theirs."""
    ordered = sorted(absences, key=lambda a: (a.contact, a.first, a.last, a.deputy or ""))
    rows = [(absence, _standing_in(absence, directory, day)) for absence in ordered]
    if as_json:
        for absence, reference in rows:
            print_json(
                {
                    "contact": absence.contact,
                    "from": absence.first,
                    "to": absence.last,
                    "deputy": absence.deputy,
                    "on": day,
                    "away": absence.covers(day),
                    "stand_in": reference,
                }
            )
        return
    print_table(
        ("contact", "du", "au", "suppléant désigné", f"remplacé le {day.isoformat()} par"),
        (
            (a.contact, a.first, a.last, a.deputy or "—", reference or ("personne" if a.covers(day) else "—"))
            for a, reference in rows
        ),
    )


def _standing_in(absence: Absence, directory: Directory, day: date) -> str | None:
    contact = directory.get(absence.contact)
    found = directory.stand_in(contact, day) if contact is not None and absence.covers(day) else None
    return None if found is None else found.reference


def _data(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "label": finding.kind.label,
        "from": finding.first,
        "to": finding.last,
        "service": finding.service,
        "role": finding.role,
        "cdas": list(finding.cdas),
        "communes": list(finding.places),
        "commune_unknown": finding.unplaced,
        "contacts": list(finding.contacts),
        "not_there": [{"deputy": deputy, "reason": reason.value} for deputy, reason in finding.tried],
        "stand_in": finding.stand_in,
    }


def _heading(kind: FindingKind, count: int) -> str:
    return f"{kind.label[0].upper()}{kind.label[1:]} ({count})"


def _summary(found: Sequence[Finding], first: date, last: date) -> str:
    days = _days_between(first, last)
    if not found:
        return f"Rien à signaler {days}."
    counts = Counter(finding.kind for finding in found)
    parts = f"{NBSP}; ".join(f"{kind.label}{NBSP}: {counts[kind]}" for kind in FindingKind if counts[kind])
    return f"{len(found)}{NBSP}{plural('constat', len(found))} {days}. {parts[0].upper()}{parts[1:]}."


def _where(finding: Finding, directory: Directory) -> str:
    """The contact by its label, else the CDAS or the service, with the role where there is one."""
    if finding.kind is FindingKind.LOOP:
        return ", ".join(_contact(reference, directory) for reference in finding.contacts)
    if finding.contacts:
        return _contact(finding.contacts[0], directory)
    if finding.service is None or finding.role is None:
        return "territoire"
    service = ", ".join(finding.cdas) or Service(finding.service).label
    return f"{service}, {Role(finding.role).label}"


def _details(finding: Finding, directory: Directory) -> str:
    match finding.kind:
        case FindingKind.UNREACHABLE:
            return _places_of(finding, directory)
        case FindingKind.UNHELD:
            return _named(finding.places, directory)
        case FindingKind.CONTESTED:
            claimants = ", ".join(finding.cdas)
            return f"{_named(finding.places, directory)}{NBSP}: {claimants} ({finding.cdas[0]} est retenu)"
        case FindingKind.LOOP:
            return " → ".join((*finding.contacts, finding.contacts[0]))
        case FindingKind.GAP:
            return f"{_not_there(finding)}{NBSP}; {_INSTEAD}"
        case FindingKind.DEPUTY_AWAY:
            return f"{_not_there(finding)}{NBSP}; {finding.stand_in} le remplace"
        case FindingKind.OVERLAP:
            named = ", ".join(finding.contacts[1:])
            return f"{named}{NBSP}; {finding.stand_in} est retenu" if finding.stand_in else f"{named}{NBSP}; {_INSTEAD}"
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
    others = f" et {more}{NBSP}{plural('autre', more)}" if more > 0 else ""
    return ", ".join(names) + others


def _contact(reference: str, directory: Directory) -> str:
    contact = directory.get(reference)
    return reference if contact is None else f"{contact.label} ({reference})"


def _days(finding: Finding) -> str:
    return _days_between(finding.first, finding.last)


def _days_between(first: date, last: date) -> str:
    return f"le {first:%d/%m/%Y}" if first == last else f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
