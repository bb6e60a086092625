"""`hub indicators …`: puts its commands together; each lives in a module of its own, `hub.cli.indicators_<command>`."""

import typer

from hub.cli.indicators_compare import compare_command
from hub.cli.indicators_differences import app as differences_app
from hub.cli.indicators_feedback import app as feedback_app
from hub.cli.indicators_freeze import freeze_command, frozen_command
from hub.cli.indicators_replay import replay_command
from hub.cli.indicators_report import report_command
from hub.cli.indicators_show import show_command

app = typer.Typer(help="The convention's indicators: show, recount, freeze and report them.", no_args_is_help=True)
app.command("show")(show_command)
app.command("replay")(replay_command)
app.command("compare")(compare_command)
app.command("freeze")(freeze_command)
app.command("frozen")(frozen_command)
app.command("report")(report_command)
app.add_typer(feedback_app, name="feedback")
app.add_typer(differences_app, name="differences")
