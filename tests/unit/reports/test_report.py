"""A whole report: what it says, what it never says, and that it looks as it did when somebody looked at it.

`python -m tests.unit.reports.snapshots` writes what was looked at again.
"""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.differences import EventDifference, FigureDifference
from hub.domain.indicators.masking import MASKED, MaskedTable, Withheld
from hub.domain.indicators.shapes import Axis
from hub.domain.indicators.showing import ShownBreakdown, ShownSeries
from hub.domain.vocabulary import Institution
from hub.reports.content import report
from hub.reports.csv_files import csv_files
from hub.reports.document import Document, State
from hub.reports.frame import Audience, Figures, ReportFrame
from hub.reports.html import html
from hub.reports.own_counts import shown_differences
from hub.reports.pdf import pdf
from hub.reports.pictures import course_chart
from hub.reports.tables import tables
from tests.indicators.example_year.told import year_cells
from tests.unit.reports.figures_building import MADE_AT, MARCH, YEAR, cells, frame, of
from tests.unit.reports.snapshots import SNAPSHOTS, pages_of


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def said(document: Document) -> str:
    """Every word of the page."""
    reader = _Text()
    reader.feed(html(document))
    return re.sub(r"\s+", " ", " ".join(reader.said))


@pytest.fixture(scope="module")
def year() -> tuple[Figures, ReportFrame]:
    return of(YEAR), frame(YEAR)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_page_is_the_one_that_was_looked_at(name: str) -> None:
    path, document = SNAPSHOTS[name]
    assert path.with_suffix(".html").read_text(encoding="utf-8") == html(document())


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_pdf_says_page_by_page_what_was_looked_at(name: str) -> None:
    path, document = SNAPSHOTS[name]
    assert path.with_suffix(".txt").read_text(encoding="utf-8") == pages_of(pdf(document(), MADE_AT))


def test_every_indicator_has_its_definition_and_the_convention_s_words(year: tuple[Figures, ReportFrame]) -> None:
    text = said(report(*year))
    for indicator in INDICATORS.values():
        assert re.sub(r"\s+", " ", indicator.definition) in text
        assert indicator.quote in text


def test_what_nobody_provided_is_never_a_zero() -> None:
    empty = of(YEAR, Counter())
    text = said(report(empty, replace(frame(YEAR, frozen=False), course=empty, differences=None, texts=(), waiting=0)))
    assert text.count("aucun événement sur ce sujet n’a été transmis pour la période") == len(INDICATORS)
    for table in (table for _, table in tables(report(empty, replace(frame(YEAR), course=empty)))):
        if table.key not in {"ecarts", "ecarts-evenements"}:
            assert [] == [entry for row in table.rows for entry in row if entry.value == 0]
    assert "aucune des deux institutions n’a transmis son propre décompte" in text


def test_no_number_under_five_is_in_a_table_but_of_the_whole_department() -> None:
    whole = {"chiffres-cles", "ecarts", "ecarts-evenements", "ajustements"}
    document = report(of(MARCH), frame(MARCH))
    for section, table in tables(document):
        if table.key in whole or table.key.endswith("chiffres"):
            continue
        small = [entry for row in table.rows for entry in row if isinstance(entry.value, int) and 0 < entry.value < 5]
        assert [] == small, (section, table.key)


def test_something_is_masked_in_the_month_or_the_test_above_proves_nothing() -> None:
    states = [
        entry.state for _, table in tables(report(of(MARCH), frame(MARCH))) for row in table.rows for entry in row
    ]
    assert states.count(State.MASKED) >= 10


def flows_of(table: MaskedTable, year: tuple[Figures, ReportFrame]) -> str:
    """The page of a year whose flows are those of the table."""
    by = (Axis("origin", "de", "origin"), Axis("service", "vers", "service"))
    flows = ShownBreakdown("flows", "Orientations proposées : de qui vers qui", by, table)
    figures = tuple(
        replace(one, breakdowns=(flows,), series=()) if one.indicator.id == "A2" else one for one in year[0]
    )
    return html(report(figures, year[1]))


FLOWS = MaskedTable(
    {("CCAS", "CDAS"): 412, ("CCAS", "CAF_BENEFITS"): MASKED, ("TOWN_HALL", "CDAS"): MASKED, ("TOWN_HALL", "ASIP"): 77},
    ({"CCAS": 435, "TOWN_HALL": MASKED}, {"CDAS": 433, "CAF_BENEFITS": MASKED, "ASIP": 77}),
    533,
    Withheld.NOTHING,
)


def test_a_flow_that_is_masked_is_a_broken_line_and_no_ribbon(year: tuple[Figures, ReportFrame]) -> None:
    page = flows_of(FLOWS, year)
    drawn = next(svg for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if "Chaque ruban" in svg)
    assert 2 == drawn.count("fill-opacity")
    assert 3 == drawn.count("stroke-dasharray")  # two flows, and what the sign means
    assert {"435", "433", "77"} == set(re.findall(r">(\d+)<", drawn))


def test_where_the_flows_are_withheld_those_who_send_and_those_who_receive_are_drawn(
    year: tuple[Figures, ReportFrame],
) -> None:
    page = flows_of(replace(FLOWS, rows={}, withheld=Withheld.CELLS), year)
    assert "Chaque ruban" not in page
    for title in ("Orientations proposées : de qui vers qui – de", "Orientations proposées : de qui vers qui – vers"):
        assert title in page.replace("\u00a0", " ")
    assert ">412<" not in page


