"""`hub indicators differences`: import what an institution counted itself, and list where it and the hub differ."""

import getpass
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.importing import read_table
from hub.cli.indicators_differences_view import show_differences, show_files, show_import
from hub.cli.indicators_period import PeriodOption, period_named
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal
from hub.domain.french import NO_BREAK
from hub.domain.indicators.differences import EVENT_LABELS
from hub.domain.indicators.own_counts import CountKind, LineStatus, kind_of, places_of, read_own_count
from hub.domain.indicators.periods import PeriodInvalid
from hub.domain.vocabulary import Institution
from hub.errors import HubError
from hub.ledger.own_counts import Imported, own_count_files, take_own_count
from hub.ledger.own_differences import COUNTING, count_differences

app = typer.Typer(invoke_without_command=True)

_WHO_COUNTS: Final = ", ".join(one.value for one in COUNTING)


class DifferencesUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@app.callback()
def differences(
    context: typer.Context,
    *,
    period: PeriodOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what agrees, and what nobody gave a count of.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what differs: of each type and month both numbers, and the ids of the events that one side lacks.

    An institution's events are compared with those of its own systems; its figures with the hub's. Where it gave no
    count, nothing is said to differ. The hub's small numbers inside a breakdown are masked.

    Exit code: 0 when nothing differs; 1 when something does, or PostgreSQL does not answer; 2 for what names no period.
    """
    if context.invoked_subcommand is not None:
        return
    wanted = period_named(period, local_settings())
    events, figures = in_ledger(lambda connection: count_differences(connection, wanted))
    show_differences(wanted, events, figures, everything=everything, as_json=as_json)
    if not (all(row.agrees for row in events) and all(row.agrees for row in figures)):
        raise typer.Exit(1)


@app.command("import")
def import_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", help="UTF-8; columns type, source, id, time, or measure, month, number and dimensions."
        ),
    ],
    *,
    institution: Annotated[Institution, typer.Option(metavar="CAF|CD35", help="Who counted.", case_sensitive=False)],
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="PERIOD", help="The months that the file counts; else its first to its last."),
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Also counted, and none found. May be repeated.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Login of who imports; without it, this machine's user.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in an institution's own count: a receipt for each line; lines that are refused keep no other back.

    It stands in place of what that institution gave before of the same types (or measures) and months. The same file
    again changes nothing.

    Exit code: 0; 1 when a line was refused, or PostgreSQL does not answer; 2 for a file that cannot be used.
    """
    if institution not in COUNTING:
        msg = f"--institution attend {_WHO_COUNTS}."
        raise DifferencesUsage(msg, "Les partenaires ne comptent pas pour le comité de suivi.")
    unknown = sorted(set(type_ or ()) - EVENT_LABELS.keys())
    if unknown:
        msg = f"--type{NO_BREAK}: {', '.join(unknown)} n’est compté par aucun indicateur."
        raise DifferencesUsage(msg, f"Types comptés{NO_BREAK}: {', '.join(EVENT_LABELS)}.")
    table = read_table(file)
    try:
        kind = kind_of(table.columns)
    except ValueError as error:
        msg = f"{file}{NO_BREAK}: colonnes inattendues."
        raise DifferencesUsage(msg, str(error)) from None
    if kind is CountKind.FIGURES and type_:
        msg = "--type ne vaut que pour un fichier d’événements."
        raise DifferencesUsage(msg, "Un chiffre nul s’écrit 0 dans la colonne number.")
    about = None if period is None else period_named(period, local_settings())
    receipts = read_own_count(kind, table.rows, institution, about, table.lines)
    try:
        places = places_of(kind, receipts, about, type_ or ())
    except PeriodInvalid:
        msg = f"{file} va d’un mois à un autre, trop éloignés."
        raise DifferencesUsage(msg, "Dire avec --period les mois que le fichier compte.") from None
    digest, who, now = (
        hashlib.sha256(file.read_bytes()).digest(),
        f"operator:{by or getpass.getuser()}",
        datetime.now(UTC),
    )

    async def take(connection: AsyncConnection) -> Imported:
        return await take_own_count(connection, institution, kind, receipts, places, sha256=digest, by=who, now=now)

    with Progress(console=Console(stderr=True), transient=True, disable=not on_terminal()) as progress:
        progress.add_task("Prise en compte par le hub", total=None)
        taken = in_ledger(take) if places else None
    show_import(receipts, taken, institution, as_json=as_json)
    raise typer.Exit(1 if any(receipt.status is LineStatus.REFUSED for receipt in receipts) else 0)


@app.command("files")
def files_command(*, as_json: AsJson = False) -> None:
    """List the files that were imported, the newest first: whose count, of which months, by whom and when.

    Exit code: 0; 1 when PostgreSQL does not answer.
    """
    show_files(in_ledger(own_count_files), as_json=as_json)
