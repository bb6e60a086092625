"""`hub indicators report` writes, from a real ledger, files that people and spreadsheets open."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from odfdo import Document as Spreadsheet
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner, Result

from hub.cli.indicators import app
from hub.domain.activity.feedback import Feedback, FeedbackState
from hub.domain.indicators.periods import Period
from hub.ledger.feedback import add_feedback, moderate
from tests.integration.indicators.counting_bench import Bench
from tests.integration.indicators.mixed_facts import mixed

JANUARY = Period("2026-01", "2026-01", "2026-01")
FACTS = mixed(35, 60)


@pytest.fixture
def ledger(bench: Bench, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Give a ledger that holds 50 facts, counted."""
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    bench.begin()
    bench.add(FACTS[:50])
    bench.settle()
    yield bench
    bench.begin()
    bench.execute("truncate field_feedback, field_feedback_act")


def report(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["report", *arguments])


def status(result: Result) -> int:
    """The exit code, of an error that the command line tells too."""
    return int(getattr(result.exception, "exit_code", result.exit_code))


@pytest.mark.usefixtures("ledger")
def test_a_month_gives_a_page_a_pdf_a_spreadsheet_and_csv_files(tmp_path: Path) -> None:
    done = report("--month", "2026-01", "--out", str(tmp_path / "reports"), "--json")
    assert 0 == status(done), done.output
    files = [Path(file) for file in json.loads(done.output)["files"]]
    page, portable, sheets, data = files
    assert ["indicateurs-2026-01.html", "indicateurs-2026-01.pdf", "indicateurs-2026-01.ods"] == [
        file.name for file in files[:3]
    ]
    assert "Réunion technique de janvier 2026" in page.read_text(encoding="utf-8")
    assert len(pypdfium2.PdfDocument(portable.read_bytes())) > 5
    names = [sheet.name for sheet in Spreadsheet(io.BytesIO(sheets.read_bytes())).body.tables]
    assert "Sommaire" == names[0]
    assert len(names) == len(list(data.iterdir()))
    assert "LISEZMOI.txt" in {file.name for file in data.iterdir()}
    assert [] == list((tmp_path / "reports").rglob("*.part"))


@pytest.mark.usefixtures("ledger")
def test_a_report_again_replaces_its_files_and_leaves_no_table_of_before(tmp_path: Path) -> None:
    report("--month", "2026-01", "--out", str(tmp_path))
    stale, other = (tmp_path / "indicateurs-2026-01-csv" / name for name in ("99-gone.csv", "notes.csv"))
    stale.write_text("x")
    other.write_text("x")
    assert 0 == status(report("--month", "2026-01", "--out", str(tmp_path)))
    assert (False, True) == (stale.exists(), other.exists())


def test_a_frozen_month_keeps_its_numbers_and_tells_what_came_later_beside_them(ledger: Bench, tmp_path: Path) -> None:
    frozen = ledger.freeze(JANUARY)
    report("--month", "2026-01", "--out", str(tmp_path))
    before = numbers(tmp_path)
    ledger.add(FACTS[50:])
    ledger.settle()
    assert 0 == status(report("--month", "2026-01", "--out", str(tmp_path)))
    assert before == numbers(tmp_path)
    page = (tmp_path / "indicateurs-2026-01.html").read_text(encoding="utf-8")
    assert frozen.seal.hex() in page
    assert "Ce que changerait ce qui est arrivé depuis" in page
    assert "Nombre d’actions." in page  # the definition that was frozen, not today's


def test_a_seal_that_does_not_hold_fails_and_the_report_says_so(ledger: Bench, tmp_path: Path) -> None:
    ledger.freeze(JANUARY)
    ledger.execute("alter table indicator_period disable trigger all")
    ledger.execute("update indicator_period set inputs = inputs + 1")
    ledger.execute("alter table indicator_period enable trigger all")
    done = report("--month", "2026-01", "--out", str(tmp_path))
    assert 1 == status(done)
    assert "ne pas utiliser ces chiffres" in (tmp_path / "indicateurs-2026-01.html").read_text(encoding="utf-8")


def test_only_moderated_texts_are_in_the_report(ledger: Bench, tmp_path: Path) -> None:
    feedback = [
        Feedback(FACTS[0].source, id_, FACTS[0].time, "2026-01", "CDAP", "SUCCESS", 4, said, "CDAS_MANAGER", 2026, None)
        for id_, said in (("text-1", "Un atelier utile."), ("text-2", "Pas encore relu."))
    ]

    async def prepare(connection: AsyncConnection) -> None:
        await add_feedback(connection, feedback)
        await moderate(connection, FACTS[0].source, "text-1", FeedbackState.SHOWN, "anne", ledger.now)

    ledger.act(prepare)
    report("--month", "2026-01", "--out", str(tmp_path))
    page = (tmp_path / "indicateurs-2026-01.html").read_text(encoding="utf-8")
    assert "Un atelier utile." in page
    assert "Pas encore relu." not in page
    assert "Un texte attend d’être relu." in page


def test_a_count_of_an_institution_brings_the_ids_that_one_side_lacks_into_the_report(
    ledger: Bench, tmp_path: Path
) -> None:
    own = tmp_path / "events.csv"
    own.write_text(
        "type;source;id;time\nmeeting.held;urn:hub:caf35:si-partenaires;only-theirs;2026-01-20T09:00:00+01:00\n",
        encoding="utf-8",
    )
    report("--month", "2026-01", "--out", str(tmp_path))
    page = tmp_path / "indicateurs-2026-01.html"
    assert "aucune des deux institutions n’a transmis" in page.read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["differences", "import", str(own), "--institution", "CAF"])
    assert 0 == status(done), done.output
    assert 0 == status(report("--month", "2026-01", "--out", str(tmp_path)))
    assert "only-theirs" in page.read_text(encoding="utf-8")
    ledger.execute("truncate own_count cascade")


@pytest.mark.parametrize(
    "arguments",
    [(), ("--month", "2026-01", "--year", "2026"), ("--month", "2026"), ("--year", "2026-01"), ("--month", "2999-01")],
    ids=["neither", "both", "a year as month", "a month as year", "not begun"],
)
@pytest.mark.usefixtures("ledger")
def test_what_names_no_report_is_refused_and_nothing_is_written(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert 2 == status(report(*arguments, "--out", str(tmp_path / "none")))
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("ledger")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = report("--year", "2026", "--out", str(tmp_path / "file"))
    assert 1 == status(done)


def numbers(folder: Path) -> dict[str, str]:
    """The data files of the indicators."""
    found = (folder / "indicateurs-2026-01-csv").iterdir()
    return {
        re.sub(r"^\d\d-", "", file.name): file.read_text(encoding="utf-8")
        for file in found
        if re.match(r"\d\d-(v|a\d)", file.name)
    }
