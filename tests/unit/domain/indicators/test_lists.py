"""What the lists promise that every figure is made from: indicators, measures, and the axes of what is shown."""

import re

import pytest

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.facts import COUNTED
from hub.domain.indicators.figures import figures
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import Breakdown, Figure, IndicatorFigures, Series
from hub.domain.indicators.values import NOT_PROVIDED, Count, Mean, Median, Share
from hub.domain.indicators.vocabulary import dimension_label, label_of
from tests.unit.domain.indicators.drawn_cells import drawn_cells

PERIOD = Period("2026", "2026-01", "2026-03")
CAPITAL, SMALL = re.compile(r"[A-ZÉ][a-zé’]+"), re.compile(r"[a-zé]+\b")
FREE_CODES = {"site", "cdas", "lead"}
"""Vocabularies without a closed list: what people write or count is its own label."""


@pytest.mark.parametrize(
    ("article", "ids"),
    [
        ("Suivi, volet I", "V1.1 V1.2 V1.3 V1.4"),
        ("I.2", "V1.5 V1.6"),
        ("Suivi, volet II", "V2.1 V2.2 V2.3 V2.4 V2.5"),
        ("I.4", "A1"),
        ("Suivi", "A2"),
    ],
)
def test_an_article_of_the_convention_asks_for_its_indicators(article: str, ids: str) -> None:
    assert ids.split() == [id_ for id_, one in INDICATORS.items() if one.article == article]


@pytest.mark.parametrize("id_", list(INDICATORS))
def test_an_indicator_says_what_it_counts_and_of_which_events_and_quotes_the_convention(id_: str) -> None:
    one = INDICATORS[id_]
    assert id_ == one.id
    assert CAPITAL.match(one.title)
    assert CAPITAL.match(one.definition)
    assert one.definition.endswith(".")
    assert one.fed_by
    assert one.fed_by <= COUNTED
    assert bool(one.quote) == id_.startswith("V")  # the others were added by both institutions
    assert one.quote == "" or SMALL.match(one.quote)


@pytest.mark.parametrize("id_", list(MEASURES))
def test_a_measure_serves_an_indicator_and_has_a_name_within_a_sentence(id_: str) -> None:
    one = MEASURES[id_]
    assert id_ == one.id
    assert one.indicator in INDICATORS or (id_, one.indicator) == ("received", "")
    assert SMALL.match(one.label)
    assert len(set(one.dims)) == len(one.dims)


def test_labels_are_sentences_and_those_of_axes_stand_within_one() -> None:
    for of in figures(drawn_cells(1, PERIOD.months, 9), PERIOD, agreement_refusals=3):
        shown: tuple[Figure | Breakdown | Series, ...] = (*of.figures, *of.breakdowns, *of.series)
        labels = [one.label for one in shown]
        assert of.provided is True
        assert labels == [label for label in labels if CAPITAL.match(label)]
        assert not any("None" in label for label in labels)
        names = {axis.name for breakdown in of.breakdowns for axis in breakdown.by}
        assert names <= {name for measure in MEASURES.values() for name in measure.dims} | {"lead"}
        axes = {axis.label for breakdown in of.breakdowns for axis in breakdown.by} - {"CDAS"}
        assert axes == {label for label in axes if SMALL.match(label)} - {"cdas"}


def test_a_symbol_of_a_closed_list_is_shown_in_words() -> None:
    for of in figures(drawn_cells(1, PERIOD.months, 9), PERIOD):
        for breakdown in of.breakdowns:
            for place, axis in enumerate(breakdown.by):
                symbols = {row[place] for row in breakdown.rows}
                is_free = axis.vocabulary in FREE_CODES or (of.indicator.id, axis.name) == ("V1.2", "nature")
                assert is_free == (symbols == {axis.label_of(symbol) for symbol in symbols}), axis


@pytest.mark.parametrize(
    ("vocabulary", "symbol", "label"),
    [
        ("direction", "CDAS_TO_CAF", "du CDAS vers la CAF"),
        ("code", "", "non précisé"),
        ("cdas", "", "non précisé"),
        ("reason", "UNKNOWN", "valeur que le hub ne connaît pas"),
        ("cdas", "CDAS-01", "CDAS-01"),
        ("reason", "LATER", "LATER"),
        ("flag", "yes", "oui"),
        ("query", "OTHER", "autre"),
        ("request_kind", "OTHER", "autre demande"),
        ("theme", "OTHER", "autre sujet"),
        ("training", "CDAP_WORKSHOP", "atelier de pratique de CDAP"),
        ("meeting", "SPECIAL", "réunion particulière"),
        ("role", "CDAS_MANAGER", "responsable de CDAS"),
        ("means", "CDAP_FORM", "formulaire de contact de CDAP"),
        ("transfer", "joint_intervention", "co-intervention"),
        ("urgency", "social_urgency", "situation sociale urgente"),
    ],
)
def test_every_symbol_has_words(vocabulary: str, symbol: str, label: str) -> None:
    assert label == label_of(vocabulary, symbol)


