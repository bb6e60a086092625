from decimal import Decimal

import pytest

from hub.domain.indicators.values import NOT_PROVIDED, Mean, Median, NotProvided, Share, change, mean, median, share


def test_a_share_of_nothing_is_not_provided() -> None:
    assert share(0, 0) is NOT_PROVIDED
    assert isinstance(NOT_PROVIDED, NotProvided)
    assert Share(0, 3) == share(0, 3)


@pytest.mark.parametrize(
    ("values", "middle"),
    [
        pytest.param({"2": 1, "10": 1, "4": 1}, "4", id="odd number"),
        pytest.param({"2": 1, "4": 1}, "3", id="between two"),
        pytest.param({"0.5": 3, "8": 3}, "4.25", id="repeated"),
        pytest.param({"1": 5, "9": 2}, "1", id="most often the smallest"),
    ],
)
def test_the_median_is_exact(values: dict[str, int], middle: str) -> None:
    found = median({Decimal(value): number for value, number in values.items()}, "h")
    assert Median(Decimal(middle), sum(values.values()), "h") == found


def test_a_median_and_a_mean_of_nothing_are_not_provided() -> None:
    assert median({}, "h") is NOT_PROVIDED
    assert mean({}) is NOT_PROVIDED
    assert Mean(9, 2) == mean({4: 1, 5: 1})


def test_a_change_needs_something_a_year_before() -> None:
    assert change(3, None) is NOT_PROVIDED
    assert change(3, 0) is NOT_PROVIDED
