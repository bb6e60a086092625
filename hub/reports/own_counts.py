"""The points where counts differ, as a reader of the report may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.indicators.differences import DifferencePoint, EventDifference, FigureDifference, points
from hub.domain.indicators.masking import MASKED, THRESHOLD, Shown
from hub.domain.vocabulary import Institution


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A point where counts differ; None: that institution gave no count. Ids are of events that one side lacks."""

    label: str
    month: str
    hub: Shown
    caf: Shown | None
    cd35: Shown | None
    lacked_by_hub: tuple[str, ...] = ()
    lacked_by_institution: tuple[str, ...] = ()


def shown_differences(
    events: Iterable[EventDifference], figures: Iterable[FigureDifference]
) -> tuple[ShownDifference, ...]:
    """The points of a report: no number of 1 to 4, and none at all of a part of a figure, which its table may hide."""
    found = list(figures)
    parts = [figure for figure in found if figure.is_part and not figure.agrees]
    return (*map(_shown, points(events, found)), *map(_without_numbers, parts))


def _shown(point: DifferencePoint) -> ShownDifference:
    given = [number for number in (point.hub, point.caf, point.cd35) if number is not None]
    hidden = any(0 < number < THRESHOLD for number in given)

    def number(of: int | None) -> Shown | None:
        return None if of is None else MASKED if hidden else of

    return ShownDifference(
        point.label,
        point.month,
        MASKED if hidden else point.hub,
        number(point.caf),
        number(point.cd35),
        point.lacked_by_hub,
        point.lacked_by_institution,
    )


def _without_numbers(figure: FigureDifference) -> ShownDifference:
    caf, cd35 = (MASKED if one in figure.theirs else None for one in (Institution.CAF, Institution.CD35))
    return ShownDifference(figure.label, figure.month, MASKED, caf, cd35)
