"""What `hub record TYPE --csv` does: a file checked row by row, the good rows published, a receipt for every line."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connectors.inbound.files.faults import french_faults
from connectors.inbound.files.reading import FileInvalid, Sheet, read_sheet
from connectors.inbound.files.receipt import LineReceipt, LineState, receipt_file
from hub.cli.publish_files import FromFile
from hub.cli.publishing import Answer, GatewayUnreachable, publish_http
from hub.cli.record_system import Publisher, RecordUsage, only
from hub.cli.record_view import show_receipts, summary
from hub.data import load_territory
from hub.domain.activity.field import Form
from hub.domain.activity.rows import HeadingsInvalid, ReadRow, read_headings, read_rows
from hub.domain.directory.territory import Territory


def import_file(
    form: Form,
    file: Path,
    receipt: Path | None,
    batch: str,
    found: Sequence[Publisher],
    now: datetime,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Check a file, publish what is right, print and write the receipt; ends the command with its exit code."""
    publisher = only(found)
    if receipt is not None:
        check_receipt(receipt)
    rows = read_file(form, file, publisher.source, batch, now, load_territory())
    receipts = [checked(row) for row in rows] if dry_run else publish_rows(form, rows, publisher)
    if receipt is not None:
        write_receipt(receipt, receipts)
    show_receipts(receipts, as_json=as_json)
    good = LineState.CHECKED if dry_run else LineState.ACCEPTED
    failed = any(one.state is not good for one in receipts)
    if not as_json:
        Console(stderr=True).print(summary(receipts), style="red" if failed else "green", highlight=False)
    raise typer.Exit(1 if failed else 0)


def read_file(form: Form, file: Path, source: str, batch: str, now: datetime, territory: Territory) -> list[ReadRow]:
    """Every row of a CSV file, checked. Raises RecordUsage where the file as a whole cannot be used."""
    sheet = _sheet(file)
    try:
        fields = read_headings(form, sheet.headings)
    except HeadingsInvalid as error:
        msg = f"{file} : {error}."
        raise RecordUsage(msg, f"« hub record {form.type} --template » donne la première ligne.") from None
    return list(read_rows(form, fields, sheet.rows(), source, batch, now, territory))


def publish_rows(form: Form, rows: Iterable[ReadRow], publisher: Publisher) -> list[LineReceipt]:
    """Publish the rows that are right, in their order, and tell of every one what became of it.

    Where the gateway stops answering, or the person stops waiting, what has no answer is UNANSWERED: publishing the
    file again is harmless.
    """
    rows = list(rows)
    receipts = {row.line: checked(row) for row in rows}
    good = [row for row in rows if row.event is not None]
    receipts |= {row.line: LineReceipt(row.line, LineState.UNANSWERED, row.id) for row in good}
    texts = [FromFile(msgspec.json.encode(row.event), publisher.source, row.id) for row in good]
    pending = iter(good)
    with _progress(len(texts)) as progress:
        task = progress.add_task("Publication", total=len(texts))

        def report(answer: Answer) -> None:
            row = next(pending)
            receipts[row.line] = _receipt(form, row, answer)
            progress.advance(task)

        try:
            publish_http(texts, publisher.address, {None: publisher.token}, report)
        except GatewayUnreachable:
            _say(f"Le hub ne répond pas à l’adresse {publisher.address}.")
        except KeyboardInterrupt:
            _say("Interrompu.")
    return list(receipts.values())


def checked(row: ReadRow) -> LineReceipt:
    """The receipt of a row that was looked at and not sent."""
    if row.event is not None:
        return LineReceipt(row.line, LineState.CHECKED, row.id)
    return LineReceipt(row.line, LineState.REFUSED, faults=tuple((f.column, f.reason) for f in row.faults))


def write_receipt(path: Path, receipts: Iterable[LineReceipt]) -> None:
    """Write the receipt as a CSV file. Raises RecordUsage; what was published stays published."""
    try:
        path.write_bytes(receipt_file(receipts))
    except OSError as error:
        msg = f"Le reçu {path} ne peut pas être écrit : {error.strerror}."
        raise RecordUsage(msg, "Relancer avec un autre --receipt : rien ne sera compté deux fois.") from error


def check_receipt(path: Path) -> None:
    """Raises RecordUsage where a receipt could not be written there: before anything is published."""
    if path.is_dir() or not path.parent.is_dir():
        msg = f"Le reçu ne peut pas être écrit dans {path}."
        raise RecordUsage(msg, "Nommer un fichier dans un dossier qui existe.")


def _receipt(form: Form, row: ReadRow, answer: Answer) -> LineReceipt:
    if answer.status == "accepted":
        return LineReceipt(row.line, LineState.ACCEPTED, row.id)
    faults = french_faults(form, answer.code, answer.errors, "; ".join(answer.faults))
    return LineReceipt(row.line, LineState.REFUSED, row.id, faults)


def _say(what: str) -> None:
    told = f"{what} Relancer la même commande ne compte rien deux fois."
    Console(stderr=True, soft_wrap=True).print(told, style="bold red", highlight=False, markup=False)


def _sheet(file: Path) -> Sheet:
    try:
        return read_sheet(file.read_bytes())
    except OSError as error:
        msg = f"{file} ne peut pas être lu : {error.strerror}."
        raise RecordUsage(msg, "Nommer un fichier CSV.") from error
    except FileInvalid as error:
        msg = f"{file} : {error}."
        raise RecordUsage(msg, "Les colonnes sont séparées par des points-virgules ou des virgules.") from None


def _progress(total: int) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=total < 2 or not console.is_terminal)
