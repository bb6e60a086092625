"""What the weekly letter tells the administrators of both institutions about the directory, in French.

Contacts are named by their references and services, never by their labels: a label may hold a person's name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.directory.contacts import Directory
from hub.domain.directory.findings import days, details, heading, summary
from hub.domain.directory.hours_lint import Desk, HourGap, Why
from hub.domain.directory.lint import Finding, FindingKind
from hub.domain.directory.territory_import import place_name
from hub.domain.french import NO_BREAK, WEEKDAYS, day_of_month, plural
from hub.domain.vocabulary import Role, Service

LINES_AT_MOST: Final = 12
"""Of one section; the rest is counted."""

_PLACES_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of findings: a title, the first lines, and how many more there are."""

    title: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The letter's first sentence and its sections, worst first; none where nothing is wrong."""

    opening: str
    sections: tuple[Section, ...]


def weekly_report(
    directory: Directory, found: Sequence[Finding], gaps: Sequence[HourGap], first: date, last: date
) -> Report:
    """The report on a period from the findings of `lint`, worst first, and the gaps of `hours_without`."""
    sections = [
        _section(heading(kind, len(held)), [_finding(one, directory) for one in held])
        for kind, held in ((kind, list(of)) for kind, of in groupby(found, key=attrgetter("kind")))
        if kind is not FindingKind.UNREACHABLE  # the hours below tell the same, and for how long
    ]
    if gaps:
        lines = [gap_line(gap, directory) for gap in gaps]
        sections.insert(0, _section(f"Heures de travail sans personne ({len(gaps)})", lines))
    return Report(_opening(found, gaps, first, last), tuple(sections))


def _opening(found: Sequence[Finding], gaps: Sequence[HourGap], first: date, last: date) -> str:
    sentence = f"Annuaire du hub. {summary(found, first, last)}"
    if not gaps:
        return f"{sentence} À chaque heure de travail, chaque service répond."
    return f"{sentence} {len(gaps)}{NO_BREAK}{plural('plage', len(gaps))} de travail sans personne pour répondre."


def _section(title: str, lines: Sequence[str]) -> Section:
    shown = tuple(line[0].upper() + line[1:] for line in lines[:LINES_AT_MOST])
    return Section(title, shown, max(len(lines) - LINES_AT_MOST, 0))


def _finding(finding: Finding, directory: Directory) -> str:
    if finding.kind is FindingKind.LOOP:
        return f"{details(finding, directory)}, {days(finding)}"
    if finding.service is None or finding.role is None:
        return f"{details(finding, directory)}, {days(finding)}"
    where = f"{_desk(finding.service, finding.cdas)}, {Role(finding.role).label}"
    if finding.contacts:
        where += f" ({finding.contacts[0]})"
    return f"{where}{NO_BREAK}: {details(finding, directory)}, {days(finding)}"


def gap_line(gap: HourGap, directory: Directory) -> str:
    """A gap in one line: where, what, when, how many hours of work."""
    desk = gap.desk
    where = _desk(desk.service, () if desk.cdas is None else (desk.cdas,))
    if desk.role is not None:
        where += f", {Role(desk.role).label}"
    what = (
        desk.why.label if desk.why is Why.CLOSED else f"personne pour les {desk.topic.label}{_places(desk, directory)}"
    )
    hours = f"{gap.hours:n}".replace(".", ",")
    return f"{where}{NO_BREAK}: {what}, {_span(gap.begin, gap.end)} ({hours}{NO_BREAK}h de travail)"


def _desk(service: str, cdas: Iterable[str]) -> str:
    return ", ".join(cdas) or Service(service).label


def _places(desk: Desk, directory: Directory) -> str:
    if desk.cdas is not None or not desk.places or set(directory.territory.communes) <= set(desk.places):
        return ""
    named = ", ".join(place_name(place, directory.territory) for place in desk.places[:_PLACES_AT_MOST])
    more = len(desk.places) - _PLACES_AT_MOST
    return f" de {named}" + (f" et {more}{NO_BREAK}{plural('autre', more)}" if more > 0 else "")


def _span(begin: datetime, end: datetime) -> str:
    start, stop = begin.astimezone(paris()), end.astimezone(paris())
    if start.date() == stop.date():
        return f"le {_day(start)} de {_clock(start)} à {_clock(stop)}"
    return f"du {_day(start)} à {_clock(start)} au {_day(stop)} à {_clock(stop)}"


def _day(instant: datetime) -> str:
    return f"{WEEKDAYS[instant.weekday()]} {day_of_month(instant.date())}/{instant.month:02}"


def _clock(instant: datetime) -> str:
    return f"{instant.hour}{NO_BREAK}h" + (f"{NO_BREAK}{instant.minute:02}" if instant.minute else "")
