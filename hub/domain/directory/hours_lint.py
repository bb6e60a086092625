"""The hours of work in which nobody would answer: by topic, territory, service and role, as ranges.

Hours of work are those in which somebody is expected: the usual office hours, without public holidays. Nobody answers
in them where the directory reaches nobody, or where the service's own calendar says that it is closed. Nights and
weekends are not here: a message waits, and an urgency climbs in working time.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from hub.domain.calendar.working_time import OfficeHours
from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import NOTICE_ROLES, areas_on, unreachable
from hub.domain.vocabulary import Labelled, Service

Span = tuple[datetime, datetime]
"""From the first instant to the last, which is excluded; UTC."""

_ONE_DAY: Final = timedelta(days=1)
_WITH_HOURS: Final = (Service.CAF_BENEFITS, Service.CAF_SOCIAL_WORK)


class Topic(Labelled):
    """What would not be answered."""

    CASES = "CASES", "situations"
    NOTICES = "NOTICES", "informations"
    ALL = "ALL", "situations et informations"


class Why(Labelled):
    """Why nobody would answer."""

    NOBODY = "NOBODY", "personne n’est joignable"
    CLOSED = "CLOSED", "le service est fermé"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where nobody answers; `role` None: nobody of the service. `places`: communes and parts, sorted; none: all."""

    topic: Topic
    why: Why
    service: str
    role: str | None = None
    cdas: str | None = None
    places: tuple[str, ...] = ()
    unplaced: bool = False


@dataclass(frozen=True, slots=True)
class HourGap:
    """A desk where nobody answers from `begin` to `end`; `hours` counts the hours of work in between."""

    desk: Desk
    begin: datetime
    end: datetime
    hours: float


def hours_without(
    directory: Directory,
    first: date,
    last: date,
    expected: OfficeHours,
    hours_of: Callable[[str, str | None], OfficeHours],
) -> list[HourGap]:
    """The gaps from `first` to `last`, both included, the longest first; `hours_of` tells a service's and CDAS's hours.

    Days between which nothing changes are looked at once, whatever the number of hours in them.
    """
    days = [first + number * _ONE_DAY for number in range((last - first).days + 1)]
    work = [span for day in days for span in expected.periods(day)]
    spans: dict[Desk, list[Span]] = {}
    codes: set[str] = set()
    for start, end in directory.stretches(first, last):
        stretch = [span for day in _days(start, end) for span in expected.periods(day)]
        codes |= {code for code, _ in areas_on(directory, start).by_cdas}
        for finding in unreachable(directory, start):
            notices = (finding.service, finding.role) in NOTICE_ROLES
            cdas = finding.cdas[0] if finding.cdas else None
            topic = Topic.NOTICES if notices else Topic.CASES
            desk = Desk(topic, Why.NOBODY, str(finding.service), finding.role, cdas, finding.places, finding.unplaced)
            spans.setdefault(desk, []).extend(stretch)
    desks = [(Service.CDAS.value, code) for code in sorted(codes)] + [(service.value, None) for service in _WITH_HOURS]
    for service, code in desks:
        own = hours_of(service, code)
        closed = [gap for day in days for gap in without(expected.periods(day), own.periods(day))]
        if closed:
            spans[Desk(Topic.ALL, Why.CLOSED, service, None, code)] = closed
    gaps = [gap for desk, found in spans.items() for gap in _joined(desk, found, work)]
    return sorted(
        gaps, key=lambda gap: (-gap.hours, gap.begin, gap.desk.service, gap.desk.cdas or "", str(gap.desk.role))
    )


def without(spans: Sequence[Span], taken: Sequence[Span]) -> Iterator[Span]:
    """What of `spans` no span of `taken` covers; both in order, and none overlaps another of its own list."""
    for begin, end in spans:
        at = begin
        for opens, closes in taken:
            if closes <= at or opens >= end:
                continue
            if opens > at:
                yield at, opens
            at = max(at, closes)
        if at < end:
            yield at, end


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * _ONE_DAY for number in range((last - first).days + 1))


def _joined(desk: Desk, spans: Sequence[Span], work: Sequence[Span]) -> Iterator[HourGap]:
    """The spans as gaps; those between which nobody works anyway are one."""
    held: list[Span] = []
    for span in spans:
        if held and _work_after(held[-1][1], work) < span[0]:
            yield _gap(desk, held)
            held = []
        held.append(span)
    if held:
        yield _gap(desk, held)


def _work_after(instant: datetime, work: Sequence[Span]) -> datetime:
    """When work goes on at or after an instant; the instant itself where none does."""
    index = bisect_right(work, instant, key=lambda span: span[1])
    return max(instant, work[index][0]) if index < len(work) else instant


def _gap(desk: Desk, spans: Sequence[Span]) -> HourGap:
    seconds = sum((end - begin).total_seconds() for begin, end in spans)
    return HourGap(desk, spans[0][0], spans[-1][1], round(seconds / 3600, 2))
