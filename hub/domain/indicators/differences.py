"""Where an institution's own count and the hub's differ: by type and month, down to the ids that one side lacks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.facts import Key
from hub.domain.indicators.own_counts import OwnEvent, OwnFigure
from hub.domain.indicators.vocabulary import label_of
from hub.domain.vocabulary import Institution, Labelled

Place = tuple[str, str]
"""An event type and a month."""

EVENT_LABELS: Final[Mapping[str, str]] = {
    "cdap_message.received": "messages CDAP reçus",
    "social_worker_query.received": "interpellations des travailleurs sociaux de la CAF",
    "training.held": "actions de sensibilisation et ateliers",
    "meeting.held": "réunions",
    "field_feedback.submitted": "retours de terrain",
    "referral.requested": "demandes d’orientation",
    "referral.confirmed": "orientations confirmées",
    "referral.concluded": "orientations conclues",
    "handover.requested": "passages de relais demandés",
    "handover.accepted": "passages de relais acceptés",
    "handover.refused": "passages de relais refusés",
    "handover.postponed": "passages de relais reportés",
    "handover.completed": "passages de relais réalisés",
    "joint_intervention.requested": "co-interventions demandées",
    "joint_intervention.validated": "co-interventions validées",
    "joint_intervention.refused": "co-interventions refusées",
    "joint_intervention.ended": "co-interventions terminées",
    "benefit_urgency.reported": "situations urgentes d’accès aux droits signalées",
    "benefit_urgency.contacted": "contacts pour une situation urgente d’accès aux droits",
    "benefit_urgency.handled": "situations urgentes d’accès aux droits traitées",
    "social_urgency.reported": "situations sociales urgentes signalées",
    "notice.published": "informations préalables publiées",
    "notice.corrected": "informations préalables corrigées",
    "notice.withdrawn": "informations préalables retirées",
}
"""How people call the events that institutions publish and the indicators count."""


class WhyLacking(Labelled):
    """Why the hub does not count an event that an institution counts."""

    NEVER_RECEIVED = "NEVER_RECEIVED", "jamais reçu par le hub"
    REPLACED = "REPLACED", "remplacé par une correction"
    OTHER_MONTH = "OTHER_MONTH", "compté par le hub à un autre mois"
    OTHER_TYPE = "OTHER_TYPE", "compté par le hub comme un autre type"
    REFUSED = "REFUSED", "reçu, puis refusé"
    NOT_COUNTED = "NOT_COUNTED", "reçu, mais rien n’en est compté"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the hub has an event that it does not count where the institution does; `detail`: month, type or reason."""

    why: WhyLacking
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Lacking:
    """An event that the institution counts and the hub does not."""

    key: Key
    where: Whereabouts


