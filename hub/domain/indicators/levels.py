"""Flows as a gauge may show them: rounded down so that no small number, and no single event, can be read from them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.vocabulary import FlowDirection, Transfer, UrgencyKind
from hub.domain.vocabulary import UNKNOWN, Outcome

STEP: Final = 5
"""Levels are multiples of it; what is below the first is not shown at all."""

Flow = tuple[str, str, str]
"""Kind, direction, outcome: closed lists."""

REFERRAL: Final = "referral"
FLOW_MEASURES: Final = ("referrals", "transfers", "urgencies")
"""The measures that are flows."""

_KINDS: Final = frozenset({REFERRAL, *(kind.value for kind in (*Transfer, *UrgencyKind))})
_DIRECTIONS: Final = frozenset(direction.value for direction in FlowDirection)
_OUTCOMES: Final = frozenset(outcome.value for outcome in Outcome)


def levels(cells: Mapping[Cell, int], month: str) -> dict[Flow, int]:
    """How many requests of each kind, direction and outcome came in a month, down to a multiple of 5; none below."""
    flows: Counter[Flow] = Counter()
    for cell, amount in cells.items():
        if cell.month == month and cell.measure in FLOW_MEASURES:
            flows[_flow(cell)] += amount
    return {flow: amount - amount % STEP for flow, amount in flows.items() if amount >= STEP}


def _flow(cell: Cell) -> Flow:
    said = dict(zip(MEASURES[cell.measure].dims, cell.dims, strict=True))
    kind = said.get("transfer") or said.get("kind") or REFERRAL
    return _one_of(_KINDS, kind), _one_of(_DIRECTIONS, said["direction"]), _one_of(_OUTCOMES, said["outcome"])


def _one_of(known: Iterable[str], symbol: str) -> str:
    return symbol if symbol in known else UNKNOWN
