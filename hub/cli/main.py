"""The `hub` command: puts the command groups together and turns errors into messages and exit codes."""

import os
import sys

import typer
from rich.console import Console

from hub import __version__
from hub.cli.registry import CONTEXT, LazyGroup
from hub.errors import HubError

app = typer.Typer(
    name="hub",
    cls=LazyGroup,
    help="Event hub between the CAF and the Département d'Ille-et-Vilaine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings=CONTEXT,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- the signature that Typer calls
    if wanted:
        typer.echo(f"hub {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),  # noqa: FBT001 -- Typer's way
) -> None:
    pass


def main() -> None:
    """Run the command line; a HubError becomes a message on standard error and its exit code."""
    try:
        app()
    except HubError as error:
        console = Console(stderr=True, soft_wrap=True)
        console.print(error.message, style="bold red", markup=False, highlight=False)
        if error.way_out:
            console.print(error.way_out, style="yellow", markup=False, highlight=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe has what it wanted (`hub events tail | head`): nothing failed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
