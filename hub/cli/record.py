"""`hub record`: an activity event typed in field by field, given by a script, or a table of them from a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.output import AsJson, on_terminal
from hub.cli.record_asking import ask_choice
from hub.cli.record_file import import_file
from hub.cli.record_one import record_one
from hub.cli.record_system import RecordUsage, publishers
from hub.cli.record_view import Screen, explain_columns
from hub.domain.activity.field import Form
from hub.domain.activity.forms import FORMS
from hub.domain.activity.rows import columns
from hub.domain.asking.question import Option

_BYTE_ORDER_MARK: Final = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


def record(
    type_: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help=f"One of {', '.join(FORMS)}; asked for where absent.")
    ] = None,
    *,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A field; may be repeated. Then nothing is asked."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Import a table: UTF-8, semicolons or commas.")
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --csv: write the receipt of every line there, as CSV.")
    ] = None,
    batch: Annotated[
        str, typer.Option(metavar="NAME", help="With --csv: keeps equal rows of different files apart.")
    ] = "",
    template: Annotated[bool, typer.Option("--template", help="Print the first line of such a table.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, publish nothing.")] = False,
    corrects: Annotated[
        str | None, typer.Option(metavar="ID", help="The id of an earlier event that this one replaces.")
    ] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The event's id, for scripts that may repeat themselves.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="URN", help="The system that publishes.")] = None,
    url: Annotated[str | None, typer.Option(help="The gateway's address; by default that of the local hub.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="HUB_TOKEN", help="The system's token; by default the demo token of --source.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record an activity event in French: field by field, with --set, or many from a CSV file.

    Exit code: 0; 1 when something was refused or the gateway gave no answer; 2 when a file, a field or an option cannot
    be used; 130 when left before publishing.
    """
    now = datetime.now(UTC)
    if file is None and (receipt is not None or batch):
        msg = "--receipt et --batch vont avec --csv."
        raise RecordUsage(msg, "Donner le fichier avec --csv.")
    if file is not None and (given or corrects or identifier):
        msg = "--csv va sans --set, --corrects et --id."
        raise RecordUsage(msg, "Les colonnes « corrige » et « référence » du fichier les remplacent.")
    if type_ is None and (template or file is not None or given):
        msg = "Il manque la sorte d’enregistrement."
        raise RecordUsage(msg, f"L’une de : {', '.join(FORMS)}.")
    form = _form(type_)
    if template:
        _template(form)
    elif file is not None:
        import_file(
            form, file, receipt, batch, publishers(form.type, source, url, token), now, dry_run=dry_run, as_json=as_json
        )
    else:
        record_one(
            form,
            given,
            corrects,
            identifier,
            publishers(form.type, source, url, token),
            now,
            dry_run=dry_run,
            as_json=as_json,
        )


def _form(name: str | None) -> Form:
    if name is None:
        options = tuple(Option(form.type, form.title) for form in FORMS.values())
        screen = Screen()
        return FORMS[ask_choice(screen, "Que voulez-vous enregistrer ?", options, "Chaque sorte a ses propres champs.")]
    if name not in FORMS:
        msg = f"{name} ne s’enregistre pas ainsi."
        raise RecordUsage(msg, f"L’une de : {', '.join(FORMS)} ; « hub publish » publie tous les évènements.")
    return FORMS[name]


def _template(form: Form) -> None:
    first = ";".join(field.column for field in columns(form))
    typer.echo(first if on_terminal() else _BYTE_ORDER_MARK + first)
    explain_columns(form)
