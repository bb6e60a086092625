"""`hub directory lint` and `absences`: what they say of a file, of absences, and when something is wrong."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.directory import PeriodReversed, app
from hub.cli.directory_lint_view import show_absences, show_findings
from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.directory.absence import Absence
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import lint

MONDAY, FRIDAY = date(2026, 8, 3), date(2026, 8, 7)
PERIOD = ("--from", "2026-08-03", "--to", "2026-08-07")
Row = dict[str, str]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(change: Callable[[Row], Row | None], *arguments: str) -> Result:
        rows = [row for row in map(change, demo_directory_rows()) if row is not None]
        file = tmp_path / "annuaire.csv"
        with file.open("w", encoding="utf-8", newline="") as written:
            writer = csv.DictWriter(written, demo_directory_rows()[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return CliRunner().invoke(app, ["lint", "--directory", str(file), *PERIOD, *arguments])

    return call


def said(result: Result) -> list[str]:
    return result.stdout.replace("\u00a0", " ").splitlines()


def test_a_directory_in_order_gives_one_sentence_and_exit_code_0(run: Run) -> None:
    done = run(lambda row: row)
    assert (0, ["Rien à signaler du 03/08/2026 au 07/08/2026."]) == (done.exit_code, said(done))


def broken(row: Row) -> Row | None:
    """The demo without anybody at the CAF's benefits desk, without Betton on the map, and with an address missing."""
    if row["service"] == "CAF_BENEFITS" and row["role"] != "PRIORITY_CONTACT":
        return None
    if row["service"] == "CDAS":
        row["communes"] = "|".join(code for code in row["communes"].split("|") if code != "35024")
    return row | {"email": ""} if row["contact"] == "caf-referent-03" else row


def test_findings_are_lines_worst_first_and_exit_code_1(run: Run) -> None:
    done = run(broken)
    days = "du 03/08/2026 au 07/08/2026"
    kinds = ["personne n’est joignable", "commune sans CDAS", "contact sans adresse de courriel"]
    told = " ; ".join(f"{kind} : 1" for kind in kinds)
    assert (1, [
        f"{kinds[0]}\tService Prestations-Relations de service, accueil\tdans tout le département\t{days}",
        f"{kinds[1]}\tterritoire\tBetton (35024)\t{days}",
        f"{kinds[2]}\tRéférent CAF démo 03 (caf-referent-03)\tses envois échoueront\t{days}",
        f"3 constats {days}. P{told[1:]}.",
    ]) == (done.exit_code, said(done))  # fmt: skip


def test_findings_as_json_are_one_object_a_line_with_every_commune_and_a_summary(run: Run) -> None:
    done = run(broken, "--json")
    first, unheld, address, last = map(json.loads, done.stdout.splitlines())
    assert ("UNREACHABLE", "CAF_BENEFITS", "FRONT_OFFICE") == (first["kind"], first["service"], first["role"])
    assert (True, True) == (len(first["communes"]) >= 332, first["commune_unknown"])
    assert (["35024"], ["caf-referent-03"]) == (unheld["communes"], address["contacts"])
    assert (1, 1, 0) == tuple(last["summary"][kind] for kind in ("unreachable", "no_address", "loop"))


def test_a_period_that_ends_before_it_begins_is_refused(run: Run) -> None:
    done = run(lambda row: row, "--to", "2026-08-02")
    assert isinstance(done.exception, PeriodReversed)
    assert 2 == done.exception.exit_code


@pytest.fixture
def directory() -> Directory:
    contacts = Directory(load_territory())
    for receipt in plan_import(demo_directory_rows(), contacts, MONDAY):
        assert receipt.contact is not None
        contacts.apply(receipt.contact)
    return contacts


WORKER, MANAGER = "cdas-01-travail-social", "cdas-01-responsable"
ABSENCES = {
    "a loop": (
        [Absence(WORKER, MONDAY, FRIDAY), Absence(MANAGER, MONDAY, FRIDAY, WORKER)],
        "cdas-01-responsable → cdas-01-travail-social → cdas-01-responsable",
    ),
    "a gap": (
        [Absence(WORKER, MONDAY, FRIDAY), Absence(MANAGER, MONDAY, FRIDAY)],
        "cdas-01-responsable (absent lui aussi) ; le reste du service ou sa boîte générique reçoit ses situations",
    ),
    "a deputy of another service": (
        [Absence(WORKER, MONDAY, FRIDAY, "cdas-02")],
        "cdas-02 (d’un autre service) ; cdas-01-responsable le remplace",
    ),
    "two deputies": (
        [Absence("caf-referent-01", MONDAY, FRIDAY), Absence("caf-referent-01", FRIDAY, FRIDAY, "caf-referent-04")],
        "caf-referent-02, caf-referent-04 ; caf-referent-04 est retenu",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "expected"), ABSENCES.values(), ids=ABSENCES)
def test_an_absence_that_does_not_hold_says_what_happens_instead(
    directory: Directory, capsys: pytest.CaptureFixture[str], declared: list[Absence], expected: str
) -> None:
    for number, absence in enumerate(declared):
        directory.declare(f"k-{number}", absence)
    show_findings(lint(directory, MONDAY, FRIDAY), directory, MONDAY, FRIDAY, as_json=False)
    found = capsys.readouterr().out.replace("\u00a0", " ").splitlines()
    assert (expected, 2) == (found[0].split("\t")[2], len(found))


def test_a_cdas_where_nobody_is_there_is_told_as_a_whole(
    directory: Directory, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, contact in enumerate(("cdas-01", "cdas-01-concertation")):
        directory.declare(f"k-{number}", Absence(contact, MONDAY, MONDAY))
    show_findings(lint(directory, MONDAY, FRIDAY), directory, MONDAY, FRIDAY, as_json=False)
    *lines, _ = capsys.readouterr().out.splitlines()
    where = "CDAS-01, concertation de service social"
    assert [f"personne n’est joignable\t{where}\tpour tout ce CDAS\tle 03/08/2026"] == lines


def test_absences_are_listed_with_who_stands_in_on_the_day(
    directory: Directory, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = [Absence("caf-referent-02", FRIDAY, FRIDAY), Absence("caf-referent-01", MONDAY, FRIDAY)]
    for number, absence in enumerate((*declared, Absence("cdas-01", MONDAY, MONDAY))):
        directory.declare(f"k-{number}", absence)
    for as_json in (False, True):
        show_absences(directory.absences, directory, MONDAY, as_json=as_json)
    lines = capsys.readouterr().out.splitlines()
    assert [
        "caf-referent-01\t2026-08-03\t2026-08-07\t—\tcaf-referent-02",
        "caf-referent-02\t2026-08-07\t2026-08-07\t—\t—",
        "cdas-01\t2026-08-03\t2026-08-03\t—\tpersonne",
    ] == lines[:3]
    rows = [json.loads(line) for line in lines[3:]]
    assert [("caf-referent-02", True), (None, False), (None, True)] == [(r["stand_in"], r["away"]) for r in rows]
