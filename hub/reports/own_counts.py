"""The points where counts differ, as a reader of the report may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.indicators.differences import DifferencePoint, EventDifference, FigureDifference, points
from hub.domain.indicators.masking import MASKED, THRESHOLD, Shown

_NO_CELL = frozenset({"type", "institution"})


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
    """The points of a report: no number of 1 to 4, and none at all of a cell, which its table may hide."""
    found = list(figures)
    cells = [figure for figure in found if any(name not in _NO_CELL for name, _ in figure.dims)]
    totals = [figure for figure in found if figure not in cells]
    return (
        *(_shown(point, at_least=THRESHOLD) for point in points(events, totals)),
        *(_shown(point, at_least=None) for point in points((), cells)),
    )


def _shown(point: DifferencePoint, at_least: int | None) -> ShownDifference:
    given = [number for number in (point.hub, point.caf, point.cd35) if number is not None]
    hidden = at_least is None or any(0 < number < at_least for number in given)

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
