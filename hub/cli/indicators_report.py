"""`hub indicators report`: a month for the technical meeting or a year for the committee, as files to read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.indicators_period import PeriodUsage, period_named
from hub.cli.indicators_report_reading import Asked, asked_report, read_report
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line
from hub.domain.calendar.paris import paris
from hub.errors import HubError
from hub.processes.parameters import read_parameters
from hub.reports.content import report
from hub.reports.csv_files import csv_files
from hub.reports.document import Document
from hub.reports.frame import Audience
from hub.reports.html import html
from hub.reports.opendocument import opendocument
from hub.reports.pdf import pdf

_OWN_CSV: Final = "[0-9][0-9]-*.csv"


class FolderUnusable(HubError):
    """The files cannot be written where they are wanted."""


class SealBroken(HubError):
    """The frozen period is not what was sealed; the report was written, and says so."""


def report_command(
    *,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="This month, for the technical meeting.")] = None,
    year: Annotated[str | None, typer.Option(metavar="YYYY", help="This reference year, for the committee.")] = None,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go; made where it is not there.")],
    as_json: AsJson = False,
) -> None:
    """Write the report of a month or a reference year: HTML, PDF, OpenDocument, and a folder of CSV files.

    HTML and PDF are accessible and need nothing from elsewhere. Breakdowns are masked in every file. Files of the same
    report are replaced.

    Exit code: 0; 1 when PostgreSQL does not answer, the folder cannot be written, or the seal of a frozen period does
    not hold (the report is written all the same, and says so); 2 for what names no month or year.
    """
    asked = _asked(month, year)
    figures, frame = in_ledger(lambda connection: read_report(connection, asked))
    written = _write(report(figures, frame), frame.made_at, out, f"indicateurs-{asked.name}")
    if as_json:
        print_json({"period": asked.name, "files": [str(path) for path in written]})
    else:
        if on_terminal():
            typer.echo(f"Rapport écrit ({frame.period.label()}) :")
        for path in written:
            print_line(path)
    if frame.freeze is not None and not frame.freeze.holds:
        msg = f"Le sceau de la période {frame.freeze.period.name} ne correspond plus à son contenu."
        raise SealBroken(msg, "« hub indicators frozen » dit ce qui ne correspond plus.")


def _asked(month: str | None, year: str | None) -> Asked:
    """The month or the year that is wanted. Raises PeriodUsage."""
    text = month or year
    if text is None or (month is not None and year is not None):
        msg = "Il faut un mois ou une année, et un seul des deux."
        raise PeriodUsage(msg, "Exemples\u00a0: --month 2026-03, --year 2026")
    settings, now = local_settings(), datetime.now(UTC)
    period = period_named(text, settings, "--month 2026-03" if month is not None else "--year 2026")
    length = 1 if month is not None else 12
    if len(period.months) != length:
        msg = f"« {text} » n’est pas {'un mois' if length == 1 else 'une année'}."
        raise PeriodUsage(msg, "Exemples\u00a0: --month 2026-03, --year 2026")
    year_start = read_parameters(settings).on(now.astimezone(paris()).date()).reference_year_start
    audience = Audience.TECHNICAL_MEETING if length == 1 else Audience.COMMITTEE
    found = asked_report(period, audience, now, year_start)
    if found is None:
        msg = f"{period.label()} n’a pas encore commencé."
        raise PeriodUsage(msg, "Un rapport porte sur ce qui a eu lieu.")
    return found


def _write(document: Document, made_at: datetime, out: Path, name: str) -> list[Path]:
    """Every file of the report, each replaced at once. Raises FolderUnusable."""
    try:
        folder = out / f"{name}-csv"
        folder.mkdir(parents=True, exist_ok=True)
        written = [_put(path, content) for path, content in _files(document, made_at, out, name)]
        for stale in set(folder.glob(_OWN_CSV)) - set(written):
            stale.unlink()
    except OSError as error:
        msg = f"Impossible d’écrire dans {out} : {error.strerror or error}."
        raise FolderUnusable(msg, "Choisir un autre dossier avec --out.") from error
    return [*(path for path in written if path.parent == out), folder]


def _files(document: Document, made_at: datetime, out: Path, name: str) -> Iterator[tuple[Path, bytes]]:
    yield out / f"{name}.html", html(document).encode()
    yield out / f"{name}.pdf", pdf(document, made_at)
    yield out / f"{name}.ods", opendocument(document, made_at)
    for file, text in csv_files(document):
        yield out / f"{name}-csv" / file, text.encode()


def _put(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
    return path
