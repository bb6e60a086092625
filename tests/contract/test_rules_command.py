"""`hub rules`: what it lists, what it shows, how it ends."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.rules import ParametersUnusable, RuleUnknown, app
from hub.domain.rules.catalogue import PARTS, READINGS, RULES
from hub.domain.rules.parameter_kinds import KINDS
from hub.errors import HubError

Run = Callable[..., Result]
PARAMETERS = "parameter,value,valid_from,valid_to,decided_by,note\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def own_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Callable[[str], None]:  # noqa: ARG001  it clears the variables first
    def use(lines: str) -> None:
        file = tmp_path / "parameters.csv"
        file.write_text(PARAMETERS + lines, encoding="utf-8")
        monkeypatch.setenv("HUB_PARAMETERS_FILE", str(file))

    return use


def test_every_rule_is_listed_on_one_line_with_its_article_and_sentence(run: Run) -> None:
    lines = run("list").stdout.splitlines()
    assert [[rule.id, rule.article, rule.label] for rule in RULES.values()] == [
        [line[:4].strip(), line[6:16].strip(), line[18:]] for line in lines
    ]


@pytest.mark.parametrize("part", ["", *(part.name for part in PARTS), "readings", "parameters"])
def test_no_line_of_a_list_holds_a_tab(run: Run, part: str) -> None:
    result = run("list", *(("--part", part) if part else ()))
    assert 0 == result.exit_code
    assert result.stdout
    assert "\t" not in result.stdout


def test_a_part_is_listed_alone(run: Run) -> None:
    lines = run("list", "--part", "child_protection").stdout.splitlines()
    assert ["R51", "R52", "R53", "R54"] == [line.split()[0] for line in lines]


def test_rules_are_listed_as_data(run: Run) -> None:
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert list(RULES) == [row["id"] for row in rows]
    assert ["id", "part", "article", "quote", "label", "decides", "readings"] == list(rows[0])


@pytest.mark.parametrize(
    ("part", "key", "names"),
    [("readings", "id", list(READINGS)), ("parameters", "parameter", list(KINDS))],
    ids=["readings", "parameters"],
)
def test_readings_and_parameters_are_listed_as_data(run: Run, part: str, key: str, names: list[str]) -> None:
    rows = [json.loads(line) for line in run("list", "--part", part, "--json").stdout.splitlines()]
    assert names == [row[key] for row in rows]


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(run: Run) -> None:
    error = run("list", "--part", "urgences").exception
    assert isinstance(error, RuleUnknown)
    assert 2 == error.exit_code
    assert all(part.name in error.way_out for part in PARTS)


def test_a_rule_is_shown_with_its_readings_and_parameters(run: Run) -> None:
    text, rule, reading = run("show", "R46").stdout, RULES["R46"], READINGS["C07"]
    expected = (
        rule.quote,
        "article II.3",
        rule.label,
        rule.decides,
        reading.question,
        reading.reading,
        reading.settled_by,
        reading.change,
        "joint_intervention_exclusion",
        "oui, sans limite de date",
    )
    assert [] == [part for part in expected if part not in text]


def test_a_reading_is_shown_with_the_rules_that_lean_on_it(run: Run) -> None:
    text = run("show", "C14").stdout
    assert READINGS["C14"].reading in text
    assert [] == [name for name in ("R32", "R33", "R34", "R35") if RULES[name].label not in text]


def test_a_parameter_is_shown_with_each_of_its_periods(run: Run, own_parameters: Callable[[str], None]) -> None:
    own_parameters(
        "joint_intervention_exclusion,non,2027-01-01,,Comité de suivi,\n"
        "joint_intervention_exclusion,oui,,2026-12-31,Comité de suivi,\n"
    )
    lines = run("show", "joint_intervention_exclusion").stdout.splitlines()
    assert [
        "oui, jusqu’au 31/12/2026 inclus (décision\u00a0: Comité de suivi)",
        "non, à partir du 01/01/2027 (décision\u00a0: Comité de suivi)",
    ] == [line.strip() for line in lines if "Comité" in line]


def test_a_parameter_without_a_line_is_said_to_keep_its_default(
    run: Run, own_parameters: Callable[[str], None]
) -> None:
    own_parameters("")
    assert "Aucune ligne du fichier" in run("show", "reference_year_start").stdout


def test_an_id_is_found_whatever_its_case(run: Run) -> None:
    assert run("show", "R30a").stdout == run("show", "r30A").stdout


@pytest.mark.parametrize("name", [*RULES, *READINGS, *KINDS])
def test_everything_is_shown_and_is_data_too(run: Run, name: str) -> None:
    shown, data = run("show", name), run("show", name, "--json")
    assert (0, 0) == (shown.exit_code, data.exit_code)
    assert name in shown.stdout
    assert name in json.loads(data.stdout).values()


def test_a_rule_as_data_holds_its_readings_and_parameters_in_full(run: Run) -> None:
    shown = json.loads(run("show", "R46", "--json").stdout)
    assert [READINGS["C07"].reading] == [reading["reading"] for reading in shown["readings"]]
    assert [[("oui", None, None)]] == [
        [(value["value"], value["valid_from"], value["valid_to"]) for value in parameter["values"]]
        for parameter in shown["parameters"]
    ]


def test_an_unknown_id_ends_with_code_two_and_the_nearest_ones(run: Run) -> None:
    error = run("show", "R30").exception
    assert isinstance(error, RuleUnknown)
    assert (2, "«\u00a0R30\u00a0» n’est ni une règle, ni une lecture, ni un paramètre.") == (
        error.exit_code,
        error.message,
    )
    assert "R30a" in error.way_out
    assert "hub rules list" in error.way_out


def test_a_file_of_parameters_that_cannot_be_read_ends_with_code_two(
    run: Run, own_parameters: Callable[[str], None]
) -> None:
    own_parameters("strong_decrease_hint_percent,beaucoup,,,Comité de suivi,\n")
    error = run("show", "R19").exception
    assert isinstance(error, ParametersUnusable)
    assert isinstance(error, HubError)
    assert 2 == error.exit_code
    assert "Ligne 2, colonne value" in error.message
