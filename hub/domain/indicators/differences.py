"""Where an institution's own count and the hub's differ: by type and month, down to the ids that one side lacks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.facts import Key
from hub.domain.indicators.masking import MASKED, Shown, Withheld, mask_table
from hub.domain.indicators.own_counts import OwnEvent, OwnFigure
from hub.domain.indicators.part_words import parts_words
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


_MASKABLE: Final = (1, 2)  # dimensions


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
    """One figure in one month: the hub's number, and those that institutions gave.

    `shown`: the hub's number as people may see it, masked where it is a small part of a whole or would give one away.
    """

    measure: str
    month: str
    dims: tuple[tuple[str, str], ...]
    hub: int
    shown: Shown
    theirs: Mapping[Institution, int]

    @property
    def agrees(self) -> bool:
        """Whether every number given is the hub's."""
        return all(number == self.hub for number in self.theirs.values())

    @property
    def is_part(self) -> bool:
        """Whether it is a part of what a measure counts, not the whole."""
        return bool(_parts(self.dims))

    @property
    def label(self) -> str:
        """What is counted, in French."""
        parts = parts_words(self.measure, _parts(self.dims))
        named = MEASURES[self.measure].label
        if (type_ := dict(self.dims).get("type")) is not None:
            return EVENT_LABELS.get(type_, type_)
        return f"{named} ({parts})" if parts else named


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
    rows = []
    for (measure, month, dims), numbers in sorted(given.items(), key=lambda row: row[0]):
        breakdown = _breakdown(by_place[measure, month], measure, [name for name, _ in dims])
        of = tuple(symbol for _, symbol in dims)
        shown = _shown(breakdown, of) if _parts(dims) else breakdown[of]
        rows.append(FigureDifference(measure, month, dims, breakdown[of], shown, numbers))
    return tuple(rows)


def _breakdown(cells: Iterable[tuple[Cell, int]], measure: str, names: Sequence[str]) -> Counter[tuple[str, ...]]:
    places = [MEASURES[measure].dims.index(name) for name in names]
    found: Counter[tuple[str, ...]] = Counter()
    for cell, amount in cells:
        found[tuple(cell.dims[place] for place in places)] += amount
    return found


def _shown(breakdown: Mapping[tuple[str, ...], int], of: tuple[str, ...]) -> Shown:
    """A number as its whole breakdown would show it; of more dimensions than can be masked, none is shown."""
    if len(of) not in _MASKABLE:
        return MASKED
    table = mask_table(breakdown)
    return table.rows.get(of, 0 if table.withheld is Withheld.NOTHING else MASKED)


def _parts(dims: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The dimensions that make a figure a part; whose events they are, and of which type, do not."""
    return [(name, symbol) for name, symbol in dims if name not in {"institution", "type"}]


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
    """The points where the institutions' counts differ from the hub's.

    Left out is what agrees or was not given, and parts of a figure: their numbers may be too small to be shown.
    """
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
        if not figure.agrees and not figure.is_part:
            caf, cd35 = (figure.theirs.get(one) for one in (Institution.CAF, Institution.CD35))
            found.append(DifferencePoint(figure.label, figure.month, figure.hub, caf, cd35))
    return tuple(found)
