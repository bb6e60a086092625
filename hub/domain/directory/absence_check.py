"""What an absence would do to a team, found before it is declared: who would stand in, and what would go wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import CASE_ROLES, Finding, lint_absences
from hub.domain.vocabulary import Role, Service

LONGEST: Final = timedelta(days=366)
"""The longest absence that a page takes; a longer one is a change of the directory."""

_KEY: Final = "to be declared"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes of an absence: `findings` as the lint tells them, `twice` the absences that it meets.

    `nobody`: the days (first of each stretch) on which a case for the contact's role would reach nobody at all.
    `uncovered`: on some day no substitute is there, so that the mailbox of the service has what comes.
    """

    findings: tuple[Finding, ...]
    twice: tuple[Absence, ...]
    nobody: bool
    uncovered: bool


def outlook(directory: Directory, planned: Absence) -> Outlook:
    """Look at a team with the absence declared; the directory is left as it was. KeyError for an unknown contact."""
    contact = directory.get(planned.contact)
    if contact is None:
        raise KeyError(planned.contact)
    twice = tuple(
        sorted(
            (a for a in directory.absences if a.contact == planned.contact and _meet(a, planned)),
            key=lambda a: (a.first, a.last),
        )
    )
    directory.declare(_KEY, planned)
    try:
        findings = tuple(f for f in lint_absences(directory, planned.first, planned.last) if _concerns(f, planned))
        stretches = [first for first, _ in directory.stretches(planned.first, planned.last)]
        there = [directory.stand_in(contact, first) for first in stretches if contact.is_valid_on(first)]
        uncovered = any(found is not None and found.reference is None for found in there)
        case = (Service(contact.service), Role(contact.role)) in CASE_ROLES
        nobody = case and any(
            not directory.reach(contact.service, contact.role, first, cdas=contact.cdas).recipients
            for first in stretches
        )
    finally:
        directory.withdraw(_KEY)
    return Outlook(findings, twice, nobody, uncovered)


def replacing(directory: Directory, reference: str) -> Iterator[Absence]:
    """The absences in which a contact stands in on the first day that counts, in no order."""
    for absence in directory.absences:
        away = directory.get(absence.contact)
        found = None if away is None else directory.stand_in(away, absence.first)
        if found is not None and found.reference == reference:
            yield absence


def _meet(one: Absence, other: Absence) -> bool:
    return one.first <= other.last and other.first <= one.last


def _concerns(finding: Finding, planned: Absence) -> bool:
    """Whether the absence has a part in it: its own contact's, or one that its contact was to stand in for."""
    tried = {reference for reference, _ in finding.tried}
    return planned.contact in finding.contacts or planned.contact in tried
