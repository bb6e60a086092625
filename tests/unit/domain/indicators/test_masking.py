"""Masking of breakdowns: no cell of 1 to 4 is shown, and none can be worked out from what is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.indicators.masking import MASKED, MaskedTable, Withheld, mask, mask_table
from tests.unit.domain.indicators.attackers import keys_of, told_by_the_programme, told_by_the_totals

M = MASKED


def line(*numbers: int) -> dict[tuple[str, ...], int]:
    return dict(zip(keys_of(len(numbers)), numbers, strict=True))


def grid(*rows: tuple[int, ...]) -> dict[tuple[str, ...], int]:
    return dict(zip(keys_of(len(rows), len(rows[0])), (number for row in rows for number in row), strict=True))


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        pytest.param((7, 12, 5), (7, 12, 5), id="nothing small"),
        pytest.param((0, 12, 0), (0, 12, 0), id="zeros are shown"),
        pytest.param((3, 12, 80), (M, M, 80), id="one small cell takes the next one with it"),
        pytest.param((3, 4, 80), (M, M, 80), id="two small cells hide each other"),
        pytest.param((1, 1, 12, 80), (M, M, M, 80), id="two that are together small take another"),
        pytest.param((4, 4, 80, 90), (M, M, M, 90), id="two of the largest small ones take another"),
        pytest.param((1, 1, 1, 1, 1, 9), (M, M, M, M, M, M), id="ones only take another"),
        pytest.param((3, 12, 12, 80), (M, M, M, 80), id="equal cells are hidden together"),
        pytest.param((2, 0, 9), (M, 0, M), id="a zero hides nothing"),
    ],
)
def test_a_line_beside_its_total_shows(numbers: tuple[int, ...], shown: tuple[object, ...]) -> None:
    assert shown == tuple(mask(line(*numbers)).values())


@pytest.mark.parametrize(
    "numbers", [(1,), (0, 1), (1, 1), (3,), (0, 4, 0), (2, 1, 1), (1, 1, 1, 1, 1), (4, 4)], ids=str
)
def test_a_breakdown_that_would_show_its_small_cells_by_its_total_is_withheld_with_its_lines(
    numbers: tuple[int, ...],
) -> None:
    assert MaskedTable({}, (), sum(numbers), Withheld.ALL) == mask_table(line(*numbers))


def test_an_empty_breakdown_and_one_of_zeros_hide_nothing() -> None:
    assert Withheld.NOTHING is mask_table({}).withheld
    assert {("a0",): 0, ("a1",): 0} == mask(line(0, 0))


def test_a_grid_of_one_event_is_withheld_and_one_of_none_is_not() -> None:
    one, none = mask_table(grid((1, 0), (0, 0))), mask_table(grid((0, 0), (0, 0)))
    assert (Withheld.ALL, ({}, {}), {}) == (one.withheld, one.margins, one.rows)
    assert (Withheld.NOTHING, ({"a0": 0, "a1": 0}, {"b0": 0, "b1": 0})) == (none.withheld, none.margins)
    assert {0} == set(none.rows.values())


def test_what_is_small_is_a_parameter() -> None:
    assert (M, M, 80) == tuple(mask(line(7, 12, 80), 10).values())


def test_a_row_of_one_cell_is_hidden_with_its_margin() -> None:
    table = mask_table(grid((3, 0, 0), (20, 30, 40), (50, 60, 70)))
    assert (M, M) == (table.rows["a0", "b0"], table.margins[0]["a0"])
    assert M in (table.margins[0]["a1"], table.margins[0]["a2"]), "the other margins and the total would tell it"


def test_a_small_cell_in_a_grid_takes_the_corners_of_a_rectangle() -> None:
    table = mask_table(grid((3, 10, 40), (10, 20, 40), (40, 40, 40)))
    assert {(0, 0), (0, 1), (1, 0), (1, 1)} == {
        (int(a[1]), int(b[1])) for (a, b), shown in table.rows.items() if shown is M
    }
    assert ({"a0": 53, "a1": 70, "a2": 120}, {"b0": 53, "b1": 70, "b2": 120}) == table.margins


def test_a_grid_of_one_row_is_a_line() -> None:
    table = mask_table(grid((3, 12, 80)))
    assert (M, M, 80) == tuple(table.rows.values())
    assert ({"a0": 95}, {"b0": M, "b1": M, "b2": 80}) == table.margins


def test_a_grid_whose_cells_cannot_be_shown_still_shows_its_margins() -> None:
    table = mask_table(grid((0, 4), (4, 0)))
    assert (Withheld.ALL, {}) == (table.withheld, table.rows)
    table = mask_table(grid((4, 4), (4, 4)))
    assert (Withheld.CELLS, {}, ({"a0": 8, "a1": 8}, {"b0": 8, "b1": 8})) == (table.withheld, table.rows, table.margins)


@pytest.mark.parametrize(("cells", "largest"), [(1, 4), (2, 24), (3, 20), (4, 13), (5, 9)])
def test_a_reader_who_knows_the_programme_learns_no_hidden_cell_of_a_line(cells: int, largest: int) -> None:
    """Every table there is, not a sample; alone in its breakdown, a cell from 5 on is the total, and shown."""
    learnt = [line for total in range(1, largest + 1) for line in told_by_the_programme(total, keys_of(cells))]
    assert learnt == [f"({total},): cell 0" for total in range(1, 5)] if cells == 1 else learnt == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 4, 5, 5, 6, 9, 30]), min_size=2, max_size=7))
def test_no_line_gives_a_hidden_cell_away_by_its_total(numbers: list[int]) -> None:
    assert [] == told_by_the_totals(line(*numbers), keys_of(len(numbers)), sizes_known=False)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([(2, 2), (2, 3), (3, 2), (2, 4), (3, 3)]).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(
                st.sampled_from([0, 0, 1, 1, 2, 3, 4, 4, 5, 5, 6, 9, 30]),
                min_size=size[0] * size[1],
                max_size=size[0] * size[1],
            ),
        )
    )
)
def test_no_grid_gives_a_hidden_cell_away_by_its_margins(drawn: tuple[tuple[int, int], list[int]]) -> None:
    """Small and large hidden cells are known apart here, which is more than a reader knows."""
    size, numbers = drawn
    keys = keys_of(*size)
    table = dict(zip(keys, numbers, strict=True))
    lines = [{key[dimension] for key, number in table.items() if number} for dimension in (0, 1)]
    several = all(len(names) > 1 for names in lines)  # otherwise it is a line, where sizes are not known apart
    assert [] == told_by_the_totals(table, keys, sizes_known=several)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("uvwxyz")), st.integers(0, 60), min_size=1, max_size=48
    )
)
@settings(max_examples=150, deadline=None)
def test_no_small_number_is_shown_anywhere_and_every_number_shown_is_true(rows: dict[tuple[str, ...], int]) -> None:
    table = mask_table(rows)
    for key, number in table.rows.items():
        assert number is M or (number == rows[key] and not 0 < number < 5)
    for dimension, margin in enumerate(table.margins):
        for name, number in margin.items():
            whole = sum(n for key, n in rows.items() if key[dimension] == name)
            assert number is M or (number == whole and not 0 < number < 5)


def test_cells_below_zero_and_a_third_dimension_are_refused() -> None:
    refused: list[dict[tuple[str, ...], int]] = [{("a",): -1}, {("a", "b", "c"): 9}]
    for rows in refused:
        with pytest.raises(ValueError, match="from zero on"):
            mask_table(rows)