@dataclass(frozen=True, slots=True)
class EventDifference:
    """One type in one month: what the hub counts of the institution's systems, and what the institution counts.

    `theirs` is None where the institution gave no count: nothing is lacking then.
    """

    institution: Institution
    type: str
    month: str
    hub: int
    theirs: int | None
    lacked_by_hub: tuple[Lacking, ...] = ()
    lacked_by_institution: tuple[Key, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether both count the very same events; where one gave no count there is nothing to agree on."""
        return not self.lacked_by_hub and not self.lacked_by_institution


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """One figure in one month: the hub's number and each institution's; None where it gave none."""

    measure: str
    month: str
    dims: tuple[tuple[str, str], ...]
    hub: int
    theirs: Mapping[Institution, int]

    @property
    def agrees(self) -> bool:
        """Whether every number given is the hub's."""
        return all(number == self.hub for number in self.theirs.values())

    @property
    def label(self) -> str:
        """What is counted, in French."""
        parts = [label_of(name, symbol) for name, symbol in self.dims if name != "institution"]
        named = MEASURES[self.measure].label
        if self.measure == "received" and (of := dict(self.dims).get("type")) is not None:
            return EVENT_LABELS.get(of, of)
        return f"{named} ({', '.join(parts)})" if parts else named


def event_differences(
    institution: Institution,
    hub: Mapping[Key, Place],
    theirs: Mapping[Key, OwnEvent],
    covered: Iterable[Place],
    elsewhere: Mapping[Key, Whereabouts],
) -> tuple[EventDifference, ...]:
    """One row for each type and month that the institution gave a count of, be it none; by type, then month.

    `hub`: what the hub counts of the institution's systems, and where. `elsewhere`: what the hub knows of events that
    it does not count. What lies in no place that is `covered` is left out.
    """
    held: dict[Place, set[Key]] = {place: set() for place in covered}
    own: dict[Place, set[Key]] = {place: set() for place in held}
    for key, place in hub.items():
        if place in held:
            held[place].add(key)
    for key, event in theirs.items():
        if (event.type, event.month) in own:
            own[event.type, event.month].add(key)
    return tuple(
        EventDifference(
            institution,
            *place,
            hub=len(held[place]),
            theirs=len(own[place]),
            lacked_by_hub=tuple(
                Lacking(key, _where(key, place, hub, elsewhere)) for key in sorted(own[place] - held[place])
            ),
            lacked_by_institution=tuple(sorted(held[place] - own[place])),
        )
        for place in sorted(held)
    )


def not_given(
    institution: Institution, cells: Mapping[Cell, int], covered: Iterable[Place]
) -> tuple[EventDifference, ...]:
    """One row for each type and month of which the hub counts events of the institution, and it gave no count."""
    stated = set(covered)
    numbers: Counter[Place] = Counter()
    for cell, amount in cells.items():
        if cell.measure == "received" and cell.dims[1] == institution.value:
            numbers[cell.dims[0], cell.month] += amount
    return tuple(
        EventDifference(institution, *place, hub=numbers[place], theirs=None)
        for place in sorted(numbers.keys() - stated)
    )


def _where(key: Key, place: Place, hub: Mapping[Key, Place], elsewhere: Mapping[Key, Whereabouts]) -> Whereabouts:
    counted = hub.get(key)
    if counted is None:
        return elsewhere.get(key, Whereabouts(WhyLacking.NEVER_RECEIVED))
    if counted[0] != place[0]:
        return Whereabouts(WhyLacking.OTHER_TYPE, counted[0])
    return Whereabouts(WhyLacking.OTHER_MONTH, counted[1])


def figure_differences(
    cells: Mapping[Cell, int], theirs: Mapping[Institution, Iterable[OwnFigure]]
) -> tuple[FigureDifference, ...]:
    """One row for each figure that an institution gave, by measure, month and dimensions.

    A figure without a dimension is compared with the sum over it.
    """
    given: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[Institution, int]] = defaultdict(dict)
    for institution, figures in theirs.items():
        for figure in figures:
            given[figure.measure, figure.month, figure.dims][institution] = figure.number
    by_place: dict[Place, list[tuple[Cell, int]]] = defaultdict(list)
    for cell, amount in cells.items():
        by_place[cell.measure, cell.month].append((cell, amount))
    return tuple(
        FigureDifference(measure, month, dims, _sum(by_place[measure, month], measure, dims), numbers)
        for (measure, month, dims), numbers in sorted(given.items(), key=lambda row: row[0])
    )


def _sum(cells: Iterable[tuple[Cell, int]], measure: str, dims: Iterable[tuple[str, str]]) -> int:
    names = MEASURES[measure].dims
    wanted = [(names.index(name), symbol) for name, symbol in dims]
    return sum(amount for cell, amount in cells if all(cell.dims[place] == symbol for place, symbol in wanted))


@dataclass(frozen=True, slots=True)
class DifferencePoint:
    """One point where counts differ, for a report: what is counted (French), the month, each side's number, the ids.

    `caf` and `cd35` are None where the institution gave no count.
    """

    label: str
    month: str
    hub: int
    caf: int | None
    cd35: int | None
    lacked_by_hub: tuple[str, ...] = ()
    lacked_by_institution: tuple[str, ...] = ()


def points(events: Iterable[EventDifference], figures: Iterable[FigureDifference]) -> tuple[DifferencePoint, ...]:
    """The points where the institutions' counts differ from the hub's; what agrees or was not given is left out."""
    found = []
    for row in events:
        if not row.agrees:
            caf, cd35 = (
                (row.theirs if row.institution is one else None) for one in (Institution.CAF, Institution.CD35)
            )
            found.append(
                DifferencePoint(
                    EVENT_LABELS.get(row.type, row.type),
                    row.month,
                    row.hub,
                    caf,
                    cd35,
                    tuple(lacking.key[1] for lacking in row.lacked_by_hub),
                    tuple(id_ for _, id_ in row.lacked_by_institution),
                )
            )
    for figure in figures:
        if not figure.agrees:
            caf, cd35 = (figure.theirs.get(one) for one in (Institution.CAF, Institution.CD35))
            found.append(DifferencePoint(figure.label, figure.month, figure.hub, caf, cd35))
    return tuple(found)
