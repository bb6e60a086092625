"""How `hub directory lint` and `hub directory absences` read: in French for people, as plain data for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from hub.cli.output import on_terminal, print_json, print_line, print_table
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import Directory
from hub.domain.directory.findings import days, details, heading, summary, where
from hub.domain.directory.lint import Finding, FindingKind


def show_findings(found: Sequence[Finding], directory: Directory, first: date, last: date, *, as_json: bool) -> None:
    """Print findings, which come worst first, and how many there are of each kind.

    On a terminal a table for each kind; in a pipe a line for each finding: kind, where, details, days.
    """
    if as_json:
        for finding in found:
            print_json(_data(finding))
        counts = Counter(finding.kind for finding in found)
        numbers = {kind.value.lower(): counts[kind] for kind in FindingKind}
        print_json({"summary": numbers, "from": first, "to": last})
        return
    for kind, held in groupby(found, key=attrgetter("kind")):
        rows = [(where(finding, directory), details(finding, directory), days(finding)) for finding in held]
        if on_terminal():
            print_table(("où", "détail", "quand"), rows, title=heading(kind, len(rows)))
            print_line()
        else:
            print_table((), ((kind.label, *row) for row in rows))
    print_line(summary(found, first, last))


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
