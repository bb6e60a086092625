"""What a reader is shown of the figures, and what it cannot work out from all of them."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.figures import figures
from hub.domain.indicators.masking import MASKED, Withheld
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import IndicatorFigures
from hub.domain.indicators.showing import TOLD, ShownIndicator, masked
from hub.domain.indicators.values import Change, Count, Mean, Median, Share, Value
from tests.unit.domain.indicators.drawn_cells import drawn_cells

MONTH = Period("2026-03", "2026-03", "2026-03")
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
QUARTERS = Period("2026-01..2026-04", "2026-01", "2026-04")


def of(found: Iterable[ShownIndicator], indicator: str) -> ShownIndicator:
    return next(one for one in found if one.indicator.id == indicator)


def cells(*rows: tuple[str, str, tuple[str, ...], int]) -> Counter[Cell]:
    counted = Counter({Cell(month, measure, dims): amount for month, measure, dims, amount in rows})
    types = ("cdap_message.received", "notice.published", "delivery.status_changed", "referral.concluded")
    for month, kind in {(month, kind) for month, *_ in rows for kind in types}:
        counted[Cell(month, "received", (kind, "CD35"))] = 1
    return counted


def test_values_beside_breakdowns_are_shown_and_small_cells_are_not() -> None:
    messages = [
        ("2026-03", "cdap_messages", ("DROITS", "no", f"CDAS-0{n}"), amount) for n, amount in enumerate((3, 9, 40))
    ]
    shown = of(masked(figures(cells(*messages), MONTH)), "V1.2")
    assert Count(52) == shown.figures[0].value
    by_cdas = next(one for one in shown.breakdowns if one.key == "by_cdas")
    assert ("Messages par CDAS", ["cdas"]) == (by_cdas.label, [axis.name for axis in by_cdas.by])
    assert {("CDAS-00",): MASKED, ("CDAS-01",): MASKED, ("CDAS-02",): 40} == by_cdas.table.rows


def test_a_breakdown_prints_no_small_line_that_the_share_beside_it_tells_and_no_cell_can_be_worked_out() -> None:
    """The share of urgent messages says that three were: of which nature must not be seen."""
    one_nature = [("DROITS", "yes", 3), ("DROITS", "no", 40), ("PAIEMENT", "no", 50)]
    messages = [("2026-03", "cdap_messages", (nature, urgent, "C"), amount) for nature, urgent, amount in one_nature]
    shown = of(masked(figures(cells(*messages), MONTH)), "V1.2")
    by_nature = shown.breakdowns[0].table
    assert Share(3, 93) == shown.figures[1].value
    assert (Withheld.CELLS, {}) == (by_nature.withheld, by_nature.rows)
    assert ({"DROITS": 43, "PAIEMENT": 50}, {"yes": MASKED, "no": MASKED}) == by_nature.margins


def test_a_course_by_month_hides_its_small_months_and_what_the_years_total_would_tell() -> None:
    messages = [
        (month, "cdap_messages", ("DROITS", "no", "C"), n) for month, n in zip(MONTHS, (20, 2, 9, 30), strict=True)
    ]
    course = of(masked(figures(cells(*messages), QUARTERS)), "V1.2").series[0]
    assert (("2026-01", 20), ("2026-02", MASKED), ("2026-03", MASKED), ("2026-04", 30)) == course.points
    assert ("messages", "Messages reçus par mois") == (course.key, course.label)


def test_months_without_any_message_are_not_provided_in_the_course_rather_than_masked() -> None:
    course = of(masked(figures(cells(("2026-02", "cdap_messages", ("D", "no", "C"), 7)), QUARTERS)), "V1.2").series[0]
    assert (("2026-01", None), ("2026-02", 7), ("2026-03", None), ("2026-04", None)) == course.points


def test_a_service_where_few_did_not_acknowledge_shows_neither_how_many_did() -> None:
    asked = [("CDAS", 20, 18), ("CAF_REFERENTS", 30, 22), ("ASIP", 40, 20)]
    rows = [("2026-03", "notice_asked", ("O1", "CAF", service), n) for service, n, _ in asked]
    rows += [("2026-03", "notice_acknowledged", ("O1", "CAF", service), n) for service, _, n in asked]
    shown = {one.key: one.table.rows for one in of(masked(figures(cells(*rows), MONTH)), "A1").breakdowns}
    assert {("CDAS",): 20, ("CAF_REFERENTS",): 30, ("ASIP",): 40} == shown["asked"]
    assert {("CDAS",): MASKED, ("CAF_REFERENTS",): MASKED, ("ASIP",): 20} == shown["acknowledged"]


def test_acknowledgements_add_up_to_their_totals_also_where_nobody_gave_one() -> None:
    asked = [("CDAS", 20, 0), ("CAF_REFERENTS", 30, 22), ("ASIP", 40, 20)]
    rows = [("2026-03", "notice_asked", ("O1", "CAF", service), n) for service, n, _ in asked]
    rows += [("2026-03", "notice_acknowledged", ("O1", "CAF", service), n) for service, _, n in asked if n]
    shown = {one.key: one.table for one in of(masked(figures(cells(*rows), MONTH)), "A1").breakdowns}
    assert (90, 42) == (shown["asked"].total, shown["acknowledged"].total)
    assert {("CDAS",): 20, ("CAF_REFERENTS",): 30, ("ASIP",): 40} == shown["asked"].rows
    assert {("CAF_REFERENTS",): 22, ("ASIP",): 20} == shown["acknowledged"].rows


def test_an_acknowledgement_that_one_service_alone_did_not_give_is_among_those_asked() -> None:
    rows = [("2026-03", "notice_asked", ("O1", "CAF", service), n) for service, n in (("CDAS", 1), ("ASIP", 40))]
    rows.append(("2026-03", "notice_acknowledged", ("O1", "CAF", "ASIP"), 20))
    shown = {one.key: one.table for one in of(masked(figures(cells(*rows), MONTH)), "A1").breakdowns}
    assert (41, 20) == (shown["asked"].total, shown["acknowledged"].total)


def test_acknowledgements_that_everybody_gave_are_shown_beside_their_months() -> None:
    measures = ("notice_asked", "notice_acknowledged")
    counted = cells(*((month, measure, ("O1", "CAF", "CDAS"), 20) for month in MONTHS for measure in measures))
    months = [figures(counted, Period(month, month, month)) for month in MONTHS]
    shown = {one.key: one.table.rows for one in of(masked(figures(counted, QUARTERS), months), "A1").breakdowns}
    assert {("CDAS",): 80} == shown["asked"] == shown["acknowledged"]


def test_what_nobody_provided_is_said_to_be_so() -> None:
    assert {False} == {one.provided for one in masked(figures({}, MONTH))}
    counted = cells(("2026-03", "cdap_messages", ("D", "no", "C"), 7))
    assert of(masked(figures(counted, MONTH)), "V1.2").provided


def test_an_indicator_without_a_course_has_none() -> None:
    bare = ShownIndicator(INDICATORS["V2.4"], provided=True, figures=())
    assert ((), ()) == (bare.breakdowns, bare.series)


def test_without_detail_breakdowns_are_withheld_and_values_are_not() -> None:
    counted = figures(drawn_cells(1, MONTHS, 40), QUARTERS)
    found = masked(counted, detailed=False)
    assert {Withheld.ALL} == {one.table.withheld for shown in found for one in shown.breakdowns}
    assert not any(one.table.rows or any(one.table.margins) for shown in found for one in shown.breakdowns)
    assert of(found, "V1.2").figures[0].value != Count(0)
    totals = [sum(one.rows.values()) for indicator in counted for one in indicator.breakdowns]
    assert totals == [one.table.total for shown in found for one in shown.breakdowns]


@pytest.mark.parametrize("largest", [2, 9, 60])
@pytest.mark.parametrize("seed", range(3))
def test_no_small_number_is_shown_in_any_breakdown_or_course(seed: int, largest: int) -> None:
    counted = drawn_cells(seed, MONTHS, largest, share=0.4)
    months = [figures(counted, Period(month, month, month)) for month in MONTHS]
    for found in (masked(figures(counted, QUARTERS), months), *map(masked, months)):
        for shown in found:
            for one in shown.breakdowns:
                told = TOLD.get((shown.indicator.id, one.key))
                known = set() if told is None else told.dimensions
                numbers = [n for row, n in one.table.rows.items() if told is None or row not in told.rows]
                numbers += [n for d, margin in enumerate(one.table.margins) if d not in known for n in margin.values()]
                assert not [n for n in numbers if n is not MASKED and 0 < n < 5]
            assert not [n for one in shown.series for _, n in one.points if isinstance(n, int) and 0 < n < 5]


def test_every_line_of_a_breakdown_that_another_value_tells_is_known_to_the_masking() -> None:
    """Where a margin or a cell is one of the values in every draw of large numbers, it is no accident."""
    always: dict[tuple[str, str, int, str], bool] = {}
    for seed in range(6):
        found = figures(drawn_cells(seed, ("2026-03",), 10**6), MONTH)
        beside = {number for one in found for figure in one.figures for number in _numbers(figure.value)}
        for place, number in _lines(found):
            always[place] = always.get(place, True) and number in beside
    told = {(indicator, key, dimension) for (indicator, key, dimension, _), each in always.items() if each}
    listed = {(*place, dimension) for place, one in TOLD.items() for dimension in one.dimensions or {0}}
    # The given acknowledgements and the asked ones are masked as one table by yes and no; the value is its columns.
    assert listed - {("A1", "asked", 1)} == told


def _numbers(value: Value) -> set[int]:
    match value:
        case Count(number):
            return {number}
        case Share(numerator, denominator):
            return {numerator, denominator, denominator - numerator}
        case Median(_, of, _) | Mean(_, of):
            return {of}
        case Change(now, before):
            return {now, before}
        case _:
            return set()


def _lines(found: Iterable[IndicatorFigures]) -> Iterable[tuple[tuple[str, str, int, str], int]]:
    for one in found:
        for breakdown in one.breakdowns:
            for dimension in range(len(breakdown.by)):
                lines: Mapping[str, int] = sum(
                    (Counter({row[dimension]: number}) for row, number in breakdown.rows.items()), Counter()
                )
                if len(lines) > 1:
                    yield from (((one.indicator.id, breakdown.key, dimension, name), n) for name, n in lines.items())
