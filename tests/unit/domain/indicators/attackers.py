"""Readers who want to know more than a breakdown shows: small tables, every possibility tried."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

from hub.domain.indicators.masking import MASKED, MaskedTable, Shown, Withheld, mask_table

Key: TypeAlias = tuple[str, ...]
Numbers: TypeAlias = tuple[int, ...]


def keys_of(*sizes: int) -> list[Key]:
    """The cells of a table: a0, a1 and so on, by b0, b1 and so on."""
    return list(product(*([f"{'ab'[dimension]}{n}" for n in range(size)] for dimension, size in enumerate(sizes))))


def tables(total: int, cells: int) -> Iterator[Numbers]:
    """Every way to share a total between cells."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in tables(total - first, cells - 1):
            yield first, *rest


def what_is_seen(table: MaskedTable, keys: list[Key]) -> tuple[object, ...]:
    """All that a reader sees of a table."""
    margins = tuple(tuple(sorted(margin.items(), key=str)) for margin in table.margins)
    return table.withheld, tuple(table.rows.get(key) for key in keys), margins, table.total


def told_by_the_programme(total: int, keys: list[Key]) -> list[str]:
    """Cells with one value for a reader who knows the programme, and runs it on every table with this total."""
    same: defaultdict[tuple[object, ...], list[Numbers]] = defaultdict(list)
    for numbers in tables(total, len(keys)):
        same[what_is_seen(mask_table(dict(zip(keys, numbers, strict=True))), keys)].append(numbers)
    learnt = []
    for (withheld, cells, *_), possible in same.items():
        for place, cell in enumerate(cells):  # type: ignore[var-annotated, arg-type]
            hidden = cell is MASKED or withheld is not Withheld.NOTHING
            if hidden and len({numbers[place] for numbers in possible}) == 1:
                learnt.append(f"{possible[0]}: cell {place}")
    return learnt


def told_by_the_totals(truth: Mapping[Key, int], keys: list[Key], *, sizes_known: bool) -> list[Key]:
    """Hidden cells for which the shown numbers leave one value.

    The reader knows the totals, that hidden cells are no zero, and with `sizes_known` even which of them are small (1
    to 4). Every table is tried in which no cell differs by more than one.
    """
    table = mask_table(truth)
    if table.withheld is Withheld.ALL:
        return []
    differing: set[Key] = set()
    ways = [_ways(table, key, truth.get(key, 0), sizes_known) for key in keys]
    for steps in product(*ways):
        other = {key: truth.get(key, 0) + step for key, step in zip(keys, steps, strict=True)}
        if any(steps) and sum(steps) == 0 and _seen_alike(table, truth, other, sizes_known):
            differing.update(key for key, step in zip(keys, steps, strict=True) if step)
    if table.withheld is Withheld.CELLS:  # in a line of zeros nothing is hidden
        hidden = [key for key in keys if all(_line(truth, dimension, name) for dimension, name in enumerate(key))]
    else:
        hidden = [key for key in keys if table.rows.get(key) is MASKED]
    return [key for key in hidden if key not in differing]


def _ways(table: MaskedTable, key: Key, number: int, sizes_known: bool) -> list[int]:  # noqa: FBT001 (passed on)
    if table.withheld is Withheld.CELLS:
        return [step for step in (-1, 0, 1) if number + step >= 0]
    return [step for step in (-1, 0, 1) if _may_be(table.rows.get(key, 0), number, number + step, sizes_known)]


def _seen_alike(
    table: MaskedTable,
    truth: Mapping[Key, int],
    other: Mapping[Key, int],
    sizes_known: bool,  # noqa: FBT001 (passed on)
) -> bool:
    return all(
        _may_be(shown, _line(truth, dimension, name), _line(other, dimension, name), sizes_known)
        for dimension, margin in enumerate(table.margins)
        for name, shown in margin.items()
    )


def _may_be(shown: Shown, before: int, after: int, sizes_known: bool) -> bool:  # noqa: FBT001 (passed on)
    if shown is not MASKED:
        return before == after
    return after >= 1 and (not sizes_known or (before < 5) == (after < 5))


def _line(table: Mapping[Key, int], dimension: int, name: str) -> int:
    return sum(number for key, number in table.items() if key[dimension] == name)
