"""An institution's own count: its lines read, and where it differs from the hub's count, by id."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.differences import (
    EVENT_LABELS,
    DifferencePoint,
    Whereabouts,
    WhyLacking,
    event_differences,
    figure_differences,
    not_given,
    points,
)
from hub.domain.indicators.facts import COUNTED
from hub.domain.indicators.masking import MASKED, Shown
from hub.domain.indicators.own_counts import (
    CountKind,
    LineReceipt,
    LineStatus,
    OwnEvent,
    OwnFigure,
    kind_of,
    places_of,
    read_own_count,
)
from hub.domain.indicators.periods import PeriodInvalid, parse_period
from hub.domain.vocabulary import Institution

CAF, CD35 = Institution.CAF, Institution.CD35
SOURCE = "urn:hub:caf35:si-activite"
TRAINING, MEETING = "training.held", "meeting.held"
GOOD = {"type": TRAINING, "source": SOURCE, "id": "f-1", "time": "2026-03-02T09:00:00+01:00"}


def own(id_: str, type_: str = TRAINING, month: str = "2026-03") -> OwnEvent:
    return OwnEvent(type_, SOURCE, id_, datetime(2026, 3, 2, tzinfo=UTC), month)


def read(row: Mapping[str, Any], institution: Institution = CAF, period: str | None = None) -> LineReceipt:
    kind = kind_of([name for name in row if name])
    about = None if period is None else parse_period(period)
    return read_own_count(kind, [row], institution, about)[0]


def test_every_event_type_that_an_institution_may_count_has_a_french_name() -> None:
    assert COUNTED - {"delivery.status_changed"} == set(EVENT_LABELS)


def test_an_event_falls_in_the_month_of_its_time_in_paris() -> None:
    receipt = read(GOOD | {"time": "2026-03-31T22:30:00Z"})
    assert (LineStatus.TAKEN, 2) == (receipt.status, receipt.line)
    assert isinstance(receipt.row, OwnEvent)
    assert "2026-04" == receipt.row.month


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "absence.declared"}, "« absence.declared » n’est compté par aucun indicateur"),
        ({"type": "child_protection.reported"}, "n’est compté par aucun indicateur"),
        ({"type": "delivery.status_changed"}, "n’est pas émis par cette institution"),
        ({"source": "urn:hub:cd35:si"}, "pas un système de l’institution"),
        ({"source": "caf"}, "il faut urn:hub:caf35:<système>"),
        ({"id": " "}, "colonne id"),
        ({"id": "x" * 201}, "plus de 200 caractères"),
        ({"time": "2026-03-02T09:00:00"}, "avec son décalage"),
        ({"time": "hier"}, "avec son décalage"),
        ({None: ["surplus"]}, "plus de cellules"),
    ],
    ids=[
        "type-that-does-not-count", "never-child-protection", "told-by-the-hub", "source-of-the-other", "no-source",
        "no-id", "endless-id", "no-offset", "no-time", "surplus-cell",
    ],
)  # fmt: skip
def test_a_line_that_names_no_event_of_the_institution_is_refused_in_french(change: Any, reason: str) -> None:
    receipt = read(GOOD | change)
    assert (LineStatus.REFUSED, None) == (receipt.status, receipt.row)
    assert reason in receipt.reason.replace("\u00a0", " ")


def test_a_line_outside_the_period_or_given_twice_is_refused_and_keeps_no_other_back() -> None:
    rows = [GOOD, GOOD | {"id": "f-2"}, GOOD, GOOD | {"id": "f-3", "time": "2026-04-02T09:00:00+02:00"}]
    receipts = read_own_count(CountKind.EVENTS, rows, CAF, parse_period("2026-03"))
    assert [LineStatus.TAKEN, LineStatus.TAKEN, LineStatus.REFUSED, LineStatus.REFUSED] == [r.status for r in receipts]
    assert ["déjà compté à la ligne 2", "le mois 2026-04 est hors de la période 2026-03"] == [
        receipt.reason for receipt in receipts[2:]
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"measure": "cdap_messages", "month": "2026-03", "number": "12"},
            OwnFigure("cdap_messages", "2026-03", (), 12),
        ),
        (
            {"measure": "queries", "month": "2026-03", "origin": "CCAS", "nature": "", "number": "0"},
            OwnFigure("queries", "2026-03", (("origin", "CCAS"),), 0),
        ),
        (
            {"measure": "received", "month": "2026-03", "type": TRAINING, "number": "3"},
            OwnFigure("received", "2026-03", (("institution", "CAF"), ("type", TRAINING)), 3),
        ),
        ({"measure": "mails", "month": "2026-03", "number": "3"}, "n’est pas une mesure"),
        ({"measure": "queries", "month": "2026", "number": "3"}, "il faut un mois"),
        ({"measure": "queries", "month": "2026-13", "number": "3"}, "il faut un mois"),
        ({"measure": "queries", "month": "2026-03", "number": "-1"}, "nombre entier"),
        ({"measure": "queries", "month": "2026-03", "number": "٣"}, "nombre entier"),
        ({"measure": "queries", "month": "2026-03", "cdas": "C", "number": "1"}, "n’a pas cette dimension"),
        ({"measure": "received", "month": "2026-03", "institution": "CD35", "number": "1"}, "chacune compte les siens"),
    ],
    ids=[
        "the-whole", "a-part", "its-own-events", "no-measure", "a-year", "no-month", "below-zero", "other-digits",
        "another-dimension", "of-the-other",
    ],
)  # fmt: skip
def test_a_figure_is_a_measure_of_the_hub_in_a_month_with_a_whole_number(
    row: dict[str, str], expected: OwnFigure | str
) -> None:
    receipt = read(row)
    if isinstance(expected, OwnFigure):
        assert expected == receipt.row
    else:
        assert expected in receipt.reason


@pytest.mark.parametrize("columns", [["type", "id"], ["measure", "month"], ["measure", "month", "number", "site2"], []])
def test_other_columns_are_no_count(columns: list[str]) -> None:
    with pytest.raises(ValueError, match="Il faut les colonnes"):
        kind_of(columns)


def test_a_file_counts_its_types_in_every_month_from_its_first_to_its_last_or_of_its_period() -> None:
    rows = [GOOD, GOOD | {"id": "f-2", "time": "2026-05-02T09:00:00+02:00", "type": MEETING}]
    receipts = read_own_count(CountKind.EVENTS, rows, CAF, None)
    spring = [(name, month) for name in (MEETING, TRAINING) for month in ("2026-03", "2026-04", "2026-05")]
    assert tuple(spring) == places_of(CountKind.EVENTS, receipts, None)
    named = places_of(CountKind.EVENTS, receipts[:1], parse_period("2026-03"), ["cdap_message.received"])
    assert (("cdap_message.received", "2026-03"), (TRAINING, "2026-03")) == named
    far = read_own_count(CountKind.EVENTS, [*rows, GOOD | {"id": "f-3", "time": "1926-05-02T09:00:00Z"}], CAF, None)
    with pytest.raises(PeriodInvalid):
        places_of(CountKind.EVENTS, far, None)


def test_figures_cover_only_what_they_name() -> None:
    rows = [{"measure": "queries", "month": month, "number": "1"} for month in ("2026-01", "2026-05")]
    receipts = read_own_count(CountKind.FIGURES, rows, CD35, None)
    assert (("queries", "2026-01"), ("queries", "2026-05")) == places_of(CountKind.FIGURES, receipts, None)


def test_what_the_hub_lacks_says_why() -> None:
    ids = ("known", "never", "moved", "other", "replaced")
    hub = {
        (SOURCE, "known"): (TRAINING, "2026-03"),
        (SOURCE, "moved"): (TRAINING, "2026-04"),
        (SOURCE, "other"): (MEETING, "2026-03"),
    }
    elsewhere = {(SOURCE, "replaced"): Whereabouts(WhyLacking.REPLACED)}
    covered = [(TRAINING, "2026-03")]
    (row,) = event_differences(CAF, hub, {own(id_).key: own(id_) for id_ in ids}, covered, elsewhere)
    assert (1, 5, ()) == (row.hub, row.theirs, row.lacked_by_institution)
    assert {
        "never": Whereabouts(WhyLacking.NEVER_RECEIVED),
        "moved": Whereabouts(WhyLacking.OTHER_MONTH, "2026-04"),
        "other": Whereabouts(WhyLacking.OTHER_TYPE, MEETING),
        "replaced": Whereabouts(WhyLacking.REPLACED),
    } == {lacking.key[1]: lacking.where for lacking in row.lacked_by_hub}


def test_no_count_is_not_a_count_of_none() -> None:
    hub = {(SOURCE, "a"): (TRAINING, "2026-03")}
    cells = {
        Cell("2026-03", "received", (TRAINING, "CAF")): 1,
        Cell("2026-03", "received", (MEETING, "CAF")): 2,
        Cell("2026-03", "received", (MEETING, "CD35")): 4,
    }
    (none,) = event_differences(CAF, hub, {}, [(TRAINING, "2026-03")], {})
    assert (1, 0, ((SOURCE, "a"),), False) == (none.hub, none.theirs, none.lacked_by_institution, none.agrees)
    (silent,) = not_given(CAF, cells, [(TRAINING, "2026-03")])
    assert (MEETING, 2, None, True) == (silent.type, silent.hub, silent.theirs, silent.agrees)
    assert () == points([silent], [])


PLACES = st.tuples(st.sampled_from([TRAINING, MEETING]), st.sampled_from(["2026-03", "2026-04"]))
COUNTS = st.dictionaries(st.sampled_from([f"e-{number}" for number in range(8)]), PLACES)


@settings(max_examples=100)
@given(hub=COUNTS, theirs=COUNTS, covered=st.sets(PLACES))
def test_the_ids_lacking_make_up_the_difference_exactly(
    hub: dict[str, tuple[str, str]], theirs: dict[str, tuple[str, str]], covered: set[tuple[str, str]]
) -> None:
    held = {(SOURCE, id_): place for id_, place in hub.items()}
    counted = {(SOURCE, id_): own(id_, *place) for id_, place in theirs.items()}
    rows = event_differences(CAF, held, counted, covered, {})
    assert sorted(covered) == [(row.type, row.month) for row in rows]
    for row in rows:
        place = (row.type, row.month)
        ours = {id_ for id_, at in hub.items() if at == place}
        given_ = {id_ for id_, at in theirs.items() if at == place}
        assert (len(ours), len(given_)) == (row.hub, row.theirs)
        assert sorted(given_ - ours) == [lacking.key[1] for lacking in row.lacked_by_hub]
        assert sorted(ours - given_) == [id_ for _, id_ in row.lacked_by_institution]
        assert (ours == given_) is row.agrees


def test_a_figure_is_compared_with_the_sum_over_what_it_does_not_say() -> None:
    dims = MEASURES["queries"].dims
    assert ("origin", "nature") == dims
    cells = {
        Cell("2026-03", "queries", ("CCAS", "ADVICE")): 5,
        Cell("2026-03", "queries", ("CCAS", "URGENCY")): 6,
        Cell("2026-03", "queries", ("TOWN_HALL", "ADVICE")): 7,
        Cell("2026-04", "queries", ("CCAS", "ADVICE")): 100,
        Cell("2026-03", "meetings", ("SPECIAL",)): 100,
    }
    whole = OwnFigure("queries", "2026-03", (), 18)
    part = OwnFigure("queries", "2026-03", (("origin", "CCAS"),), 10)
    rows = figure_differences(cells, {CAF: [whole, part], CD35: [OwnFigure("queries", "2026-03", (), 17)]})
    assert [(18, {CAF: 18, CD35: 17}, False), (11, {CAF: 10}, False)] == [
        (row.hub, dict(row.theirs), row.agrees) for row in rows
    ]
    assert ["interpellations", "interpellations (CCAS)"] == [row.label for row in rows]
    assert [DifferencePoint("interpellations", "2026-03", 18, 18, 17)] == list(points([], rows))


@pytest.mark.parametrize(
    ("amounts", "origin", "shown"),
    [
        ({"CCAS": 4, "TOWN_HALL": 6, "ASSOCIATION": 50}, "CCAS", MASKED),
        ({"CCAS": 4, "TOWN_HALL": 6, "ASSOCIATION": 50}, "TOWN_HALL", MASKED),
        ({"CCAS": 4, "TOWN_HALL": 6, "ASSOCIATION": 50}, "ASSOCIATION", 50),
        ({"CCAS": 7, "TOWN_HALL": 6}, "CCAS", 7),
        ({"CCAS": 7, "TOWN_HALL": 6}, "ASSOCIATION", 0),
        ({"CCAS": 3}, "TOWN_HALL", MASKED),
    ],
    ids=["small", "would-give-it-away", "large", "nothing-small", "none", "all-withheld"],
)
def test_a_part_is_shown_as_its_breakdown_shows_it(amounts: dict[str, int], origin: str, shown: Shown) -> None:
    cells = {Cell("2026-03", "queries", (name, "ADVICE")): amount for name, amount in amounts.items()}
    given_ = OwnFigure("queries", "2026-03", (("origin", origin),), 9)
    (row,) = figure_differences(cells, {CAF: [given_]})
    assert (shown, amounts.get(origin, 0)) == (row.shown, row.hub)


def test_a_figure_of_three_dimensions_is_never_shown() -> None:
    cell = Cell("2026-03", "cdap_messages", ("N", "yes", "CDAS-07"))
    dims = tuple(zip(MEASURES["cdap_messages"].dims, cell.dims, strict=True))
    (row,) = figure_differences({cell: 50}, {CAF: [OwnFigure("cdap_messages", "2026-03", tuple(sorted(dims)), 50)]})
    assert (MASKED, 50, True) == (row.shown, row.hub, row.agrees)


def test_a_point_of_a_report_names_the_ids_that_each_side_lacks() -> None:
    rows = event_differences(
        CD35, {(SOURCE, "a"): (TRAINING, "2026-03")}, {own("b").key: own("b")}, [(TRAINING, "2026-03")], {}
    )
    assert (DifferencePoint(EVENT_LABELS[TRAINING], "2026-03", 1, None, 1, ("b",), ("a",)),) == points(rows, [])