def test_a_frozen_report_shows_its_seal_and_what_came_later_beside_it(year: tuple[Figures, ReportFrame]) -> None:
    text = said(report(*year))
    assert "a7" * 32 in text
    assert "5d" * 32 in text
    assert "13 124 13 127" in text.replace("\u202f", " ")


def test_a_change_that_nobody_can_see_is_not_listed(year: tuple[Figures, ReportFrame]) -> None:
    (table,) = (table for _, table in tables(report(*year)) if table.key == "ajustements")
    assert ["Messages reçus"] == [row[1].text for row in table.rows]


def test_a_seal_that_does_not_hold_is_said_on_the_first_page(year: tuple[Figures, ReportFrame]) -> None:
    figures, around = year
    assert around.freeze is not None
    broken = report(figures, replace(around, freeze=replace(around.freeze, holds=False)))
    assert "ne pas utiliser ces chiffres" in broken.notice


def test_an_open_period_says_so_on_the_first_page() -> None:
    assert "n’est pas figée" in report(of(MARCH), frame(MARCH, frozen=False)).notice


def test_the_technical_meeting_sees_the_course_of_the_year_to_date() -> None:
    document = report(of(MARCH), frame(MARCH))
    assert "Réunion technique de mars 2026" == document.subtitle
    (course,) = (table for _, table in tables(document) if table.key == "a2-referrals-mois")
    assert ["2026-01", "2026-02", "2026-03"] == [row[0].value for row in course.rows]


@pytest.mark.parametrize(("month", "expected"), [("2026-04", "d’avril"), ("2026-08", "d’août"), ("2026-05", "de mai")])
def test_a_month_is_elided_as_in_french(month: str, expected: str) -> None:
    period = replace(MARCH, name=month, first=month, last=month)
    subtitle = report(of(period), replace(frame(MARCH), period=period, audience=Audience.TECHNICAL_MEETING)).subtitle
    assert f"Réunion technique {expected} 2026" == subtitle


def test_differences_are_listed_down_to_the_ids_that_one_side_lacks(year: tuple[Figures, ReportFrame]) -> None:
    found = {table.key: table for _, table in tables(report(*year))}
    assert ["le hub", "le Département"] == [row[2].text for row in found["ecarts-evenements"].rows]
    assert "m-0412 m-0977 m-1033" == found["ecarts-evenements"].rows[0][4].value
    assert ["+3", "−2"] == [found["ecarts"].rows[0][4].text, found["ecarts"].rows[2][6].text]


def test_a_count_that_an_institution_did_not_give_is_not_provided(year: tuple[Figures, ReportFrame]) -> None:
    (rows,) = (table.rows for _, table in tables(report(*year)) if table.key == "ecarts")
    assert [State.NOT_PROVIDED] * 2 == [rows[0][5].state, rows[0][6].state]
    assert "non fourni" == rows[0][5].text


def test_a_month_without_a_number_is_not_provided_and_a_masked_one_masked() -> None:
    series = ShownSeries("calls", "Appels", (("2026-01", 12), ("2026-02", None), ("2026-03", MASKED), ("2026-04", 0)))
    chart = course_chart("calls", "Appels par mois", (series,))
    assert ["12", "non fourni", "masqué", "0"] == [row[1].text for row in chart.table.rows]
    assert [12, None, None, 0] == [row[1].value for row in chart.table.rows]
    assert "n. f. : non fourni" in chart.svg
    assert "au moins 0 (avril 2026), au plus 12 (janvier 2026)" in chart.description


def test_a_small_count_is_masked_among_the_differences_and_a_cell_always_is() -> None:
    caf = Institution.CAF
    events = [
        EventDifference(caf, "handover.requested", "2026-01", 3, 4, (), (("s", "a"),)),
        EventDifference(caf, "handover.requested", "2026-02", 31, 32, (), (("s", "b"),)),
    ]
    numbers = [
        FigureDifference("queries", "2026-01", (("origin", "CCAS"),), 40, 40, {caf: 41}),
        FigureDifference("queries", "2026-02", (), 40, 40, {caf: 41}),
        FigureDifference("queries", "2026-03", (), 40, 40, {caf: 2}),
    ]
    found = [(one.month, one.hub, one.caf, one.cd35) for one in shown_differences(events, numbers)]
    assert [
        ("2026-01", MASKED, MASKED, None),
        ("2026-02", 31, 32, None),
        ("2026-02", 40, 41, None),
        ("2026-03", MASKED, MASKED, None),
        ("2026-01", MASKED, MASKED, None),
    ] == found


def test_the_data_files_hold_every_table_of_the_report(year: tuple[Figures, ReportFrame]) -> None:
    document = report(*year)
    names = [name for name, _ in csv_files(document)]
    assert 1 + len(list(tables(document))) == len(names)
    keys = [table.key for _, table in tables(document)]
    assert len(keys) == len(set(keys))


def test_the_year_of_the_tests_has_all_there_is_to_show() -> None:
    measures = {cell.measure for cell in cells()}
    assert {"referral_services", "notice_leads", "transfers", "urgency_contacts", "unhandled_urgencies"} <= measures


def test_what_is_too_small_for_a_picture_is_not_told_as_not_provided() -> None:
    small = of(YEAR, year_cells())
    text = said(report(small, replace(frame(YEAR), course=small)))
    assert "rien n’a été transmis sur ce sujet" not in text
    assert "Appels par mois : nombres" in text  # nearly all masked: a table, no picture
