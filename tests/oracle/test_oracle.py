"""The engine against a second, independent reading of the contract, and what holds for every event."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.routing.decide import decide
from tests.oracle import cases
from tests.oracle.drawn import any_case
from tests.oracle.events import HANDOVER, REFERRAL, SOCIAL_URGENCY, Case, entry, event_of, life_event
from tests.oracle.judging import (
    PLACE,
    SETS,
    SHOWN,
    SINGLE,
    answer,
    calendar,
    differences,
    disagreements,
    line_open,
    places,
    reader,
    without_order,
)
from tests.oracle.reading import expected
from tests.oracle.space import KINDS, at
from tests.oracle.unknown import bare, expected_unknown, unknown_cases, with_symbol
from tests.oracle.workers import CDAS_SERVICES

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.json"))
LEAST_CASES = 3_000
RULES_COMPARED = 1_000
OUTCOMES = {"ROUTED", "REJECTED", "INCOMPLETE", "HUMAN_QUALIFICATION", "OFF_HUB", "OUT_OF_SCOPE"}
FAMILIES: dict[str, Callable[[], Iterable[Case]]] = {
    "windows of the perimeter": cases.perimeter_cases,
    "eligibility": cases.eligibility_cases,
    "benefits and the line": cases.benefit_cases,
    "places": cases.place_cases,
    "hand-over and joint intervention": cases.transfer_cases,
    "mixtures": cases.mixed_cases,
}
EXAMPLES = settings(max_examples=100, deadline=None)


def _worked_case(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def _is_about_a_person(path: Path) -> bool:
    return not _worked_case(path)["event"]["type"].startswith("notice.")


@pytest.mark.parametrize("path", [path for path in SCENARIOS if _is_about_a_person(path)], ids=lambda path: path.stem)
def test_the_second_reading_gives_the_worked_answer(path: Path) -> None:
    case = _worked_case(path)
    as_of = datetime.fromisoformat(case["as_of"]) if "as_of" in case else None
    wanted, read = case["expect"], expected(case["event"], as_of, line_open)
    assert {name: wanted[name] for name in SINGLE} == {name: read[name] for name in SINGLE}
    assert {name: set(wanted[name]) for name in SETS} == {name: read[name] for name in SETS}
    assert set(wanted["flags"]) == read["flags"]
    routings = {tuple(routing[name] for name in PLACE[:5]): set(routing["rules"]) for routing in wanted["routings"]}
    read_routings = {place[:5]: rules for place, rules in read["routings"].items()}
    assert routings.keys() == read_routings.keys()
    assert all(rules <= read_routings[place] for place, rules in routings.items())


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_the_engine_answers_as_the_text_reads(family: Callable[[], Iterable[Case]]) -> None:
    number, told = disagreements(family())
    assert not told, f"{len(told)} of {number} cases differ\n" + "\n".join(told[:SHOWN])


def test_a_routing_names_no_rule_beyond_those_of_its_row() -> None:
    # The contract allows more rules than it names; a rule that is added on purpose belongs into the reading as well.
    told = []
    for case in cases.mixed_cases(RULES_COMPARED):
        read, routings = expected(case.event, case.as_of, line_open)["routings"], places(answer(case))
        if read != routings:
            told.append(f"{case.name}, as_of {case.as_of}\n{json.dumps(case.event)}\n  {read}\n  {routings}")
    assert not told, f"{len(told)} cases differ\n" + "\n".join(told[:SHOWN])


def test_the_cases_are_many_and_reach_every_outcome_place_and_code() -> None:
    number = 0
    met: dict[str, set[str]] = {name: set() for name in ("outcome", "places", *SETS)}
    for case in (case for family in FAMILIES.values() for case in family()):
        number += 1
        read = expected(case.event, case.as_of, line_open)
        met["outcome"].add(read["outcome"])
        met["places"] |= {f"{place[0]}/{place[1]} {place[2]}" for place in read["routings"]}
        for name in SETS:
            met[name] |= read[name]
    assert number >= LEAST_CASES
    assert {
        "outcome": OUTCOMES,
        "places": {
            "CAF_BENEFITS/FRONT_OFFICE PUBLIC",
            "CAF_BENEFITS/PRIORITY_CONTACT CDAP_FORM",
            "CAF_BENEFITS/PRIORITY_CONTACT PRIORITY_LINE",
            "CAF_SOCIAL_WORK/MANAGER DIRECT",
            "CAF_SOCIAL_WORK/SECRETARIAT CAF_SOCIAL_WORK_MAILBOX",
            "CAF_SOCIAL_WORK/SECRETARIAT DIRECT",
            "CAF_SOCIAL_WORK/SOCIAL_WORKER DIRECT",
            "CDAS/CONCERTATION CDAS_MAILBOX",
            "CDAS/MANAGER DIRECT",
            "CDAS/MANAGER HUB",
            "CDAS/MANAGER SECURE",
            "CDAS/RECEPTION CDAS_RECEPTION",
            "CDAS/RECEPTION_SECOND_LEVEL CDAS_MAILBOX",
            "CDAS/RECEPTION_SECOND_LEVEL CDAS_RECEPTION",
            "CDAS/SOCIAL_WORKER DIRECT",
            "CDAS/SOCIAL_WORKER SECURE",
            "EXTERNAL_REFERENT/SOCIAL_WORKER DIRECT",
        },
        "rejections": {
            "AGREEMENT_MISSING",
            "LINK_ACTIVE",
            "OUT_OF_PERIMETER",
            "REASON_NOT_RECOGNISED",
            "CHILD_PROTECTION_MAINTAINED",
            "EXCLUDED_PROFESSIONAL",
            "URGENCY_NOT_HANDLED",
        },
        "missing": {"NEED", "COMMUNE", "LIFE_EVENT_DATE", "COMMUNICATION", "EVALUATION", "REASON"},
        "suggestions": {"JOINT_INTERVENTION", "COORDINATION_CONTACT", "CONTINUITY"},
        "warnings": {"CDAP_NOT_CONSULTED", "PRIORITY_CHANNEL_RESERVED", "FAMILY_INFORMATION_REMINDER"},
    } == met


def test_an_unknown_symbol_goes_to_a_human_only_where_the_decision_depends_on_it() -> None:
    told, ended = [], set()
    for case, paths in unknown_cases():
        wanted = expected_unknown(case, paths, lambda event, as_of: expected(event, as_of, line_open))
        read = reader().from_json(case.event)
        data = with_symbol(read.data or {}, paths, ["UNKNOWN"] * len(paths))
        answered = without_order(decide(replace(read, data=data), case.as_of, None, calendar()).data)
        ended.add(answered["outcome"])
        if wanted != bare(answered):
            told.append(f"{case.name}, as_of {case.as_of}, {paths}\n{json.dumps(case.event)}\n  {wanted}\n  {answered}")
    assert not told, f"{len(told)} cases differ\n" + "\n".join(told[:SHOWN])
    assert OUTCOMES == ended


@EXAMPLES
@given(any_case())
def test_a_drawn_event_is_answered_as_the_text_reads(case: Case) -> None:
    assert (1, []) == disagreements([case])


@EXAMPLES
@given(any_case())
def test_every_event_ends_in_exactly_one_outcome(case: Case) -> None:
    answered = answer(case)
    ends = {
        "ROUTED": bool(answered["routings"]) and not answered["rejections"],
        "REJECTED": bool(answered["rejections"]),
        "INCOMPLETE": bool(answered["missing"]) and case.event["type"].endswith(".requested"),
        "HUMAN_QUALIFICATION": bool(answered["missing"]),
        "OFF_HUB": answered["instruction"] == "PROSECUTOR_DIRECT",
        "OUT_OF_SCOPE": not answered["missing"] and not answered["rejections"],
    }
    assert ends[answered["outcome"]]
    assert ("OFF_HUB" == answered["outcome"]) == (answered["instruction"] is not None)


@EXAMPLES
@given(any_case())
def test_there_are_routings_only_when_routed_or_when_an_urgency_was_not_handled(case: Case) -> None:
    answered = answer(case)
    may_route = answered["outcome"] == "ROUTED" or "URGENCY_NOT_HANDLED" in answered["rejections"]
    assert may_route == bool(answered["routings"])


@EXAMPLES
@given(any_case())
def test_a_human_is_always_told_what_is_missing(case: Case) -> None:
    answered = answer(case)
    assert answered["outcome"] != "HUMAN_QUALIFICATION" or answered["missing"]


@EXAMPLES
@given(any_case())
def test_the_priority_channels_are_named_to_a_cdas_only(case: Case) -> None:
    answered = answer(case)
    channels = {routing["channel"] for routing in answered["routings"]}
    if case.event["data"]["emitter"]["service"] not in CDAS_SERVICES:
        assert not channels & {"PRIORITY_LINE", "CDAP_FORM"}
    assert ("CDAP_FORM" in channels) == (answered["keyword"] == "URGENCE DEFINIE")


@EXAMPLES
@given(any_case())
def test_only_a_routing_to_a_cdas_names_one(case: Case) -> None:
    assert not [routing for routing in answer(case)["routings"] if routing["cdas"] and routing["service"] != "CDAS"]


@EXAMPLES
@given(any_case(), st.randoms(use_true_random=False))
def test_the_order_of_the_supports_never_changes_the_answer(case: Case, random: Any) -> None:
    support = case.event["data"].get("support") or []
    shuffled = random.sample(support, len(support))
    assert without_order(answer(case)) == without_order(answer(_with_support(case, shuffled)))


@EXAMPLES
@given(any_case())
def test_a_support_told_twice_changes_nothing(case: Case) -> None:
    support = case.event["data"].get("support") or []
    assert without_order(answer(case)) == without_order(answer(_with_support(case, [*support, *support])))


@EXAMPLES
@given(any_case())
def test_a_field_left_out_reads_as_not_given(case: Case) -> None:
    shortened = replace(case, event=_without_nulls(case.event))
    assert without_order(answer(case)) == without_order(answer(shortened))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(held) for name, held in value.items() if held is not None}
    return [_without_nulls(held) for held in value] if isinstance(value, list) else value


def _with_support(case: Case, support: list[dict[str, Any]]) -> Case:
    data = case.event["data"]
    if not data.get("support"):
        return case
    return replace(case, event=case.event | {"data": data | {"support": support}})


HAPPENED = st.builds(
    life_event,
    st.sampled_from(KINDS),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat),
    st.just(None),
)
EARLIER = st.one_of(st.integers(-40, 1200), st.integers(360, 370), st.integers(725, 735))


@EXAMPLES
@given(HAPPENED, EARLIER, st.integers(1, 40), st.sampled_from((REFERRAL, HANDOVER, SOCIAL_URGENCY)))
def test_a_window_that_has_closed_never_opens_again(happened: Any, earlier: int, later: int, kind: str) -> None:
    day = date.fromisoformat(happened["date"]) + timedelta(earlier)
    event = event_of(kind, {"life_event": happened})
    before = answer(Case("before", event, at(day)))
    after = answer(Case("after", event, at(day + timedelta(later))))
    assert _is_inside(before) or not _is_inside(after)


@EXAMPLES
@given(st.integers(-10, 100), st.integers(1, 40))
def test_an_interruption_that_has_become_urgent_stays_urgent(earlier: int, later: int) -> None:
    benefit = {"code": "APL", "change": "INTERRUPTED", "since": "2025-11-30"}
    event = event_of(REFERRAL, {"need": "BENEFIT", "benefit": benefit})
    day = date(2025, 11, 30) + timedelta(earlier)
    before, after = (answer(Case("", event, at(when))) for when in (day, day + timedelta(later)))
    assert before["routings"][0]["urgency"] == "NONE" or after["routings"][0]["urgency"] == "BENEFIT"


def _is_inside(answered: Any) -> bool:
    return any(routing["role"] == "SECRETARIAT" for routing in answered["routings"])


WRONG: dict[str, Any] = {
    "outcome": "OFF_HUB",
    "instruction": "PROSECUTOR_DIRECT",
    "keyword": "URGENCE",
    "rejections": {"LINK_ACTIVE"},
    "missing": {"NEED"},
    "suggestions": set(),
    "warnings": {"NOT_PRIOR"},
    "routings": {},
    "flags": {"C19"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_difference_in_one_field_is_told(name: str) -> None:
    case = Case("nobody asked who follows", event_of(REFERRAL, {"support": None}))
    read = expected(case.event, case.as_of, line_open)
    assert [] == differences(read, answer(case))
    assert [name] == differences(read | {name: WRONG[name]}, answer(case))


def test_a_rule_that_a_routing_lacks_is_told() -> None:
    case = Case("a CAF worker", event_of(REFERRAL, {"support": [entry("CAF")]}))
    read = expected(case.event, case.as_of, line_open)
    lacking = {place: rules | {"R43"} for place, rules in read["routings"].items()}
    assert ["rules"] == differences(read | {"routings": lacking}, answer(case))
