"""`hub indicators …`: puts its commands together; each lives in a module of its own, `hub.cli.indicators_<command>`."""

import typer

app = typer.Typer(help="The convention's indicators: show, recount, freeze and report them.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass
