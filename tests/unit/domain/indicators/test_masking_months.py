"""A period beside its months: who saw the months, each masked by itself, learns nothing more from the period."""

from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.domain.indicators.masking import MASKED, MaskedTable, Told, Withheld, mask_table
from hub.domain.indicators.masking_months import told_by_months

Row = tuple[str, ...]
NUMBERS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 12, 30])


def period_of(months: list[dict[Row, int]]) -> tuple[dict[Row, int], list[MaskedTable], MaskedTable]:
    """The period's numbers, what each month shows, and what the period shows."""
    whole = {row: sum(month.get(row, 0) for month in months) for row in months[0]}
    seen = [mask_table(month) for month in months]
    unsafe = told_by_months(list(zip(months, seen, strict=True)))
    if unsafe is None:
        return whole, seen, MaskedTable({}, (), sum(whole.values()), Withheld.ALL)
    return whole, seen, mask_table(whole, told=Told(unsafe=unsafe))


def rows(*numbers: int) -> dict[Row, int]:
    return {(f"a{place}",): number for place, number in enumerate(numbers)}


def test_a_line_that_one_month_hides_is_hidden_in_the_period_with_that_months_other_hidden_line() -> None:
    months = [rows(3, 12, 40), rows(20, 30, 40), rows(20, 30, 40)]
    _, seen, period = period_of(months)
    assert [MASKED, MASKED, 40] == list(seen[0].rows.values())
    assert [MASKED, MASKED, 120] == list(period.rows.values())


def test_lines_that_several_months_hide_are_shown_in_the_period() -> None:
    _, __, period = period_of([rows(3, 3, 40), rows(2, 4, 40), rows(3, 4, 40)])
    assert [8, 11, 120] == list(period.rows.values())


def test_months_without_small_cells_hide_nothing_of_the_period() -> None:
    _, __, period = period_of([rows(30, 30), rows(40, 0)])
    assert [70, 30] == list(period.rows.values())
    _, __, period = period_of([rows(5, 30), rows(0, 40)])
    assert [5, 70] == list(period.rows.values()), "the least number that is not small"


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=3))
@example([(3, 12, 40), (20, 30, 40), (20, 30, 40)])
@example([(3, 0, 0), (20, 30, 40), (20, 30, 40)])
def test_no_hidden_cell_of_a_month_is_told_by_the_period(numbers: list[tuple[int, int, int]]) -> None:
    """Every table by line and month is tried in which no cell differs by more than one, and the same is seen."""
    months = [rows(*month) for month in numbers]
    whole, seen, period = period_of(months)
    places = [(row, month) for month in range(len(months)) for row in months[0]]
    steps = [_steps(seen[month], months[month], row) for row, month in places]
    differing: set[tuple[Row, int]] = set()
    for chosen in product(*steps):
        by_place = dict(zip(places, chosen, strict=True))
        if any(sum(by_place[row, month] for row in months[0]) for month in range(len(months))):
            continue
        changed = {row: sum(by_place[row, month] for month in range(len(months))) for row in months[0]}
        if all(_alike(period, row, whole[row], changed[row]) for row in months[0]):
            differing.update(place for place, step in by_place.items() if step)
    for row, month in places:
        hidden = seen[month].withheld is Withheld.ALL or seen[month].rows.get(row) is MASKED
        if hidden and months[month][row]:
            assert (row, month) in differing


def _steps(seen: MaskedTable, month: dict[Row, int], row: Row) -> list[int]:
    if seen.withheld is Withheld.ALL:
        return [step for step in (-1, 0, 1) if month[row] + step >= 0]
    return [step for step in (-1, 0, 1) if month[row] + step >= 1] if seen.rows[row] is MASKED else [0]


def _alike(period: MaskedTable, row: Row, whole: int, step: int) -> bool:
    if period.withheld is Withheld.ALL:
        return whole + step >= 0
    return step == 0 if period.rows[row] is not MASKED else whole + step >= 1
