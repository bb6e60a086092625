"""Whoever lays the months beside the year learns no small number."""

from random import Random

import pytest

from tests.indicators.example_year.told import year_cells
from tests.indicators.onlooker import YEAR, learnt
from tests.unit.domain.indicators.drawn_cells import drawn_cells


def test_nobody_learns_a_small_number_of_the_example_year_from_its_months_and_its_total() -> None:
    assert [] == learnt(year_cells())


@pytest.mark.parametrize("seed", range(12))
def test_nobody_learns_a_small_number_of_a_drawn_year_from_its_months_and_its_total(seed: int) -> None:
    chance = Random(seed)
    cells = drawn_cells(seed, YEAR.months, chance.choice((2, 6, 20, 60)), share=chance.choice((0.05, 0.2, 0.6)))
    assert [] == learnt(cells)
