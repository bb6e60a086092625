"""What the months say of a longer period: a line hidden in one month only is its total less the months that are shown.

Each month is masked by itself, as whoever looked at it has seen it. Its lines by month are a grid of which the months'
totals are known; the period's own lines are its margin, and only these can still be hidden.
"""

from collections.abc import Mapping, Sequence

from hub.domain.indicators.masking import MASKED, THRESHOLD, MaskedTable, Withheld
from hub.domain.indicators.masking_grid import lines_to_hide

Row = tuple[str, ...]


def told_by_months(
    months: Sequence[tuple[Mapping[Row, int], MaskedTable]], threshold: int = THRESHOLD
) -> frozenset[Row] | None:
    """The lines of a period that must be hidden, so that no month's hidden cell is told by the other months.

    `months`: of each, its numbers and what is shown of them. None where the period must be withheld.
    """
    names = sorted({row for rows, _ in months for row, number in rows.items() if number})
    numbers, unseen, maybe_zero = {}, set(), set()
    for month, (rows, table) in enumerate(months):
        for place, name in enumerate(names):
            edge, number = (place, month), rows.get(name, 0)
            if table.withheld is Withheld.ALL:
                maybe_zero.add(edge)
            elif not number:
                continue
            numbers[edge] = number
            if table.rows.get(name, MASKED) is MASKED:
                unseen.add(edge)
    hidden = lines_to_hide(numbers, unseen, frozenset(maybe_zero), threshold)
    return None if hidden is None else frozenset(names[place] for place in hidden)
