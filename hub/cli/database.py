"""`hub database`: bring the ledger's tables up to date, and say where they stand."""

import asyncio

import typer

from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.migrate import current_revision, newest_revision, upgrade

app = typer.Typer(
    help="Tables of the ledger in PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("upgrade")
def upgrade_command(*, as_json: AsJson = False) -> None:
    """Create or change the tables as this version needs them. Safe to run at any time, and twice at once."""
    before, after = asyncio.run(_upgrade())
    if as_json:
        print_json({"before": before, "after": after, "changed": before != after})
    elif before == after:
        typer.echo(f"Nothing to do: the database is at revision {after}.")
    else:
        typer.echo(f"The database went from {'nothing' if before is None else f'revision {before}'} to {after}.")


@app.command("status")
def status_command(*, as_json: AsJson = False) -> None:
    """Say which revision the database has, and which this version needs; exit code 1 when they differ."""
    found, needed = asyncio.run(_status()), newest_revision()
    if as_json:
        print_json({"found": found, "needed": needed, "up_to_date": found == needed})
    elif found == needed:
        typer.echo(f"The database is up to date: revision {found}.")
    else:
        typer.echo(f"The database has {'no revision' if found is None else f'revision {found}'}; {needed} is needed.")
        typer.echo("Run `hub database upgrade`.")
    if found != needed:
        raise typer.Exit(1)


async def _upgrade() -> tuple[str | None, str]:
    engine = ledger_engine(local_settings())
    try:
        return await upgrade(engine)
    except UNAVAILABLE as error:
        raise unavailable(engine, error) from error
    finally:
        await engine.dispose()


async def _status() -> str | None:
    engine = ledger_engine(local_settings())
    try:
        return await current_revision(engine)
    except UNAVAILABLE as error:
        raise unavailable(engine, error) from error
    finally:
        await engine.dispose()
