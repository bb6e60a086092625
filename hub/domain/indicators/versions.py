"""Counts by rules version, where rules changed within a period (domain §6, common rule 6)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.figures import figures
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import Axis, Breakdown
from hub.domain.indicators.values import Count

_BY_VERSION: Final = Axis("rules_version", "version des règles", "rules_version")


def by_rules_version(cells: Mapping[Cell, int], period: Period) -> Mapping[str, tuple[Breakdown, ...]]:
    """By indicator: each of its counts that rests on a decision, by the version of the rules that decided."""
    months = set(period.months)
    by_version: dict[str, dict[Cell, int]] = defaultdict(dict)
    received: dict[Cell, int] = {}
    for cell, amount in cells.items():
        dims = MEASURES[cell.measure].dims
        if cell.month not in months:
            continue
        if cell.measure == "received":
            received[cell] = amount
        elif "rules_version" in dims:
            by_version[cell.dims[dims.index("rules_version")]][cell] = amount
    rows: dict[tuple[str, str, str], dict[tuple[str, ...], int]] = defaultdict(dict)
    for version, own in sorted(by_version.items()):
        for one in figures(received | own, period):
            for figure in one.figures:
                if isinstance(figure.value, Count) and figure.value.number:
                    rows[one.indicator.id, figure.key, figure.label][(version,)] = figure.value.number
    found: dict[str, list[Breakdown]] = defaultdict(list)
    for (indicator, key, label), numbers in rows.items():
        found[indicator].append(Breakdown(f"{key}_by_rules_version", f"{label}, par version", (_BY_VERSION,), numbers))
    return {indicator: tuple(breakdowns) for indicator, breakdowns in found.items()}
