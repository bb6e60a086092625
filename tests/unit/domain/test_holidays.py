"""Public holidays and the Friday after Ascension day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.holidays import easter, is_ascension_friday, public_holidays


def test_public_holidays_are_the_eleven_of_the_code_du_travail() -> None:
    assert {
        date(2026, 1, 1): "jour de l’an",
        date(2026, 4, 6): "lundi de Pâques",
        date(2026, 5, 1): "fête du Travail",
        date(2026, 5, 8): "victoire de 1945",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "lundi de Pentecôte",
        date(2026, 7, 14): "fête nationale",
        date(2026, 8, 15): "Assomption",
        date(2026, 11, 1): "Toussaint",
        date(2026, 11, 11): "armistice de 1918",
        date(2026, 12, 25): "Noël",
    } == public_holidays(2026)


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2008, "fête du Travail et Ascension"), (2024, "Ascension"), (2160, "fête du Travail et Ascension")],
)
def test_ascension_may_share_its_day(year: int, expected: str) -> None:
    assert expected == public_holidays(year)[easter(year) + timedelta(days=39)]


@pytest.mark.parametrize(
    "sunday",
    ["1666-04-25", "1734-04-25", "1761-03-22", "1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2000-04-23",
     "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25", "2049-04-18", "2076-04-19"],
)  # fmt: skip
def test_easter_falls_on_the_sunday_that_the_tables_give(sunday: str) -> None:
    assert date.fromisoformat(sunday) == easter(int(sunday[:4]))


def test_the_friday_after_ascension_comes_once_a_year() -> None:
    days = [date(2008, 1, 1) + timedelta(days=n) for n in range(4 * 365)]
    assert [date(2008, 5, 2), date(2009, 5, 22), date(2010, 5, 14), date(2011, 6, 3)] == [
        day for day in days if is_ascension_friday(day)
    ]


@given(st.dates(date(1600, 1, 1), date(2199, 12, 31)))
def test_easter_is_a_sunday_between_22_march_and_25_april(day: date) -> None:
    sunday = easter(day.year)
    assert 7 == sunday.isoweekday()
    assert (3, 22) <= (sunday.month, sunday.day) <= (4, 25)
