"""The command groups, imported when used: `hub route` must not wait for Kafka's or PostgreSQL's libraries."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

# Command → what it does, in one line. Its module is `hub.cli.<command>`, and holds `app` (a group of commands)
# or a function of the same name (one command). The order is the one in which a newcomer needs them.
COMMANDS = {
    "up": "Start the whole hub on this machine, with demo data, and watch it work.",
    "publish": "Publish events from files, over HTTP or Kafka.",
    "record": "Type in an activity event field by field, or import a table of them, with a receipt per line.",
    "route": "Say how the hub would route an event, and why; needs nothing that runs.",
    "ask": "Ask a desk, question by question in French, and say where to orient.",
    "rules": "Read the rules of the convention, what they decide, and who settled what was open.",
    "matrix": "Read the notice matrix, compare, propose, approve and apply its versions.",
    "calendar": "Say when the priority line is open, and why not; needs nothing that runs.",
    "events": "Follow the events, or see the whole path of one.",
    "deliveries": "List and show deliveries, try one again, have somebody else told.",
    "escalations": "Urgencies that wait for somebody: who was asked, and who comes next.",
    "subscriptions": "Show and set what a contact receives, how and when; say what it would have sent.",
    "feeds": "Make, list and end feeds (Atom, iCalendar) of a contact or a territory.",
    "directory": "Import, look up and check the contacts of both institutions.",
    "absences": "Read absences from the calendars of contacts.",
    "territory": "Import the map of the CDAS and the sectors of the CAF, and look a commune up.",
    "webhooks": "Verify the systems that take messages over HTTP, and manage their keys.",
    "rejects": "List, read and replay what was refused.",
    "reconcile": "Prove for a day that nothing that was published disappeared.",
    "indicators": "The convention's indicators: show, recount, freeze and report them.",
    "run": "Run one role against real clusters.",
    "topics": "Create the Kafka topics, or compare them with what is declared.",
    "schemas": "Check and show the Avro schemas.",
    "credentials": "Make and list the credentials of the systems that may publish.",
    "keys": "Create, list, rotate and destroy the keys of the personal block.",
    "database": "Bring the tables of PostgreSQL up to date.",
    "bench": "Measure throughput and latency against a bare loop.",
}
_COMPLETION = {"install_completion", "show_completion"}  # what Typer adds to every app by itself
CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group whose commands are listed without being imported, and imported when one is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name, summary in COMMANDS.items():
            if find_spec(f"hub.cli.{name}") is not None:
                self.add_command(TyperCommand(name, help=summary))

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, TyperCommand | TyperGroup | None, list[str]]:
        """Find the command that the arguments call, and import it."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load(name), rest


def load(name: str) -> TyperCommand | TyperGroup:
    """Import one command of COMMANDS. Raises KeyError for another name."""
    summary = COMMANDS[name]
    module = import_module(f"hub.cli.{name}")
    app: typer.Typer | None = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(name)(getattr(module, name))
    command = _single(app) if _names(app) == [name] else typer.main.get_group(app)
    command.name = name
    command.params = [param for param in command.params if param.name not in _COMPLETION]
    command.help = command.help or summary
    command.context_settings = {**CONTEXT, **command.context_settings}
    return command


def _names(app: typer.Typer) -> list[str]:
    """The commands of an app; one that is called like its group is the group."""
    return [str(info.name or getattr(info.callback, "__name__", "")) for info in app.registered_commands]


def _single(app: typer.Typer) -> TyperCommand:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperCommand)  # noqa: S101 -- what Typer makes of an app with one command
    return command
