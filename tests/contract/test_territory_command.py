"""`hub territory`: what it says of a commune without any server, and which files it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.importing import FileUnreadable
from hub.cli.territory import app
from hub.cli.territory_view import PlaceUnknown

DIRECTORY = """contact,institution,service,role,cdas,label,valid_from,valid_to,communes
one,CD35,CDAS,GENERIC_MAILBOX,CDAS-01,CDAS du nord,2024-01-01,,35024|35236
two,CD35,CDAS,GENERIC_MAILBOX,CDAS-02,CDAS du sud,2024-01-01,,35236|352380101
old,CD35,CDAS,GENERIC_MAILBOX,CDAS-03,CDAS ancien,2024-01-01,2024-06-30,35238
worker,CAF,CAF_SOCIAL_WORK,SOCIAL_WORKER,,Secteur nord,2024-01-01,,35024
secretariat,CAF,CAF_SOCIAL_WORK,SECRETARIAT,,Secrétariat,2024-01-01,,
wrong,CD35,CDAS,NOBODY,CDAS-09,CDAS,2024-01-01,,
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    file = tmp_path / "annuaire.csv"
    file.write_text(DIRECTORY, encoding="utf-8")

    def call(*arguments: str, demo: bool = False) -> Result:
        chosen = [] if demo else ["--directory", str(file)]
        return CliRunner().invoke(app, ["show", *arguments, *chosen])

    return call


SHOWN = {
    "a commune of one CDAS": ("35024", ["35024\tBetton\tCDAS-01\tworker"]),
    "a name": ("betton", ["35024\tBetton\tCDAS-01\tworker"]),
    "a former commune": ("35112", ["35062\tLa Chapelle-Fleurigné\t—\t—"]),
    "a commune with a part": ("35238", ["35238\tRennes\t—\t—", "352380101\tRennes (IRIS 0101)\tCDAS-02\t—"]),
    "a part": ("352380101", ["352380101\tRennes (IRIS 0101)\tCDAS-02\t—"]),
}


@pytest.mark.parametrize(("asked", "expected"), SHOWN.values(), ids=SHOWN)
def test_a_place_is_shown_with_its_cdas_and_its_sector(run: Run, asked: str, expected: list[str]) -> None:
    assert expected == run(asked).stdout.splitlines()


def test_a_place_as_json_is_one_object_a_line(run: Run) -> None:
    row = json.loads(run("35024", "--json").stdout)
    assert {"commune": "35024", "name": "Betton", "cdas": "CDAS-01", "sector": ["worker"]} == row


def test_the_map_is_that_of_the_day_asked_for(run: Run) -> None:
    assert "35238\tRennes\tCDAS-03\t—" == run("35238", "--on", "2024-06-30").stdout.splitlines()[0]


def test_the_whole_map_names_what_is_missing_and_what_is_claimed_twice(run: Run) -> None:
    lines = run("--on", "2026-05-04").stdout.splitlines()
    assert ["CDAS-01\tCDAS du nord\t2\t—", "CDAS-02\tCDAS du sud\t0\tRennes (IRIS 0101)"] == lines[:2]
    assert lines[2].startswith("330\u00a0communes sans CDAS\u00a0: Acigné (35001), ")
    assert ["Redon (35236) est revendiquée par CDAS-01, CDAS-02\u00a0: CDAS-01 est retenu."] == lines[3:]


def test_the_whole_map_as_json_ends_with_what_is_missing(run: Run) -> None:
    *offices, rest = [json.loads(line) for line in run("--json", "--on", "2026-05-04").stdout.splitlines()]
    assert [["35024", "35236"], ["352380101"]] == [row["communes"] for row in offices]
    assert (330, [{"commune": "35236", "cdas": ["CDAS-01", "CDAS-02"]}]) == (len(rest["unheld"]), rest["overlaps"])


def test_a_line_of_the_directory_that_is_refused_is_said_on_standard_error(run: Run) -> None:
    result = run("35024")
    assert "ligne 7" in result.stderr
    assert "ligne" not in result.stdout


def test_without_a_file_the_demo_shows_22_cdas_and_no_commune_without_one(run: Run) -> None:
    lines = run(demo=True).stdout.splitlines()
    assert 22 == len(lines)
    assert all(line.startswith("CDAS-") for line in lines)


@pytest.mark.parametrize("asked", ["75056", "35999", "Rennes-en-Bretagne"], ids=["Paris", "nowhere", "no name"])
def test_a_commune_that_the_departement_lacks_is_said_so(run: Run, asked: str) -> None:
    assert isinstance(run(asked).exception, PlaceUnknown)


FILES = {
    "no file": None,
    "no commune": "cdas\nCDAS-01\n",
    "no holder": "commune\n35024\n",
    "two kinds of holder": "commune,cdas,contact\n35024,CDAS-01,worker\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_that_is_no_map_is_refused_before_anything_is_asked_of_the_hub(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "carte.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["import", str(file), "--institution", "cd35"])
    assert isinstance(result.exception, FileUnreadable)
    assert 2 == result.exception.exit_code
