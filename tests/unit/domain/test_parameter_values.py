"""The values of a parameter that are read, and those that are refused: waits, opening hours, a site."""

import pytest

from hub.domain.calendar.entries import Opening
from hub.domain.delivery.escalation import Waits
from hub.domain.rules.parameter_kinds import KINDS

WAITS, HOURS, SITE = (
    KINDS[name].read for name in ("social_urgency_escalation", "service_opening_hours", "caf_services_site")
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("15 15 30 60 240", Waits((900.0, 900.0, 1800.0, 3600.0), 14400.0)),
        ("20s 1 1s 999999s 1", Waits((20.0, 60.0, 1.0, 999999.0), 60.0)),
    ],
)
def test_waits_are_minutes_or_seconds(written: str, expected: Waits) -> None:
    assert expected == WAITS(written)


@pytest.mark.parametrize(
    "written", ["", "15 15 30 60", "15 15 30 60 240 240", "15 15 30 60 x", "0 15 30 60 240", "15 15 30 60 20S", "1 2 x"]
)
def test_waits_are_five_and_none_is_nothing(written: str) -> None:
    with pytest.raises(ValueError, match=r"^cinq nombres entiers positifs de minutes, comme 15 15 30 60 240"):
        WAITS(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1 09:00-12:00", (Opening(1, 540, 720),)),
        ("7 00:00-24:00", (Opening(7, 0, 1440),)),
        ("1 00:00-00:01", (Opening(1, 0, 1),)),
    ],
)
def test_opening_hours_are_read_to_both_ends_of_a_day_and_of_a_week(
    written: str, expected: tuple[Opening, ...]
) -> None:
    assert expected == HOURS(written)


@pytest.mark.parametrize(
    "written",
    ["", "8 09:00-12:00", "0 09:00-12:00", "1 09:00-09:00", "1 12:00-09:00", "1 09:00-24:01", "lundi", "1 neuf-dix"],
)
def test_hours_that_no_day_has_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"^des horaires, comme 12345 09:00-12:00"):
        HOURS(written)


def test_a_site_is_a_code_or_nothing() -> None:
    for code in ("", "Rennes-Nord_2", "A" * 40, "z", "Z"):
        assert code == SITE(code)
    for wrong in ("A" * 41, "Rennes Nord", "é"):
        with pytest.raises(ValueError, match=r"^le code d’un site, ou rien$"):
            SITE(wrong)
