"""The example year: its tables are sound, the rules decide as they say, and two ways of counting agree."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from hub.domain.events import EVENT_TYPES, never_stored
from hub.domain.indicators.figures import figures
from hub.domain.indicators.periods import Period
from hub.domain.indicators.versions import by_rules_version
from hub.domain.routing.decide import decide, is_routed
from tests.indicators.comparing import differences, months_of
from tests.indicators.example_year.building import DELIVERY, NOT_STORED, counted_elsewhere, year_events
from tests.indicators.example_year.counting import EXPECTED, PERIODS, as_text, count_by_sql, expected_of, read_expected
from tests.indicators.example_year.told import year_cells, year_told
from tests.indicators.hub_reading import hub_reading
from tests.indicators.second_reading import second_reading
from tests.oracle.judging import calendar, reader


def test_the_year_has_events_of_every_type_that_anybody_publishes() -> None:
    published = {name for name, row in EVENT_TYPES.items() if row.emitters}
    told = {event.type for event in year_events()} | {event["type"] for event in counted_elsewhere()}
    assert published | {DELIVERY} == told
    assert len(year_events()) > 400


def test_a_source_and_id_name_one_row() -> None:
    assert [] == [key for key, number in Counter(event.key for event in year_events()).items() if number > 1]


def test_the_rules_decide_on_every_row_as_the_tables_say() -> None:
    told = []
    for row in year_events():
        if row.type == DELIVERY:
            continue
        event = reader().from_json(dict(row.event))
        outcome: str = ""
        services: frozenset[str] = frozenset()
        if event.data is not None and never_stored(row.type, event.data):
            outcome, services = NOT_STORED, row.services
        elif is_routed(row.type):
            answer: Mapping[str, Any] = decide(event, None, None, calendar()).data
            outcome = answer["outcome"]
            services = frozenset(routing["service"] for routing in answer["routings"])
        if row.table == "notice":
            services = row.services  # the table leaves them out: no indicator reads them
        if (row.outcome, row.services) != (outcome, services):
            told.append((row.key, row.outcome, sorted(row.services), outcome, sorted(services)))
    assert [] == told


def test_the_expected_figures_are_those_that_sql_counts_in_the_tables() -> None:
    assert read_expected() == count_by_sql()
    assert EXPECTED.read_text(encoding="utf-8") == as_text(count_by_sql())


def test_the_figures_add_up_where_they_are_told_twice() -> None:
    expected = read_expected()
    for (indicator, figure, _), values in expected.items():
        if " by " in figure and all(value.isdigit() for value in values.values()):
            months = sum(int(value) for period, value in values.items() if period != "2026")
            if figure != "cdas by kind":  # a CDAS that is reached twice counts once in the year
                assert months == int(values["2026"]), (indicator, figure)


@pytest.mark.parametrize("period", PERIODS)
def test_the_second_reading_gives_the_expected_figures(period: str) -> None:
    assert not differences(expected_of(period), second_reading(year_told(), *months_of(period)))


@pytest.mark.parametrize("period", PERIODS)
def test_the_hub_gives_the_expected_figures(period: str) -> None:
    assert not differences(expected_of(period), hub_reading(year_cells(), *months_of(period)))


COURSES = {
    ("V1.2", "messages"): ("messages",),
    ("V1.4", "line_in_scope line_out_of_scope"): ("line contacts",),
    ("V1.4", "form_in_scope form_out_of_scope"): ("form contacts",),
    ("V1.5", "unjustified"): ("unjustified by direction",),
    ("V2.1", "queries"): ("queries",),
    ("V2.2", "instructions"): ("requests",),
    ("V2.5", "situations"): ("urgencies",),
    ("A1", "notices"): ("notices",),
    ("A2", "referrals"): ("referrals",),
    ("A2", "handover"): ("handover by direction and last state",),
    ("A2", "joint_intervention"): ("joint_intervention by direction and last state",),
}
"""Which figures of a month the courses over the year are made of."""


@pytest.mark.parametrize(("indicator", "courses"), COURSES, ids=" ".join)
def test_the_course_by_month_is_made_of_the_figures_of_the_months(indicator: str, courses: str) -> None:
    (shown,) = (
        of for of in figures(year_cells(), Period("2026", "2026-01", "2026-12")) if of.indicator.id == indicator
    )
    points: Counter[str] = Counter()
    for name in courses.split():
        (series,) = (series for series in shown.series if series.key == name)
        points.update({month: number for month, number in series.points if number})
    counted: Counter[str] = Counter()
    for (of, figure, _), values in read_expected().items():
        if of == indicator and figure in COURSES[indicator, courses]:
            counted.update({month: int(value) for month, value in values.items() if month != "2026" and int(value)})
    assert counted
    assert counted == points


def test_a_month_without_an_event_that_feeds_an_indicator_is_not_a_zero_of_its_course() -> None:
    shown = figures(year_cells(), Period("2026", "2026-01", "2026-12"))
    courses = {(of.indicator.id, series.key): dict(series.points) for of in shown for series in of.series}
    assert courses["V1.2", "messages"]["2026-07"] is None  # no message at all
    assert 0 == courses["V2.5", "situations"]["2026-02"]  # urgencies, none of this kind
    assert courses["A2", "benefit_urgency"]["2026-01"] is None


@pytest.mark.parametrize("period", PERIODS)
def test_counts_by_rules_version_are_the_expected_ones(period: str) -> None:
    found = {
        (indicator, f"{breakdown.key.removesuffix('_by_rules_version')} by rules version", version): str(number)
        for indicator, breakdowns in by_rules_version(year_cells(), Period(period, *months_of(period))).items()
        for breakdown in breakdowns
        for (version,), number in breakdown.rows.items()
    }
    assert not differences(expected_of(period, by_rules=True), found)
