"""Every worked case gives its expected answer, through the function and through the command line."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub.data import load_calendar, load_territory
from hub.domain.routing.decide import decide
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

CASES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.json"))
AT_LEAST = {"flags"}


def read_scenario(path: Path) -> dict[str, Any]:
    """Read one worked case."""
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def _without_rules(routing: Mapping[str, Any], stated: set[str]) -> dict[str, Any]:
    return {name: routing[name] for name in stated - {"rules"}}


def assert_answers(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Compare by the rules of the README beside the cases."""
    for field, wanted in expected.items():
        got = answer[field]
        if field == "routings":
            stated = set(wanted[0]) if wanted else set()
            by_place = {(r["service"], r["role"]): r for r in got}
            assert len(got) == len(by_place) == len(wanted)
            for routing in wanted:
                found = by_place[routing["service"], routing["role"]]
                assert _without_rules(routing, stated) == _without_rules(found, stated)
                assert set(routing["rules"]) <= set(found["rules"])
        elif field in AT_LEAST:
            assert set(wanted) <= set(got)
        elif isinstance(wanted, list):
            assert sorted(wanted) == sorted(got), field
        else:
            assert wanted == got, field


def test_there_are_cases_to_check() -> None:
    assert len(CASES) >= 55


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_function_gives_the_expected_answer(path: Path) -> None:
    case = read_scenario(path)
    event = EventReader(load_catalogue(), load_territory()).from_json(case["event"])
    as_of = datetime.fromisoformat(case["as_of"]) if "as_of" in case else None
    assert_answers(case["expect"], decide(event, as_of, calendar=load_calendar()).data)


def test_the_command_gives_the_expected_answers_in_the_order_of_its_input() -> None:
    cases = [read_scenario(path) for path in CASES]
    lines = "\n".join(json.dumps(case["event"]) for case in cases)
    done = subprocess.run(
        [sys.executable, "-c", "from hub.cli import main; main()", "route", "--json", "-"],
        input=lines.encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [case["event"]["id"] for case in cases] == [answer["event_id"] for answer in answers]
    for case, answer in zip(cases, answers, strict=True):
        assert_answers(case["expect"], answer)
