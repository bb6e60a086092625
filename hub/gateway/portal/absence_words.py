"""What an absence would do, in French sentences."""

from collections.abc import Iterator
from datetime import date

from hub.domain.directory.absence import Absence, NotThere
from hub.domain.directory.absence_check import Outlook
from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import Finding, FindingKind
from hub.gateway.wording import short_date


def warnings(directory: Directory, planned: Absence, found: Outlook) -> Iterator[str]:
    """One sentence for each thing that somebody should know before the absence is declared, the worst first."""
    if found.nobody:
        yield "Personne ne serait joignable dans le service : ni suppléant, ni boîte générique."
    for finding in found.findings:
        yield _sentence(directory, planned, finding)
    gaps = any(finding.kind in {FindingKind.GAP, FindingKind.LOOP} for finding in found.findings)
    if found.uncovered and not gaps and not found.nobody:
        yield "Aucun suppléant n’est désigné : ce qui arrivera ira à la boîte générique du service."
    for absence in found.twice:
        yield f"Une absence est déjà déclarée {period(absence.first, absence.last)}."


def period(first: date, last: date) -> str:
    """« le 3 mars 2026 » or « du 3 mars 2026 au 5 mars 2026 »."""
    return f"le {short_date(first)}" if first == last else f"du {short_date(first)} au {short_date(last)}"


def name_of(directory: Directory, reference: str | None) -> str:
    """A contact's label, or its reference where the team does not know it."""
    known = None if reference is None else directory.get(reference)
    return known.label if known is not None else reference or ""


def _sentence(directory: Directory, planned: Absence, finding: Finding) -> str:
    names = [name_of(directory, reference) for reference in finding.contacts]
    when = period(finding.first, finding.last)
    tried = ", ".join(f"{name_of(directory, ref)} ({NotThere(reason).label})" for ref, reason in finding.tried)
    match finding.kind:
        case FindingKind.LOOP:
            return f"{_up(when)}, ces suppléances se renvoient l’une à l’autre : {', '.join(names)}."
        case FindingKind.GAP if finding.contacts[0] != planned.contact:
            return f"{_up(when)}, {names[0]} n’aurait plus de suppléant : {tried}."
        case FindingKind.GAP:
            return f"{_up(when)}, aucun suppléant n’est là : {tried}. La boîte générique du service recevra tout."
        case FindingKind.OVERLAP:
            return f"{_up(when)}, deux absences nomment des suppléants différents : {', '.join(names[1:])}."
        case _:
            instead = name_of(directory, finding.stand_in)
            return f"{_up(when)}, {tried} : {instead} remplacera {names[0]}."


def _up(text: str) -> str:
    return text[:1].upper() + text[1:]
