"""What a dimension of a counted cell says, in French: « du CDAS vers la CAF », « signalé urgent : oui »."""

from collections.abc import Iterable, Mapping
from typing import Final

from hub.domain.french import NO_BREAK
from hub.domain.indicators.vocabulary import dimension_label

NAMES: Final[Mapping[str, str]] = {
    "answer": "réponse",
    "at": "relevé",
    "benefit_kind": "prestation",
    "category": "urgence",
    "cdas": "CDAS",
    "code": "nature du changement",
    "communication": "communication préalable",
    "days": "jours",
    "direction": "sens",
    "hours": "heures",
    "information_available": "information disponible dans CDAP",
    "institution": "institution",
    "issuer": "émetteur",
    "justified": "justifiée",
    "kind": "sorte",
    "line_open": "ligne ouverte",
    "means": "moyen",
    "nature": "nature",
    "origin": "origine",
    "outcome": "issue",
    "out_of_scope": "hors de la définition",
    "prior": "avant la date d’effet",
    "reached": "contact abouti",
    "reason": "motif",
    "request_kind": "demande",
    "rules_version": "règles",
    "score": "note",
    "service": "service",
    "site": "site",
    "size": "effectif",
    "state": "dernier état",
    "theme": "sujet",
    "transfer": "échange",
    "type": "événements",
    "urgent": "signalé urgent",
}
"""The French name of every dimension."""

_SPEAK: Final = frozenset(
    {"answer", "benefit_kind", "category", "code", "direction", "kind", "means", "nature", "origin", "outcome"}
    | {"reason", "request_kind", "state", "theme", "transfer"}
)
"""Dimensions whose symbols speak for themselves."""


def part_words(measure: str, name: str, symbol: str) -> str:
    """One dimension of a cell of a measure; its name stands before it where the symbol alone would say little."""
    shown = dimension_label(measure, name, symbol)
    alone = name in _SPEAK or (name == "cdas" and symbol.startswith("CDAS"))
    return shown if alone and symbol else f"{NAMES[name]}{NO_BREAK}: {shown}"


def parts_words(measure: str, parts: Iterable[tuple[str, str]]) -> str:
    """Several of them, set apart by commas."""
    return ", ".join(part_words(measure, name, symbol) for name, symbol in parts)
