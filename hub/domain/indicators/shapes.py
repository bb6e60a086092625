"""The shapes of figures, and what the indicators share: axes, courses by month, field feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.indicators.catalogue import Indicator
from hub.domain.indicators.tally import Tally
from hub.domain.indicators.values import NOT_PROVIDED, Count, Value, mean
from hub.domain.indicators.vocabulary import label_of

CDAS_COUNT: Final = 22
"""The CDAS of the Département (domain, public facts)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of an indicator; `key` is stable, `label` French."""

    key: str
    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension of a breakdown: its name, its French label, and the vocabulary that its symbols are of."""

    name: str
    label: str
    vocabulary: str

    def label_of(self, symbol: str) -> str:
        """The French label of one of its symbols."""
        return label_of(self.vocabulary, symbol)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts by one or two dimensions; `rows` holds no zero, its sum is the total."""

    key: str
    label: str
    by: tuple[Axis, ...]
    rows: Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Series:
    """A count by month, in order; None where nothing was provided for the month."""

    key: str
    label: str
    points: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """All of one indicator. `provided` is false when no event that feeds it was counted: then every value says so."""

    indicator: Indicator
    provided: bool
    figures: tuple[Figure, ...]
    breakdowns: tuple[Breakdown, ...] = ()
    series: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What one indicator reads of a tally."""

    figures: tuple[Figure, ...]
    breakdowns: tuple[Breakdown, ...] = ()
    series: tuple[Series, ...] = ()


BY_CDAS: Final = Axis("cdas", "CDAS", "cdas")
BY_DIRECTION: Final = Axis("direction", "sens", "direction")
BY_REASON: Final = Axis("reason", "motif", "reason")
BY_BENEFIT: Final = Axis("benefit_kind", "prestation", "benefit_kind")
BY_OUTCOME: Final = Axis("outcome", "issue", "outcome")
BY_SERVICE: Final = Axis("service", "service", "service")
BY_CODE: Final = Axis("code", "nature du changement", "code")
BY_ISSUER: Final = Axis("issuer", "émetteur", "issuer")


def series_of(tally: Tally, key: str, label: str, measure: str, types: frozenset[str], **wanted: str) -> Series:
    """The course of a measure by month; months without an event of `types` are not provided."""
    counted = tally.by_month(measure, **wanted)
    points = tuple((m, counted[m] if tally.provided_in(m, types) else None) for m in tally.period.months)
    return Series(key, label, points)


def counted(tally: Tally, measure: str, types: frozenset[str], **wanted: str) -> Value:
    """The sum of a measure, or nothing where no event of `types` was counted."""
    return Count(tally.count(measure, **wanted)) if tally.provided(types) else NOT_PROVIDED


def feedback_of(tally: Tally, key: str, themes: tuple[str, ...], about: str) -> tuple[tuple[Figure, ...], Breakdown]:
    """The mean score of the feedback about some themes, and its entries by kind."""
    provided = tally.provided(("field_feedback.submitted",))
    entries = tally.by("feedback", "theme", "kind", theme=themes)
    scores = {int(score): number for (score,), number in tally.by("feedback", "score", theme=themes).items() if score}
    said = (
        Figure(f"{key}_score", f"Retours de terrain ({about}) : note moyenne sur 5", mean(scores)),
        Figure(
            f"{key}_entries",
            f"Retours de terrain ({about})",
            Count(entries.total()) if provided else NOT_PROVIDED,
        ),
    )
    axes = (Axis("theme", "sujet", "theme"), Axis("kind", "sorte", "feedback"))
    return said, Breakdown(f"{key}_feedback", f"Retours de terrain ({about})", axes, entries)
