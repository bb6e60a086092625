"""Numbers and dates are written as a French reader expects them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.domain.french_numbers import (
    day_in_full,
    day_of,
    decimal,
    instant_in_full,
    month_in_full,
    month_in_short,
    percent,
    signed,
    signed_percent,
    whole,
)


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        pytest.param("12\u202f345", whole(12345), id="thousands"),
        pytest.param("−1\u202f000", whole(-1000), id="below zero"),
        pytest.param("+3", signed(3), id="more"),
        pytest.param("+1", signed(1), id="one more"),
        pytest.param("0", signed(0), id="no change"),
        pytest.param("−3", signed(-3), id="less"),
        pytest.param("12,5", decimal(12.5), id="comma"),
        pytest.param("1\u202f234,5", decimal(1234.5), id="comma and thousands"),
        pytest.param("10,05", decimal(10.05, 2), id="two places"),
        pytest.param("11", decimal(10.5, 0), id="no place"),
        pytest.param("4", decimal(4.0), id="no empty fraction"),
        pytest.param("2,4", decimal(2.35), id="half away from zero"),
        pytest.param("−2,4", decimal(Decimal("-2.35")), id="half away from zero, below"),
        pytest.param("0", decimal(-0.01), id="no minus before zero"),
        pytest.param("33,3\u00a0%", percent(1 / 3), id="a third"),
        pytest.param("+8,2\u00a0%", signed_percent(0.0817), id="growth"),
        pytest.param("−10\u00a0%", signed_percent(-0.1), id="decline"),
        pytest.param("0\u00a0%", signed_percent(0), id="no growth"),
        pytest.param("mars 2026", month_in_full("2026-03"), id="month"),
        pytest.param("1er\u00a0mars 2026", day_in_full(date(2026, 3, 1)), id="day"),
        pytest.param("1er\u00a0juillet 2026", day_of(datetime(2026, 6, 30, 22, tzinfo=UTC)), id="day in Paris"),
        pytest.param("30\u00a0juin 2026", day_of(datetime(2026, 6, 30, 21, tzinfo=UTC)), id="the day before in Paris"),
        pytest.param(
            "31\u00a0décembre 2026 à 13\u00a0h\u00a045",
            instant_in_full(datetime(2026, 12, 31, 12, 45, tzinfo=UTC)),
            id="instant",
        ),
        pytest.param(
            "1er\u00a0juillet 2026 à 0\u00a0h\u00a005",
            instant_in_full(datetime(2026, 6, 30, 22, 5, tzinfo=UTC)),
            id="in Paris it is tomorrow",
        ),
    ],
)
def test_a_number_reads(expected: str, written: str) -> None:
    assert expected == written


def test_the_months_of_a_chart_are_short() -> None:
    found = [month_in_short(f"2026-{number:02}") for number in range(1, 13)]
    assert ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."] == found
