"""A system that published regularly and stopped is silent; one that is not expected now is not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.delivery.silence import silent, windows

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=PARIS)
CAF = "urn:hub:caf35:si-partenaires"


def test_the_hours_that_end_now_are_compared_with_the_same_hours_of_four_weeks_before() -> None:
    spans = windows(TUESDAY)
    assert [24, 17, 10, 3, 27] == [end.day for _, end in spans]
    assert {(11, 15)} == {(begin.hour, end.hour) for begin, end in spans}


def test_the_hours_are_those_of_the_wall_on_both_sides_of_a_change_of_clocks() -> None:
    after_winter_began = datetime(2026, 10, 27, 15, 0, tzinfo=PARIS)
    (_, now), (_, before), *_ = windows(after_winter_began)
    assert (15, 15) == (now.hour, before.hour)
    assert timedelta(days=7, hours=1) == now.astimezone(ZoneInfo("UTC")) - before.astimezone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        pytest.param((0, 9, 9, 9, 9), (CAF,), id="it published each week and does not now"),
        pytest.param((0, 9, 0, 9, 9), (CAF,), id="one week without is regular all the same"),
        pytest.param((1, 9, 9, 9, 9), (), id="one event is no silence"),
        pytest.param((0, 9, 9, 0, 0), (), id="two weeks of four are not regular"),
        pytest.param((0, 3, 3, 3, 3), (CAF,), id="three events each week are regular"),
        pytest.param((0, 2, 2, 2, 2), (), id="two events at these hours may well be none"),
        pytest.param((0, 0, 0, 0, 0), (), id="it never publishes at these hours"),
    ],
)
def test_a_system_is_silent_when_it_was_regular_at_these_hours(counts: tuple[int, ...], found: tuple[str, ...]) -> None:
    assert found == silent({CAF: counts}, TUESDAY)


def test_nobody_is_silent_on_a_public_holiday() -> None:
    armistice = datetime(2026, 11, 11, 15, 0, tzinfo=PARIS)
    assert () == silent({CAF: (0, 9, 9, 9, 9)}, armistice)


def test_a_week_with_a_public_holiday_at_this_place_does_not_count() -> None:
    wednesday_after = datetime(2026, 11, 18, 15, 0, tzinfo=PARIS)
    assert (CAF,) == silent({CAF: (0, 0, 9, 9, 9)}, wednesday_after)
    assert () == silent({CAF: (0, 9, 9, 9, 0)}, wednesday_after)
