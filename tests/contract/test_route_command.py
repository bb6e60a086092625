"""`hub route`: what it reads, what it prints, how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from hub.cli.route import RouteError, route
from hub.demo import demo_notices

DEMO = {event["data"]["code"]: event for event in demo_notices()}
BASE = ["CAF_REFERENTS/REFERENT", "CD35_SOCIAL_LIFE_REFERENTS/REFERENT", "CDAS/GENERIC_MAILBOX"]
DIRECTORY = """contact,institution,service,role,cdas,label,valid_from,communes
cdas-07,CD35,CDAS,GENERIC_MAILBOX,CDAS-07,CDAS,2020-01-01,
later,CD35,CDAS,GENERIC_MAILBOX,CDAS-08,CDAS,2030-01-01,
wrong,CD35,CDAS,NOBODY,CDAS-09,CDAS,2020-01-01,
"""

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(route)

    def call(*arguments: str, events: list[Any] | str = "") -> Result:
        text = events if isinstance(events, str) else "\n".join(json.dumps(event) for event in events)
        return CliRunner().invoke(app, [*arguments, "-"], input=text)

    return call


def expecting(*pairs: str) -> list[str]:
    return [argument for pair in pairs for argument in ("--expect", pair)]


def invalid(code: str) -> dict[str, Any]:
    """A demo notice whose code and nature disagree."""
    event = DEMO["O4"]
    return {**event, "id": "bad", "data": {**event["data"], "code": code}}


def test_one_object_over_many_lines_is_read(run: Run) -> None:
    result = run("--json", events=json.dumps(DEMO["O4"], indent=2))
    assert 0 == result.exit_code
    assert "demo-fsl-transfert" == json.loads(result.stdout)["event_id"]


def test_answers_come_one_a_line_in_the_order_of_the_input(run: Run) -> None:
    events = [DEMO[code] for code in ("L4", "O2", "O4")]
    answered = [json.loads(line)["event_id"] for line in run("--json", events=events).stdout.splitlines()]
    assert [event["id"] for event in events] == answered


def test_every_field_of_the_answer_is_there_in_its_order(run: Run) -> None:
    fields = (
        "event_id event_type as_of rules_version outcome routings rejections missing suggestions warnings flags "
        "instruction keyword lead_days explanation"
    )
    assert fields.split() == list(json.loads(run("--json", events=[DEMO["O4"]]).stdout))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (BASE, 0),
        ([*BASE, "ASIP/ACTOR"], 1),
        (BASE[:2], 1),
        (["ROUTED"], 0),
        (["ROUTED", *BASE], 0),
        (["INFORMATION_ONLY"], 1),
        (["ROUTED", "REJECTED"], 1),
    ],
    ids=["the set", "one too many", "one too few", "outcome", "outcome and set", "other outcome", "two outcomes"],
)
def test_the_set_expected_must_equal_the_set_answered(run: Run, given: list[str], code: int) -> None:
    assert code == run(*expecting(*given), events=[DEMO["O5"]]).exit_code


def test_what_is_expected_holds_for_every_event(run: Run) -> None:
    assert 1 == run(*expecting(*BASE), events=[DEMO["O5"], DEMO["O4"]]).exit_code


def test_an_expectation_that_cannot_exist_is_said_to_be_wrong(run: Run) -> None:
    assert isinstance(run("--expect", "CDAS/NOBODY", events=[DEMO["O5"]]).exception, RouteError)


def test_a_valid_event_is_answered_beside_an_invalid_one_and_two_wins_over_one(run: Run) -> None:
    result = run("--json", "--expect", "REJECTED", events=[invalid("L1"), DEMO["O4"]])
    assert 2 == result.exit_code
    assert ["demo-fsl-transfert"] == [json.loads(line)["event_id"] for line in result.stdout.splitlines()]
    assert "line 1, event bad: /data/nature: CODE_NATURE_MISMATCH" in result.stderr


def test_a_line_that_is_no_json_stops_no_other_line(run: Run) -> None:
    result = run("--json", events=f"{json.dumps(DEMO['O4'])}\n{{\n{json.dumps(DEMO['O2'])}\n")
    assert (2, 2) == (result.exit_code, len(result.stdout.splitlines()))
    assert "line 2: /: NOT_JSON" in result.stderr


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", "null", "{", '{"id": NaN}', "[" * 100_000],
    ids=["nothing", "a list", "a number", "null", "half an object", "NaN", "too deep"],
)
def test_what_is_no_event_is_invalid(run: Run, text: str) -> None:
    result = run(events=text)
    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr


def test_a_type_that_is_not_routed_is_invalid_with_its_field(run: Run) -> None:
    training = {
        **{name: DEMO["O4"][name] for name in ("specversion", "source", "time")},
        "id": "t-1",
        "type": "training.held",
        "subject": "t-1",
        "data": {
            "kind": "CDAP_WORKSHOP",
            "held_on": "2026-05-04",
            "site": None,
            "cdas": ["CDAS-07"],
            "participants": 8,
            "audience_size": None,
        },
    }
    result = run(events=[training])
    assert 2 == result.exit_code
    assert "/type: TYPE_NOT_ROUTED" in result.stderr


def test_a_time_that_has_no_local_date_is_invalid(run: Run) -> None:
    result = run(events=[{**DEMO["O4"], "time": "9999-12-31T23:59:59Z"}])
    assert 2 == result.exit_code
    assert "/time" in result.stderr


def test_as_of_is_the_instant_of_the_decision(run: Run) -> None:
    result = run("--json", "--as-of", "2026-05-04T09:00:00+02:00", events=[DEMO["O4"]])
    assert "2026-05-04T09:00:00+02:00" == json.loads(result.stdout)["as_of"]


@pytest.mark.parametrize("text", ["2026-05-04", "2026-05-04T09:00:00", "9999-12-31T23:59:59Z"])
def test_an_instant_without_offset_or_sense_is_refused(run: Run, text: str) -> None:
    error = run("--as-of", text, events=[DEMO["O4"]]).exception
    assert isinstance(error, RouteError)
    assert 2 == error.exit_code


def test_a_directory_gives_recipients_and_its_wrong_lines_are_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "annuaire.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    result = run("--json", "--directory", str(file), events=[DEMO["O5"]])
    found = {routing["service"]: routing["recipients"] for routing in json.loads(result.stdout)["routings"]}
    assert {"CAF_REFERENTS": [], "CD35_SOCIAL_LIFE_REFERENTS": [], "CDAS": ["cdas-07"]} == found
    assert "annuaire.csv, ligne 4" in result.stderr


def test_the_explanation_for_people_is_in_plain_lines_in_a_pipe(run: Run) -> None:
    result = run("--explain", events=[DEMO["O4"]])
    assert "R30b (I.4), appliquée" in result.stdout
    assert "R30a (I.4), examinée, non appliquée" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_file_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(RouteError, match="cannot be read"):
        route("no-such-file.json")
