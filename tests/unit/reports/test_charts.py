"""Charts are well-formed pictures that say what is masked or missing, and never a number for it."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reports.charts.bars import Row, stacked_bars
from hub.reports.charts.flows import flows
from hub.reports.charts.months import Bars, month_columns
from hub.reports.charts.scale import steps
from hub.reports.document import Mark, State

MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
marks = st.one_of(st.integers(0, 5000), st.just(State.MASKED), st.just(State.NOT_PROVIDED))
names = st.text(min_size=1, max_size=60)


def words(svg: str) -> list[str]:
    """Every text of the picture; it is read as XML on the way."""
    return [node.text or "" for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@given(values=st.lists(st.lists(marks, min_size=12, max_size=12), min_size=1, max_size=4), stacked=st.booleans())
def test_columns_are_a_whole_picture_within_its_frame(values: list[list[Mark]], *, stacked: bool) -> None:
    series = [Bars(f"série {place}", tuple(row)) for place, row in enumerate(values)]
    svg = month_columns("c", MONTHS, series, "Ce que l’image montre.", stacked=stacked)
    assert "janv." in words(svg)
    assert "nan" not in svg
    for height in re.findall(r'<rect [^>]*height="([\d.]+)"', svg):
        assert float(height) <= 165.1


@given(st.dictionaries(st.tuples(names, names), marks, max_size=12))
def test_flows_are_a_whole_picture_whatever_they_are_called(links: dict[tuple[str, str], Mark]) -> None:
    ET.fromstring(flows("f", {ends: mark for ends, mark in links.items() if _sayable(ends)}, ({}, {}), "Des flux."))


@given(st.lists(st.tuples(marks, marks), max_size=12))
def test_bars_are_a_whole_picture(rows: list[tuple[Mark, Mark]]) -> None:
    ET.fromstring(stacked_bars("b", ("a", "b"), [Row("nom", parts, State.MASKED) for parts in rows], "Des barres."))


def test_a_masked_month_is_hatched_and_has_no_number() -> None:
    svg = month_columns("m", MONTHS[:2], [Bars("appels", (31, State.MASKED))], "Des appels.")
    assert "url(#m-hatch)" in svg
    assert ["31"] == [
        word for word in words(svg) if word not in {"0", "10", "20", "30", "40"} and word.isdigit() and word != "2026"
    ]
    assert "masqué (secret des petits nombres)" in words(svg)


def test_a_month_that_nobody_provided_is_no_zero() -> None:
    svg = month_columns("m", MONTHS[:2], [Bars("appels", (31, State.NOT_PROVIDED))], "Des appels.")
    assert "n. f." in words(svg)
    assert "n. f. : non fourni" in words(svg)


def test_what_passes_through_a_service_is_not_said_where_it_is_masked() -> None:
    links: dict[tuple[str, str], Mark] = {("CDAS", "CAF"): 40, ("CDAS", "ASIP"): State.MASKED, ("CAF", "CDAS"): 12}
    leaving: dict[str, Mark] = {"CDAS": State.MASKED, "CAF": 12}
    svg = flows("f", links, (leaving, {"CAF": 40, "ASIP": State.MASKED, "CDAS": 12}), "Des flux.")
    assert ["12", "40", "12"] == [word for word in words(svg) if word.isdigit()]
    assert 'stroke-dasharray="5 4"' in svg


@pytest.mark.parametrize(
    ("expected", "highest"),
    [([0, 1], 0), ([0, 1, 2, 3], 3), ([0, 10, 20, 30, 40, 50], 47), ([0, 200, 400, 600, 800, 1000], 1000)],
    ids=["nothing", "few", "tens", "a thousand"],
)
def test_an_axis_counts_in_round_steps(expected: list[float], highest: float) -> None:
    assert expected == steps(highest)


def test_names_are_escaped() -> None:
    svg = stacked_bars("b", ("n",), [Row("<b>&", (3,), 3)], 'dit "tout"')
    assert "<b>" not in svg
    assert "<b>&" in words(svg)


def _sayable(ends: tuple[str, str]) -> bool:
    """Whether XML can hold the names at all: control characters and surrogates it cannot."""
    return all(letter.isprintable() for name in ends for letter in name)
