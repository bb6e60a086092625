"""Whoever lays the months beside the year learns no small number."""

from tests.indicators.example_year.told import year_cells
from tests.indicators.onlooker import learnt


def test_nobody_learns_a_small_number_of_the_example_year_from_its_months_and_its_total() -> None:
    assert [] == learnt(year_cells())