@pytest.mark.parametrize(
    ("measure", "dimension", "symbol", "label"),
    [
        ("cdap_messages", "nature", "ADVICE", "ADVICE"),
        ("cdap_messages", "urgent", "yes", "oui"),
        ("queries", "nature", "ADVICE", "conseil"),
        ("feedback", "kind", "SUCCESS", "élément de réussite"),
        ("mission_sessions", "kind", "CDAP_WORKSHOP", "atelier de pratique de CDAP"),
        ("mission_cdas", "kind", "CDAP_WORKSHOP", "atelier de pratique de CDAP"),
        ("urgencies", "kind", "social_urgency", "situation sociale urgente"),
        ("meetings", "kind", "SPECIAL", "réunion particulière"),
        ("urgency_contacts", "out_of_scope", "no", "non"),
        ("urgency_contacts", "reached", "no", "non"),
        ("urgency_contacts", "line_open", "no", "non"),
        ("handover_requests", "communication", "no", "non"),
        ("notices", "prior", "no", "non"),
        ("conclusions", "justified", "YES", "oui"),
        ("cdap_requests", "information_available", "YES", "oui"),
        ("transfer_answers", "answer", "refused", "refusé"),
        ("transfers", "state", "refused", "refusé"),
    ],
)
def test_every_dimension_of_a_measure_has_words(measure: str, dimension: str, symbol: str, label: str) -> None:
    assert dimension in MEASURES[measure].dims
    assert label == dimension_label(measure, dimension, symbol)


def test_a_change_of_a_rule_or_of_a_code_is_told_with_its_code() -> None:
    assert re.fullmatch(r"O1 – [a-zéA-Z].+", label_of("code", "O1"))


def test_where_nothing_was_counted_every_value_says_so_but_the_refusals_that_the_hub_tells_itself() -> None:
    found = figures({}, PERIOD, agreement_refusals=3)
    told = {(of.indicator.id, one.key): one for of in found for one in of.figures}
    provided = figures(drawn_cells(1, PERIOD.months, 9), PERIOD)
    assert [(one.key, one.label) for of in provided for one in of.figures] == [
        (one.key, one.label) for one in told.values()
    ]
    assert Count(3) == told.pop(("A2", "agreement_refusals")).value
    assert {NOT_PROVIDED} == {one.value for one in told.values()}
    assert [(False, (), ())] * len(INDICATORS) == [(of.provided, of.breakdowns, of.series) for of in found]
    assert list(INDICATORS) == [of.indicator.id for of in found]


def test_delays_are_in_hours_or_in_days() -> None:
    found = figures(drawn_cells(1, PERIOD.months, 9), PERIOD)
    units = {one.key: one.value.unit for of in found for one in of.figures if isinstance(one.value, Median)}
    assert {"line_delay": "h", "form_delay": "h", "delay": "j", "lead": "j"} == units


def test_the_line_and_the_form_are_told_apart() -> None:
    (line_and_form,) = (of for of in figures(drawn_cells(1, PERIOD.months, 9), PERIOD) if of.indicator.id == "V1.4")
    shown: tuple[Figure | Series, ...] = (*line_and_form.figures, *line_and_form.series)
    labels = {one.key: one.label for one in shown}
    assert "Ligne téléphonique directe : appels" == labels["line_contacts"]
    assert "Formulaire de contact de CDAP : formulaires" == labels["form_contacts"]
    assert "Ligne téléphonique directe : appels hors de la définition" == labels["line_out_of_scope"]
    (by_benefit,) = (one for one in line_and_form.breakdowns if one.key == "line_by_benefit")
    assert ["benefit_kind", "out_of_scope"] == [axis.name for axis in by_benefit.by]


