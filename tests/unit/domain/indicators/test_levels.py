"""Flows as a gauge: multiples of 5, nothing below, closed labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.indicators.cells import MEASURES, Cell
from hub.domain.indicators.levels import FLOW_MEASURES, STEP, levels

MARCH = "2026-03"


def cell(measure: str, month: str = MARCH, **said: str) -> Cell:
    known = {"direction": "CDAS_TO_CAF", "outcome": "ROUTED", "rules_version": "2026.1"} | said
    return Cell(month, measure, tuple(known.get(name, "x") for name in MEASURES[measure].dims))


@pytest.mark.parametrize(("amount", "expected"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10), (1234, 1230)])
def test_a_flow_is_shown_down_to_a_multiple_of_five_and_not_at_all_below(amount: int, expected: int | None) -> None:
    found = levels({cell("referrals"): amount}, MARCH)
    assert expected == found.get(("referral", "CDAS_TO_CAF", "ROUTED"))
    assert (expected is not None) == bool(found)


def test_the_parts_of_a_flow_add_up_and_other_months_and_measures_do_not_count() -> None:
    cells = {
        cell("transfers", transfer="handover", state="requested"): 3,
        cell("transfers", transfer="handover", state="accepted", rules_version="2"): 4,
        cell("transfers", transfer="joint_intervention"): 6,
        cell("transfers", month="2026-02", transfer="handover"): 50,
        cell("handover_requests"): 50,
        cell("urgencies", kind="social_urgency", direction="OTHER", outcome="REJECTED"): 20,
    }
    assert {
        ("handover", "CDAS_TO_CAF", "ROUTED"): 5,
        ("joint_intervention", "CDAS_TO_CAF", "ROUTED"): 5,
        ("social_urgency", "OTHER", "REJECTED"): 20,
    } == levels(cells, MARCH)


def test_a_label_is_of_a_closed_list_whatever_a_newer_producer_sends() -> None:
    cells = {cell("referrals", direction="", outcome="LATER"): 5, cell("urgencies", kind="fire_urgency"): 5}
    assert {("referral", "UNKNOWN", "UNKNOWN"): 5, ("UNKNOWN", "CDAS_TO_CAF", "ROUTED"): 5} == levels(cells, MARCH)


def test_a_cell_that_lacks_a_dimension_is_refused_rather_than_read_askew() -> None:
    with pytest.raises(ValueError, match="shorter"):
        levels({Cell(MARCH, "referrals", ("CDAS_TO_CAF", "ROUTED")): 5}, MARCH)


@given(st.dictionaries(st.sampled_from(FLOW_MEASURES), st.integers(0, 1000)))
def test_no_level_tells_more_than_its_step(amounts: dict[str, int]) -> None:
    for level in levels({cell(measure): amount for measure, amount in amounts.items()}, MARCH).values():
        assert level >= STEP
        assert 0 == level % STEP
