import re
from datetime import UTC, datetime

import pytest

from hub.domain.indicators.periods import PeriodInvalid, asked_period, month_of, parse_period, reference_year


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        pytest.param(datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), "2026-12", id="last second of a year in Paris"),
        pytest.param(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01", id="first instant of the next"),
        pytest.param(datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-07", id="summer time"),
    ],
)
def test_a_month_is_that_of_paris(moment: datetime, month: str) -> None:
    assert month == month_of(moment)


@pytest.mark.parametrize(
    ("text", "start", "first", "last", "length"),
    [
        pytest.param("2026-03", (1, 1), "2026-03", "2026-03", 1, id="month"),
        pytest.param("2026", (1, 1), "2026-01", "2026-12", 12, id="calendar year"),
        pytest.param("2026", (9, 1), "2026-09", "2027-08", 12, id="year from September"),
        pytest.param("2025-11..2026-02", (1, 1), "2025-11", "2026-02", 4, id="range over a year's end"),
    ],
)
def test_a_period_is_whole_months(text: str, start: tuple[int, int], first: str, last: str, length: int) -> None:
    period = parse_period(text, start)
    assert (first, last, length) == (period.first, period.last, len(period.months))
    assert (first, last) == (period.months[0], period.months[-1])


@pytest.mark.parametrize("text", ["2026-13", "26", "2026-1", "2026-03..2026-01", "2026..2027", "", "2010-01..2026-01"])
def test_what_is_no_period_is_refused_in_french(text: str) -> None:
    with pytest.raises(PeriodInvalid, match=r"période"):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "name", "months"),
    [
        ("2016-01..2025-12", "2016-01..2025-12", 120),
        ("2026-12..2027-01", "2026-12..2027-01", 2),
        ("2026-03..2026-03", "2026-03..2026-03", 1),
        ("2026-03", "2026-03", 1),
        ("2026", "2026", 12),
    ],
)
def test_a_period_has_the_name_that_it_was_asked_by_and_ten_years_at_most(text: str, name: str, months: int) -> None:
    period = parse_period(text)
    assert (name, months) == (period.name, len(period.months))
    with pytest.raises(PeriodInvalid, match="de 1 à 120 mois"):
        parse_period("2016-01..2026-01")


@pytest.mark.parametrize(
    "text", ["x2026-03", "2026-03x", "2026-00", "20260", "2026..", "..2026-03", "2026-03..x", "x2026"]
)
def test_what_is_nearly_a_period_is_refused_with_what_is_taken(text: str) -> None:
    with pytest.raises(PeriodInvalid, match=re.escape("2026-03 (un mois), 2026 (une année) ou 2026-01..2026-06.")):
        parse_period(text)


def test_a_year_that_begins_within_a_month_cannot_be_counted_in_months() -> None:
    with pytest.raises(PeriodInvalid, match="1er du mois"):
        parse_period("2026", (7, 15))


def test_the_year_before_has_the_same_months() -> None:
    before = parse_period("2026-01..2026-06").before()
    assert ("2025-01..2025-06", "2025-01", "2025-06") == (before.name, before.first, before.last)
    assert "2024-12" == parse_period("2025-12").before().last


@pytest.mark.parametrize(("month", "year"), [(8, "2025"), (9, "2026")])
def test_an_instant_falls_in_the_reference_year_under_way(month: int, year: str) -> None:
    assert year == reference_year(datetime(2026, month, 15, tzinfo=UTC), (9, 1)).name


def test_a_reference_year_is_the_calendar_year_where_nobody_says_otherwise() -> None:
    year = reference_year(datetime(2026, 1, 15, tzinfo=UTC))
    assert ("2026", "2026-01", "2026-12") == (year.name, year.first, year.last)


def test_a_period_is_named_in_french() -> None:
    assert "mars 2026" == parse_period("2026-03").label()
    assert "janvier 2026 à décembre 2026" == parse_period("2026").label()
    assert "décembre 2026 à janvier 2027" == parse_period("2026-12..2027-01").label()


def test_a_year_before_the_thousandth_keeps_its_four_digits() -> None:
    assert "0999-03" == month_of(datetime(999, 3, 2, 12, tzinfo=UTC))
    assert ("0999-01", "0999-12") == (parse_period("0999").first, parse_period("0999").last)
    assert "0999" == reference_year(datetime(999, 3, 2, 12, tzinfo=UTC)).name


def test_the_reference_year_to_date_ends_with_this_month() -> None:
    now = datetime(2026, 3, 15, tzinfo=UTC)
    assert ("2026-01..2026-03", "2026-01", "2026-03") == (
        (to_date := asked_period(None, now)).name, to_date.first, to_date.last
    )  # fmt: skip
    assert "2026" == asked_period(None, datetime(2026, 12, 15, tzinfo=UTC)).name
    assert ("2025-09..2026-03", "2025-09") == (
        (to_date := asked_period(None, now, (9, 1))).name, to_date.first
    )  # fmt: skip
    assert "2026-09" == asked_period("2026", now, (9, 1)).first
