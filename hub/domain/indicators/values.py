"""What a figure can be: a count, a share, a median, a mean, a change, or nothing that was provided."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class NotProvided:
    """Nobody provided what the figure needs; never to be read as zero."""


NOT_PROVIDED: Final = NotProvided()


@dataclass(frozen=True, slots=True)
class Count:
    """So many."""

    number: int


@dataclass(frozen=True, slots=True)
class Share:
    """`numerator` out of `denominator`, which is at least 1; a share of people reached may exceed the whole."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Median:
    """The median of `of` values, in `unit` ("h", "j")."""

    value: Decimal
    of: int
    unit: str


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `of` values: `total` ÷ `of`."""

    total: int
    of: int


@dataclass(frozen=True, slots=True)
class Change:
    """From `before`, a year earlier and at least 1, to `now`: (now − before) ÷ before."""

    now: int
    before: int


Value = Count | Share | Median | Mean | Change | NotProvided


def share(numerator: int, denominator: int) -> Value:
    """A share, or nothing where it would rest on no value (domain, indicators, common rule 5)."""
    return Share(numerator, denominator) if denominator else NOT_PROVIDED


def median(values: Mapping[Decimal, int], unit: str) -> Value:
    """The median of values by how often each occurs; of two middle ones, their mean."""
    total = sum(values.values())
    if not total:
        return NOT_PROVIDED
    ranks = ((total - 1) // 2, total // 2)
    middle, seen = [], 0
    for value, number in sorted(values.items()):
        middle += [value for rank in ranks if seen <= rank < seen + number]
        seen += number
    return Median(sum(middle, Decimal()) / 2, total, unit)


def mean(values: Mapping[int, int]) -> Value:
    """The mean of values by how often each occurs."""
    total = sum(values.values())
    return Mean(sum(value * number for value, number in values.items()), total) if total else NOT_PROVIDED


def change(now: int, before: int | None) -> Value:
    """The change since a year before; nothing where nothing was counted then."""
    return Change(now, before) if before else NOT_PROVIDED