def test_what_is_not_known_counts_apart_also_where_a_newer_producer_says_so() -> None:
    answers = {"YES": 3, "NO": 5, "NOT_KNOWN": 7, "UNKNOWN": 11}
    cells = {Cell("2026-03", "received", (name, "CAF")): 1 for name in COUNTED}
    cells |= {Cell("2026-03", "conclusions", ("OTHER", answer, "")): number for answer, number in answers.items()}
    cells |= {Cell("2026-03", "cdap_requests", (answer, "C")): number for answer, number in answers.items()}
    told = {of.indicator.id: {one.key: one.value for one in of.figures} for of in figures(cells, PERIOD)}
    assert {"unjustified": Count(5), "unjustified_share": Share(5, 8), "not_known": Count(18)} == told["V1.5"]
    assert {"avoidable": Count(3), "avoidable_share": Share(3, 26), "not_known": Count(18)} == told["V1.6"]


def test_of_several_audiences_the_last_told_is_reached() -> None:
    cells = {Cell("2026-03", "received", ("training.held", "CAF")): 1}
    cells |= {Cell("2026-03", "asip_participants", ("S",)): 30}
    cells |= {
        Cell("2026-03", "asip_audience", (at, size)): 1 for at, size in (("2026-02-01", "90"), ("2026-03-01", "40"))
    }
    (asip,) = (of for of in figures(cells, PERIOD) if of.indicator.id == "V1.1")
    assert Share(30, 40) == {one.key: one.value for one in asip.figures}["reach"]


def test_a_lead_is_told_in_steps_that_begin_on_their_first_day() -> None:
    days = {"-3": 1, "0": 2, "1": 4, "14": 8, "15": 16, "29": 32, "30": 64, "59": 128, "60": 256, "400": 512}
    cells = {Cell("2026-03", "received", ("notice.published", "CAF")): 1}
    cells |= {Cell("2026-03", "notice_leads", ("O1", "CAF", day)): number for day, number in days.items()}
    (notices,) = (of for of in figures(cells, PERIOD) if of.indicator.id == "A1")
    (leads,) = (one for one in notices.breakdowns if one.key == "leads")
    assert {
        ("le jour même ou après",): 3,
        ("1 à 14 jours",): 12,
        ("15 à 29 jours",): 48,
        ("30 à 59 jours",): 192,
        ("60 jours et plus",): 768,
    } == leads.rows
    assert ["lead"] == [axis.name for axis in leads.by]


def test_the_two_urgencies_are_told_apart() -> None:
    cells = {
        Cell("2026-03", "received", (f"{kind}.reported", "CD35")): 1 for kind in ("benefit_urgency", "social_urgency")
    }
    cells |= {
        Cell("2026-03", "urgencies", ("benefit_urgency", "OTHER", "ROUTED", "1")): 8,
        Cell("2026-03", "urgencies", ("social_urgency", "OTHER", "ROUTED", "1")): 9,
    }
    (volumes,) = (of for of in figures(cells, PERIOD) if of.indicator.id == "A2")
    tables = {one.key: sum(one.rows.values()) for one in volumes.breakdowns}
    courses = {one.key: dict(one.points)["2026-03"] for one in volumes.series}
    assert (8, 9) == (tables["benefit_urgency"], tables["social_urgency"])
    assert (8, 9) == (courses["benefit_urgency"], courses["social_urgency"])


def test_an_indicator_without_a_breakdown_or_course_has_none() -> None:
    bare = IndicatorFigures(INDICATORS["V2.4"], provided=True, figures=())
    assert ((), ()) == (bare.breakdowns, bare.series)


def test_field_feedback_is_not_provided_where_none_was_given_and_counts_by_its_themes_otherwise() -> None:
    cells = {Cell("2026-03", "received", ("benefit_urgency.contacted", "CD35")): 1}
    (without,) = (of for of in figures(cells, PERIOD) if of.indicator.id == "V1.4")
    told = {one.key: one.value for one in without.figures}
    assert (NOT_PROVIDED, NOT_PROVIDED) == (told["line_entries"], told["line_score"])
    cells[Cell("2026-03", "received", ("field_feedback.submitted", "CD35"))] = 7
    cells[Cell("2026-03", "feedback", ("PRIORITY_LINE", "SUCCESS", "5"))] = 3
    cells[Cell("2026-03", "feedback", ("PRIORITY_LINE", "SUCCESS", ""))] = 2
    cells[Cell("2026-03", "feedback", ("CDAP", "SUCCESS", "1"))] = 2
    (given,) = (of for of in figures(cells, PERIOD) if of.indicator.id == "V1.4")
    told = {one.key: one.value for one in given.figures}
    assert (Count(5), Mean(15, 3)) == (told["line_entries"], told["line_score"])
    (entries,) = (one for one in given.breakdowns if one.key == "line_feedback")
    assert ({("PRIORITY_LINE", "SUCCESS"): 5}, ["theme", "kind"]) == (entries.rows, [axis.name for axis in entries.by])
