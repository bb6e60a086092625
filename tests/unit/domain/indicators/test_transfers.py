"""Hand-overs and joint interventions of one thread: which request is answered, and in which state each ended."""

from datetime import UTC, datetime

import pytest

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.transfers import transfers

TO_CAF, TO_CDAS = "CDAS_TO_CAF", "CAF_TO_CDAS"


def fact(type_: str, at: str, direction: str | None = TO_CAF, on: str | None = None, outcome: str = "ROUTED") -> Fact:
    time = datetime.fromisoformat(f"2026-{at}").replace(tzinfo=UTC)
    values: dict[str, str | bool | None] = {"direction": direction, "on": on}
    if type_.endswith(".requested"):
        values = {"direction": direction, "communication": False, "outcome": outcome}
    return Fact("urn:hub:cd35:si", f"{type_} {at} {direction}", type_, time, at[:2], "t", None, "7", values)


def states(*facts: Fact) -> list[tuple[str, ...]]:
    found = [cell for cell in transfers(facts) if cell.measure == "transfers"]
    assert sorted(found) == sorted(cell for cell in transfers(facts[::-1]) if cell.measure == "transfers")
    return sorted((cell.month, *cell.dims) for cell in found)


def delays(*facts: Fact) -> list[tuple[str, ...]]:
    return [(cell.month, *cell.dims) for cell in transfers(facts) if cell.measure == "transfer_delays"]


ASKED = fact("joint_intervention.requested", "03-01T09:00")
ASKED_BACK = fact("joint_intervention.requested", "03-02T09:00", TO_CDAS)
VALIDATED = fact("joint_intervention.validated", "03-05T09:00")
VALIDATED_BACK = fact("joint_intervention.validated", "03-06T09:00", TO_CDAS)


def ended(at: str) -> Fact:
    return fact("joint_intervention.ended", at, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([ASKED, ended("03-09T09:00")], {TO_CAF: "ended"}, id="of the only request"),
        pytest.param(
            [ASKED, ASKED_BACK, ended("03-09T09:00")],
            {TO_CAF: "ended", TO_CDAS: "requested"},
            id="of the first request",
        ),
        pytest.param(
            [ASKED, ASKED_BACK, VALIDATED_BACK, ended("03-09T09:00")],
            {TO_CAF: "requested", TO_CDAS: "ended"},
            id="of what was validated",
        ),
        pytest.param(
            [ASKED, ASKED_BACK, VALIDATED, VALIDATED_BACK, ended("03-09T09:00")],
            {TO_CAF: "validated", TO_CDAS: "ended"},
            id="of the last that was validated",
        ),
        pytest.param(
            [ASKED, ASKED_BACK, VALIDATED_BACK, ended("03-06T09:00")],
            {TO_CAF: "requested", TO_CDAS: "ended"},
            id="of what was validated at the same instant",
        ),
        pytest.param(
            [ASKED, ASKED_BACK, VALIDATED_BACK, ended("03-04T09:00")],
            {TO_CAF: "ended", TO_CDAS: "validated"},
            id="not of what was validated later",
        ),
        pytest.param([ended("03-09T09:00")], {"": "ended"}, id="of nothing that is known"),
    ],
)
def test_an_end_which_names_no_direction_is_the_end(facts: list[Fact], expected: dict[str, str]) -> None:
    assert expected == {direction: state for _, _, direction, state, *_ in states(*facts)}


def test_a_transfer_counts_in_the_month_with_the_outcome_and_the_rules_of_its_first_request() -> None:
    first = fact("handover.requested", "03-30T09:00", outcome="INCOMPLETE")
    again, accepted = fact("handover.requested", "04-02T09:00"), fact("handover.accepted", "04-03T09:00")
    assert [("03", "handover", TO_CAF, "accepted", "INCOMPLETE", "7")] == states(first, again, accepted)
    assert [("04", "handover", TO_CAF, "accepted", "", "7")] == states(accepted)


def test_of_two_events_at_one_instant_the_further_one_is_the_later() -> None:
    asked, postponed, done = (
        fact(f"handover.{state}", "03-05T09:00") for state in ("requested", "postponed", "completed")
    )
    assert [("03", "handover", TO_CAF, "completed", "ROUTED", "7")] == states(done, asked, postponed)


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        pytest.param([("requested", "03-01T09:00"), ("accepted", "03-20T09:00", "2026-03-11")], ["10"], id="in days"),
        pytest.param([("requested", "03-01T23:30"), ("accepted", "03-20T09:00", "2026-03-11")], ["9"], id="of Paris"),
        pytest.param([("requested", "03-01T22:30"), ("accepted", "03-20T09:00", "2026-03-11")], ["10"], id="before it"),
        pytest.param(
            [("requested", "03-01T09:00"), ("requested", "03-08T09:00"), ("accepted", "03-20T09:00", "2026-03-11")],
            ["3"],
            id="from the last request",
        ),
        pytest.param(
            [("requested", "03-01T09:00"), ("refused", "03-20T09:00", "2026-03-11"), ("requested", "03-21T09:00")],
            ["10"],
            id="not from one after the answer",
        ),
        pytest.param(
            [("requested", "03-01T09:00"), ("requested", "03-20T09:00"), ("refused", "03-20T09:00", "2026-03-21")],
            ["1"],
            id="from one at the same instant",
        ),
        pytest.param(
            [("requested", "03-08T09:00"), ("accepted", "03-05T09:00", "2026-03-11")],
            ["3"],
            id="from the first otherwise",
        ),
        pytest.param([("accepted", "03-20T09:00", "2026-03-11")], [], id="never without a request"),
        pytest.param([("requested", "03-01T09:00"), ("accepted", "03-20T09:00")], [], id="never without a date"),
    ],
)
def test_the_days_until_an_answer_are_counted(facts: list[tuple[str, ...]], days: list[str]) -> None:
    told = [fact(f"handover.{state}", at, on=on[0] if on else None) for state, at, *on in facts]
    assert [("03", "handover", TO_CAF, number) for number in days] == delays(*told)


def test_the_two_kinds_are_counted_apart() -> None:
    both = [ASKED, fact("handover.requested", "03-01T09:00")]
    assert ["handover", "joint_intervention"] == [kind for _, kind, *_ in states(*both)]
    assert all(isinstance(cell, Cell) for cell in transfers(both))
