"""`hub schemas`: check the published Avro schemas, list them, show one, publish new versions."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from hub.errors import HubError
from hub.paths import schemas_root
from hub.wire.schema_check import check_schemas
from hub.wire.schema_golden import write_missing_golden
from hub.wire.schema_lock import append_new_versions
from hub.wire.schemas import load_catalogue

app = typer.Typer(help="Avro schemas: check, list, show, and publish new versions.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Root = Annotated[Path | None, typer.Option("--root", help="Another schemas folder than the one that ships.")]


@app.command("check")
def check(as_json: AsJson = False, root: Root = None) -> None:
    """Prove lock, readability between versions, examples and documentation. Exit code 1 with findings."""
    folder = root or schemas_root()
    findings = check_schemas(folder)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}))
    elif findings:
        _show_rows(("code", "where", "detail"), [(f.code, f.where, f.detail) for f in findings])
    else:
        catalogue = load_catalogue(folder)
        typer.echo(f"{len(catalogue)} versions of {len(catalogue.types())} types keep every promise.")
    raise typer.Exit(1 if findings else 0)


@app.command("list")
def list_(as_json: AsJson = False, root: Root = None) -> None:
    """List every published version with its id and registry subject."""
    schemas = sorted(load_catalogue(root), key=lambda schema: (schema.type, schema.version))
    if as_json:
        rows = [
            {"id": s.id, "type": s.type, "version": s.version, "subject": s.subject, "sha256": s.sha256}
            for s in schemas
        ]
        typer.echo(json.dumps({"schemas": rows}))
        return
    headings = ("id", "type", "version", "subject", "sha256")
    _show_rows(headings, [(str(s.id), s.type, str(s.version), s.subject, s.sha256[:12]) for s in schemas])


@app.command("show")
def show(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An event type, for example notice.published.")],
    version: Annotated[int | None, typer.Option("--version", help="A version; the latest by default.")] = None,
    as_json: AsJson = False,
    root: Root = None,
) -> None:
    """Show one schema as the registry serves it. Exit code 1 when it is not published."""
    catalogue = load_catalogue(root)
    if type_ not in catalogue:
        msg = f"No schema of the type {type_} is published."
        raise HubError(msg, "`hub schemas list` names every type.")
    schema = catalogue.schema(type_, version)
    console = Console()
    if as_json:
        answer = {"id": schema.id, "type": schema.type, "version": schema.version, "subject": schema.subject}
        typer.echo(json.dumps({**answer, "schema": schema.document}, ensure_ascii=False))
    elif console.is_terminal:
        console.print(Syntax(schema.text, "json", word_wrap=True))
    else:
        typer.echo(schema.text, nl=False)


@app.command("lock")
def lock(as_json: AsJson = False, root: Root = None) -> None:
    """Publish new schema files: append them to published.lock, each with its id. What is published stays.

    The golden bytes of examples that have none are written beside them.
    """
    folder = root or schemas_root()
    added = append_new_versions(folder)
    write_missing_golden(folder)
    if as_json:
        typer.echo(json.dumps({"added": [asdict(line) for line in added]}))
    elif added:
        _show_rows(("id", "type", "version"), [(str(a.id), a.type, str(a.version)) for a in added])
    else:
        typer.echo("Nothing new to publish.")


def _show_rows(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = Table(*headings)
    for row in rows:
        table.add_row(*row)
    console.print(table)
