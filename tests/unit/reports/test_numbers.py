"""Numbers and dates are written as a French reader expects them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.domain.french_numbers import decimal, instant_in_full, month_in_full, percent, signed, signed_percent, whole


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        pytest.param("12\u202f345", whole(12345), id="thousands"),
        pytest.param("−1\u202f000", whole(-1000), id="below zero"),
        pytest.param("+3", signed(3), id="more"),
        pytest.param("0", signed(0), id="no change"),
        pytest.param("12,5", decimal(12.5), id="comma"),
        pytest.param("4", decimal(4.0), id="no empty fraction"),
        pytest.param("2,4", decimal(2.35), id="half away from zero"),
        pytest.param("−2,4", decimal(Decimal("-2.35")), id="half away from zero, below"),
        pytest.param("0", decimal(-0.01), id="no minus before zero"),
        pytest.param("33,3\u00a0%", percent(1 / 3), id="a third"),
        pytest.param("+8,2\u00a0%", signed_percent(0.0817), id="growth"),
        pytest.param("−10\u00a0%", signed_percent(-0.1), id="decline"),
        pytest.param("mars 2026", month_in_full("2026-03"), id="month"),
        pytest.param(
            "1er\u00a0juillet 2026 à 0\u00a0h\u00a005",
            instant_in_full(datetime(2026, 6, 30, 22, 5, tzinfo=UTC)),
            id="in Paris it is tomorrow",
        ),
    ],
)
def test_a_number_reads(expected: str, written: str) -> None:
    assert expected == written
