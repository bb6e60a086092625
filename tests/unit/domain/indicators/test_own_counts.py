"""The edges of an institution's own count: what a line may hold, and what is said of one that is refused."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.differences import (
    EVENT_LABELS,
    EventDifference,
    Whereabouts,
    WhyLacking,
    figure_differences,
    not_given,
    points,
)
from hub.domain.indicators.own_counts import (
    DIMENSIONS,
    CountKind,
    LineReceipt,
    LineStatus,
    OwnEvent,
    OwnFigure,
    kind_of,
    places_of,
    read_own_count,
)
from hub.domain.indicators.periods import Period, parse_period
from hub.domain.vocabulary import Institution

CAF, CD35 = Institution.CAF, Institution.CD35
TRAINING = "training.held"
EVENT = {"type": TRAINING, "source": "urn:hub:caf35:si", "id": "f-1", "time": "2026-03-02T09:00:00+01:00"}
FIGURE = {"measure": "queries", "month": "2026-03", "number": "1"}


def read(*rows: Mapping[Any, Any], institution: Institution = CAF, period: Period | None = None) -> list[LineReceipt]:
    kind = CountKind.EVENTS if "type" in {str(name).strip() for name in rows[0]} else CountKind.FIGURES
    return read_own_count(kind, rows, institution, period)


def reasons(receipts: Sequence[LineReceipt]) -> list[str]:
    return [receipt.reason.replace("\u00a0", " ").replace("\u202f", " ") for receipt in receipts]


def test_spaces_around_names_and_cells_are_no_part_of_them() -> None:
    (receipt,) = read({f" {name} ": f" {cell} " for name, cell in EVENT.items()})
    assert (LineStatus.TAKEN, "f-1", "") == (receipt.status, receipt.names, receipt.reason)
    assert CountKind.EVENTS is kind_of([f" {name} " for name in EVENT])
    assert CountKind.FIGURES is kind_of([*FIGURE, "origin"]) is kind_of([*FIGURE, *DIMENSIONS])


def test_columns_of_neither_kind_are_told_what_is_taken() -> None:
    with pytest.raises(ValueError, match="Il faut") as told:
        kind_of(["type"])
    words = str(told.value).replace("\u00a0", " ")
    assert "les colonnes type, source, id, time (des événements), ou measure, month, number (des chiffres)" in words
    assert ", ".join(DIMENSIONS) in words


def test_an_event_keeps_its_instant_its_source_and_its_id() -> None:
    (receipt,) = read(EVENT)
    assert isinstance(receipt.row, OwnEvent)
    assert UTC is receipt.row.time.tzinfo
    march = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert OwnEvent(TRAINING, "urn:hub:caf35:si", "f-1", march, "2026-03") == receipt.row


@pytest.mark.parametrize("name", ["id", "time", "type", "source"])
def test_an_empty_or_missing_cell_is_refused_as_such(name: str) -> None:
    for cell in ("", None):
        (receipt,) = read(EVENT | {name: cell})
        assert LineStatus.REFUSED is receipt.status
        assert reasons([receipt])[0].startswith(f"colonne {name} : ")


def test_a_cell_may_have_two_hundred_characters_and_a_longer_name_is_cut_in_the_receipt() -> None:
    taken, refused = read(EVENT | {"id": "x" * 200}, EVENT | {"id": "y" * 201})
    assert (LineStatus.TAKEN, "x" * 200) == (taken.status, taken.names)
    assert ("y" * 200 + "…", ["colonne id : plus de 200 caractères"]) == (refused.names, reasons([refused]))
    assert [2, 3] == [taken.line, refused.line]
    (whole,) = read(EVENT | {"id": "z" * 200, "time": "hier"})
    assert "z" * 200 == whole.names


def test_a_receipt_names_the_line_by_its_id_or_its_measure() -> None:
    assert ["f-1", "f-2"] == [receipt.names for receipt in read(EVENT, EVENT | {"id": "f-2", "time": "hier"})]
    assert ["queries", "mails"] == [receipt.names for receipt in read(FIGURE, FIGURE | {"measure": "mails"})]
    assert [""] == [receipt.names for receipt in read({"type": "", "source": "", "time": ""} | {"id": ""})]


def test_every_fault_of_a_line_is_told_at_once() -> None:
    told = reasons(read(EVENT | {"type": "x", "source": "x", "id": "", "time": "x"}))
    assert [4] == [len(reason.split(" ; ")) for reason in told]
    assert all(part.startswith("colonne ") for part in told[0].split(" ; "))
    told = reasons(read({"measure": "queries", "month": "x", "number": "x", "site": "x"}))
    assert [3] == [len(reason.split(" ; ")) for reason in told]


def test_a_line_with_too_many_cells_is_read_no_further() -> None:
    row = EVENT | {"time": "hier"}
    (receipt,) = read({**row, None: ["surplus"]})
    assert ["la ligne a plus de cellules que la première ligne n’a de colonnes"] == reasons([receipt])


def test_an_instant_before_the_calendar_begins_is_none() -> None:
    assert "avec son décalage" in reasons(read(EVENT | {"time": "0001-01-01T00:00:00+14:00"}))[0]


@pytest.mark.parametrize(
    ("number", "expected"), [("0", 0), ("007", 7), (str(10**12), 10**12), (str(10**12 + 1), None), ("²", None)]
)
def test_a_number_is_whole_and_no_longer_than_a_counter(number: str, expected: int | None) -> None:
    (receipt,) = read(FIGURE | {"number": number})
    assert expected == getattr(receipt.row, "number", None)


def test_the_first_and_the_last_month_are_of_the_period() -> None:
    rows = [FIGURE | {"month": month} for month in ("2025-12", "2026-01", "2026-03", "2026-04")]
    receipts = read(*rows, period=parse_period("2026-01..2026-03"))
    assert [False, True, True, False] == [receipt.status is LineStatus.TAKEN for receipt in receipts]
    assert "le mois 2026-04 est hors de la période 2026-01..2026-03" == reasons(receipts)[-1]


def test_a_figure_counts_once_for_each_part_that_it_names() -> None:
    part = FIGURE | {"origin": "CCAS"}
    receipts = read(FIGURE, part, FIGURE | {"month": "2026-04"}, {**part, "nature": "ADVICE"}, part, FIGURE)
    assert ["", "", "", "", "déjà compté à la ligne 3", "déjà compté à la ligne 2"] == reasons(receipts)


def test_a_refused_line_does_not_stand_in_the_way_of_the_right_one() -> None:
    far, right = EVENT | {"time": "2025-03-02T09:00:00+01:00"}, EVENT
    assert [LineStatus.REFUSED, LineStatus.TAKEN] == [
        receipt.status for receipt in read(far, right, period=parse_period("2026-03"))
    ]


def test_each_institution_counts_its_own_received_events() -> None:
    row = {"measure": "received", "month": "2026-03", "number": "3", "institution": ""}
    for institution in (CAF, CD35):
        (receipt,) = read(row, institution=institution)
        assert OwnFigure("received", "2026-03", (("institution", institution.value),), 3) == receipt.row
    told = reasons(read(row | {"institution": "CAF"}, institution=CD35))
    assert ["colonne institution : chacune compte les siens"] == told


def test_a_file_counts_up_to_its_last_month() -> None:
    days = ("2026-03-02", "2026-04-02", "2026-07-02")
    receipts = read(*(EVENT | {"id": day, "time": f"{day}T09:00:00+01:00"} for day in days))
    months = [month for _, month in places_of(CountKind.EVENTS, receipts, None)]
    assert [f"2026-0{month}" for month in range(3, 8)] == months


def test_a_file_without_a_good_line_counts_nothing_but_what_was_asked_for() -> None:
    assert () == places_of(CountKind.EVENTS, read(EVENT | {"time": "x"}), None, [TRAINING])
    march = parse_period("2026-03")
    assert ((TRAINING, "2026-03"),) == places_of(CountKind.EVENTS, [], march, [TRAINING])
    assert () == places_of(CountKind.FIGURES, read(FIGURE | {"number": "x"}), march)


def test_a_figure_of_received_events_is_named_by_their_type_and_is_no_part() -> None:
    cells = {
        Cell("2026-03", "received", (TRAINING, "CAF")): 3,
        Cell("2026-03", "received", (TRAINING, "CD35")): 9,
        Cell("2026-03", "received", ("meeting.held", "CAF")): 9,
    }
    for type_, hub, label in ((TRAINING, 3, EVENT_LABELS[TRAINING]), ("later.held", 0, "later.held")):
        given = OwnFigure("received", "2026-03", (("institution", "CAF"), ("type", type_)), 4)
        (row,) = figure_differences(cells, {CAF: [given]})
        assert (hub, hub, label, False, False) == (row.hub, row.shown, row.label, row.agrees, row.is_part)
        (point,) = points([], [row])
        assert (label, "2026-03", hub, 4, None, (), ()) == (
            point.label, point.month, point.hub, point.caf, point.cd35, point.lacked_by_hub, point.lacked_by_institution
        )  # fmt: skip


def test_the_parts_of_a_figure_are_named_in_words() -> None:
    given = OwnFigure("queries", "2026-03", (("nature", "ADVICE"), ("origin", "OTHER")), 9)
    cells = {Cell("2026-03", "queries", ("OTHER", "ADVICE")): 9, Cell("2026-03", "queries", ("CCAS", "ADVICE")): 50}
    (row,) = figure_differences(cells, {CD35: [given]})
    assert (9, 9, True) == (row.hub, row.shown, row.agrees)
    assert "interpellations (conseil, autre lieu d’accueil)" == row.label
    assert row.is_part


def test_events_have_names_that_stand_within_a_sentence() -> None:
    assert all(re.match(r"[a-zé]+\b", label) for label in EVENT_LABELS.values())


def test_a_count_that_was_not_given_lacks_nothing() -> None:
    cells = {Cell("2026-03", "received", (TRAINING, "CAF")): 3}
    assert (EventDifference(CAF, TRAINING, "2026-03", 3, None, (), ()),) == not_given(CAF, cells, [])
    assert "" == Whereabouts(WhyLacking.REFUSED).detail


def test_a_point_about_a_type_without_a_name_is_told_by_its_code() -> None:
    differs = EventDifference(CAF, "later.held", "2026-03", 3, 4, (), (("urn:hub:caf35:si", "a"),))
    (point,) = points([differs], [])
    assert ("later.held", 4, None, ("a",)) == (point.label, point.caf, point.cd35, point.lacked_by_institution)
