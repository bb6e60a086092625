"""What a breakdown shows of its cells: none of 1 to 4, nor what would give one away (domain §6, common rule 4).

A reader knows the total, the margins that are shown and that a cell without a number is no zero: zeros are shown. So
hiding the small cells is not enough. A line is hidden up to a cut, the least one at which the hidden cells together
are no small cell themselves and leave each other room; equal cells are hidden together. Whatever a reader can work out
from the cut, the same numbers in another order of the hidden cells would have been shown alike.

Totals of the whole département are not cells. One of 1 to 4 withholds its whole breakdown, even which lines it has.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, TypeVar

from hub.domain.indicators.masking_grid import hidden_in_grid

THRESHOLD: Final = 5  # assumption of the handbook: parameter of the convention's partners, not of a reader


class Masked(Enum):
    """The number that a reader is not given: it is not zero."""

    MASKED = "masked"


class Withheld(Enum):
    """How much of a breakdown is not shown at all."""

    NOTHING = "nothing"
    CELLS = "cells"  # two dimensions: each one's own lines are shown, not where they cross
    ALL = "all"


MASKED: Final = Masked.MASKED
Shown: TypeAlias = int | Masked
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class MaskedTable:
    """A breakdown as a reader may see it.

    `margins` holds, where there are two dimensions, the totals by each of them; a line that is in neither `rows` nor
    `margins` is zero unless it is withheld.
    """

    rows: Mapping[tuple[str, ...], Shown]
    margins: tuple[Mapping[str, Shown], ...]
    total: int
    withheld: Withheld


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader learns elsewhere of a breakdown: totals of the whole département that stand beside it.

    `dimensions`: those whose margins are such totals. `rows`: cells of one dimension that are. `unsafe`: cells
    that would tell others with what was shown before, and are hidden like small ones; `unsafe_lines`: such margins.
    """

    dimensions: frozenset[int] = frozenset()
    rows: frozenset[tuple[str, ...]] = frozenset()
    unsafe: frozenset[tuple[str, ...]] = frozenset()
    unsafe_lines: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


NOTHING_TOLD: Final = Told()


def mask(rows: Mapping[tuple[str, ...], int], threshold: int = THRESHOLD) -> Mapping[tuple[str, ...], Shown]:
    """The cells of a breakdown by one or two dimensions as a reader may see them; none where they are withheld."""
    return mask_table(rows, threshold).rows


def mask_table(
    rows: Mapping[tuple[str, ...], int], threshold: int = THRESHOLD, told: Told = NOTHING_TOLD
) -> MaskedTable:
    """The breakdown with its margins as a reader may see it, who knows its total and what is `told` beside it.

    Raises ValueError for cells below zero, or by other than one or two dimensions.
    """
    if any(number < 0 for number in rows.values()) or len({len(key) for key in rows} - {1, 2}) > 0:
        msg = "a breakdown holds numbers from zero on, by one or two dimensions"
        raise ValueError(msg)
    two = any(len(key) == 2 for key in rows)
    return _two_dimensions(rows, threshold, told) if two else _one_dimension(rows, threshold, told)


def hidden_in_line(
    cells: Mapping[_Key, int], threshold: int = THRESHOLD, unsafe: frozenset[_Key] = frozenset()
) -> frozenset[_Key] | None:
    """The cells of a line with a known total that are hidden; None where the whole line is withheld."""
    if 0 < sum(cells.values()) < threshold:
        return None
    numbers = sorted({number for number in cells.values() if number})
    for cut in (threshold - 1, *(number for number in numbers if number >= threshold)):
        hidden = {key for key, number in cells.items() if 0 < number <= cut or (number and key in unsafe)}
        if not hidden or _leaves_room(len(hidden), sum(cells[key] for key in hidden), threshold):
            return frozenset(hidden)
    return None


def _leaves_room(count: int, together: int, threshold: int) -> bool:
    """Whether hidden cells, whose number and sum are known, may be several things each.

    Neither alone, nor together a small cell, nor about one each, nor each at most where nothing else is hidden.
    """
    return count >= 2 and together >= max(threshold, 2 * count) and together != count * (threshold - 1)


def _one_dimension(rows: Mapping[tuple[str, ...], int], threshold: int, told: Told) -> MaskedTable:
    total = sum(rows.values())
    hidden = hidden_in_line(
        {key: number for key, number in rows.items() if key not in told.rows}, threshold, told.unsafe
    )
    if hidden is None:
        return MaskedTable({}, (), total, Withheld.ALL)
    return MaskedTable(_shown(rows, hidden), (), total, Withheld.NOTHING)


def _two_dimensions(rows: Mapping[tuple[str, ...], int], threshold: int, told: Told) -> MaskedTable:
    total, margins = sum(rows.values()), (_margin(rows, 0), _margin(rows, 1))
    nothing = MaskedTable({}, ({}, {}), total, Withheld.ALL)
    if 0 < total < threshold:
        return nothing
    hidden: list[frozenset[str]] = []
    for dimension, margin in enumerate(margins):
        line = (
            frozenset()
            if dimension in told.dimensions
            else hidden_in_line(margin, threshold, told.unsafe_lines[dimension])
        )
        if line is None:
            return nothing
        hidden.append(line)
    found: frozenset[tuple[str, ...]] | None
    if any(sum(map(bool, margin.values())) == 1 for margin in margins):
        # The one line of that dimension is the total, and the cells are the other's margin.
        found = frozenset(key for key, n in rows.items() if n and (key[0] in hidden[0] or key[1] in hidden[1]))
        if any(0 < n < threshold and key not in found for key, n in rows.items()) or not told.unsafe <= found:
            return nothing
    else:
        found = hidden_in_grid(rows, margins, (told.unsafe, hidden[0], hidden[1]), threshold)
    shown = tuple(_shown(margin, line) for margin, line in zip(margins, hidden, strict=True))
    if found is None:
        return MaskedTable({}, shown, total, Withheld.CELLS)
    return MaskedTable(_shown(rows, found), shown, total, Withheld.NOTHING)


def _margin(rows: Mapping[tuple[str, ...], int], dimension: int) -> dict[str, int]:
    margin: dict[str, int] = {}
    for key, number in rows.items():
        margin[key[dimension]] = margin.get(key[dimension], 0) + number
    return margin


def _shown(rows: Mapping[_Key, int], hidden: frozenset[_Key]) -> dict[_Key, Shown]:
    return {key: MASKED if key in hidden else number for key, number in rows.items()}
