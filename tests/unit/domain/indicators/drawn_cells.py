"""Cells of every measure, drawn at random: figures as a reader of all indicators at once would see them."""

import random
from collections import Counter
from itertools import product

from hub.domain.events import EVENT_TYPES
from hub.domain.indicators.cells import MEASURES, Cell

_SYMBOLS = {
    "type": sorted(EVENT_TYPES),
    "institution": ["CAF", "CD35"],
    "site": ["SITE-1", "SITE-2", "SITE-3"],
    "at": ["2026-01-01T00:00:00+00:00"],
    "size": ["400"],
    "nature": ["DROITS", "PAIEMENT", "ADVICE"],
    "cdas": ["CDAS-01", "CDAS-02", "CDAS-03"],
    "means": ["PRIORITY_LINE", "CDAP_FORM"],
    "benefit_kind": ["AAH", "RSA", "OTHER"],
    "hours": ["2", "5.5"],
    "days": ["0", "3", "20", "70"],
    "score": ["", "2", "5"],
    "theme": ["PRIORITY_LINE", "HANDOVER", "JOINT_INTERVENTION"],
    "direction": ["CDAS_TO_CAF", "CAF_TO_CDAS", "OTHER"],
    "justified": ["YES", "NO", "NOT_KNOWN"],
    "information_available": ["YES", "NO", "NOT_KNOWN"],
    "reason": ["WRONG_SERVICE", "NOT_URGENT"],
    "origin": ["CDAS_RECEPTION", "CCAS", "OTHER"],
    "request_kind": ["HOUSING_FUND", "OTHER"],
    "answer": ["accepted", "validated", "refused"],
    "transfer": ["handover", "joint_intervention"],
    "state": ["requested", "refused", "completed"],
    "category": ["FOOD", "OTHER"],
    "code": ["O1", "L1", "D1"],
    "issuer": ["CAF", "CD35"],
    "service": ["CDAS", "CAF_SOCIAL_WORK", "ASIP"],
    "outcome": ["ROUTED", "INCOMPLETE", "REJECTED"],
    "rules_version": ["1"],
}
_FLAGS = {"urgent", "out_of_scope", "reached", "line_open", "communication", "prior"}
_KINDS = {
    "feedback": ["SUCCESS", "IMPROVEMENT"],
    "mission_sessions": ["CD35_MISSIONS_FOR_CAF", "CAF_MISSIONS_FOR_CDAS"],
    "mission_cdas": ["CD35_MISSIONS_FOR_CAF", "CAF_MISSIONS_FOR_CDAS"],
    "urgencies": ["benefit_urgency", "social_urgency"],
    "meetings": ["MONTHLY_TECHNICAL"],
}


def drawn_cells(seed: int, months: tuple[str, ...], largest: int, *, share: float = 1.0) -> Counter[Cell]:
    """Amounts from 1 to `largest` in a `share` of all cells; what was read twice adds up where it must."""
    chance = random.Random(seed)
    cells: Counter[Cell] = Counter()
    for month, measure in product(months, MEASURES.values()):
        for dims in product(*(_symbols(measure.id, name) for name in measure.dims)):
            if measure.id == "received" or chance.random() < share:
                cells[Cell(month, measure.id, dims)] = chance.randint(1, largest)
    for month in months:
        _agree(cells, month)
    return Counter({cell: amount for cell, amount in cells.items() if amount})


def _symbols(measure: str, name: str) -> list[str]:
    if name == "kind":
        return _KINDS[measure]
    return ["yes", "no"] if name in _FLAGS else _SYMBOLS[name]


def _agree(cells: Counter[Cell], month: str) -> None:
    """One notice has one lead; who acknowledged was asked."""
    for cell in [cell for cell in cells if cell.month == month and cell.measure == "notices"]:
        del cells[cell]
    for cell, amount in list(cells.items()):
        if cell.month == month and cell.measure == "notice_leads":
            code, issuer, days = cell.dims
            cells[Cell(month, "notices", (code, issuer, "yes" if int(days) > 0 else "no", "1"))] += amount
        if cell.month == month and cell.measure == "notice_acknowledged":
            cells[cell._replace(measure="notice_asked")] += amount
