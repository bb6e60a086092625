"""The figures of a period: every indicator with its values, its breakdowns and its course by month. Nothing is masked.

What people see of it passes `hub.domain.indicators.masking` first.
"""

from collections.abc import Mapping
from typing import Final

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.flows import ADDED
from hub.domain.indicators.part_one import PART_ONE
from hub.domain.indicators.part_two import PART_TWO
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import Figure, IndicatorFigures, Read
from hub.domain.indicators.tally import Tally
from hub.domain.indicators.values import NOT_PROVIDED, Count

_READ: Final = {**PART_ONE, **PART_TWO, **ADDED}


def figures(
    cells: Mapping[Cell, int],
    period: Period,
    before: Mapping[Cell, int] | None = None,
    *,
    agreement_refusals: int | None = None,
) -> tuple[IndicatorFigures, ...]:
    """Every indicator of a period, in the order of the catalogue. Pure.

    `cells` may hold more months than the period's. `before`: cells of the same months a year earlier, where they are
    known. `agreement_refusals`: the bare number of refusals for want of agreement, which no event tells.
    """
    tally = Tally(cells, period)
    earlier = None if before is None else Tally(before, period.before())
    found = []
    for indicator in INDICATORS.values():
        read = _READ[indicator.id](tally, earlier)
        if indicator.id == "A2":
            refused = NOT_PROVIDED if agreement_refusals is None else Count(agreement_refusals)
            label = "Refus faute d’accord de la personne"
            read = Read((*read.figures, Figure("agreement_refusals", label, refused)), read.breakdowns, read.series)
        provided = tally.provided(indicator.fed_by)
        shown = read.figures if provided else tuple(_without(figure) for figure in read.figures)
        found.append(
            IndicatorFigures(
                indicator, provided, shown, read.breakdowns if provided else (), read.series if provided else ()
            )
        )
    return tuple(found)


def _without(figure: Figure) -> Figure:
    kept = figure.key == "agreement_refusals"  # told by the hub itself, not by events
    return figure if kept else Figure(figure.key, figure.label, NOT_PROVIDED)
